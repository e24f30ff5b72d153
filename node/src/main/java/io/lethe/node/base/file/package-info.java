/**
 * Small files written whole, so that a crash leaves the old one or the new one. Start reading at
 * {@link io.lethe.node.base.file.DurableFiles}.
 */
@NullMarked
package io.lethe.node.base.file;

import org.jspecify.annotations.NullMarked;
