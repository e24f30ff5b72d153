/**
 * Where a group's state lies on disk: a RocksDB for its rows, a key file for its shard keys. Start
 * reading at {@link io.lethe.node.metadata.table.GroupTable} (what it promises), then {@link
 * io.lethe.node.metadata.table.TableFamilies} (what lies where) and {@link
 * io.lethe.node.metadata.table.KeyFile}.
 */
@NullMarked
package io.lethe.node.metadata.table;

import org.jspecify.annotations.NullMarked;
