/**
 * The one place where RocksDB is loaded, limited and opened. Start reading at {@link
 * io.lethe.node.base.rocks.RocksOpener}.
 */
@NullMarked
package io.lethe.node.base.rocks;

import org.jspecify.annotations.NullMarked;
