/**
 * Inventories of buckets: lists of their objects, written into other buckets daily or weekly. Start
 * reading at {@link io.lethe.node.s3.inventory.InventoryWorker}.
 */
@NullMarked
package io.lethe.node.s3.inventory;

import org.jspecify.annotations.NullMarked;
