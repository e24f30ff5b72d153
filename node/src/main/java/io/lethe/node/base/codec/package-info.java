/**
 * The binary encoding of rows, commands and headers. Start reading at {@link
 * io.lethe.node.base.codec.Encoder}.
 */
@NullMarked
package io.lethe.node.base.codec;

import org.jspecify.annotations.NullMarked;
