/**
 * What Linux does with files and Java's library does not offer: punching holes, reading past the
 * page cache, telling file systems apart. Start reading at {@link
 * io.lethe.node.base.nativeio.NativeFiles}.
 */
@NullMarked
package io.lethe.node.base.nativeio;

import org.jspecify.annotations.NullMarked;
