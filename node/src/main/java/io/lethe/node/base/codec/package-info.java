/**
 * The binary encoding of rows, commands and headers, and the reading of JSON from outside. Start
 * reading at {@link io.lethe.node.base.codec.Encoder} or {@link
 * io.lethe.node.base.codec.StrictJson}.
 */
@NullMarked
package io.lethe.node.base.codec;

import org.jspecify.annotations.NullMarked;
