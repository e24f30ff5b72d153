package io.lethe.node.s3.inventory;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.object.Leadership;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.BucketSettings;

/** What inventories stand on. */
public record InventoryPorts(
        Tasks tasks,
        RandomSource random,
        Directory directory,
        Metadata metadata,
        Leadership leadership,
        Objects objects,
        BucketSettings settings) {}
