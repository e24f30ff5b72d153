package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.object.Leadership;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.BucketSettings;

/** What lifecycles stand on. */
public record LifecyclePorts(
        Tasks tasks,
        Directory directory,
        Metadata metadata,
        Leadership leadership,
        Objects objects,
        BucketSettings settings,
        LifecycleMeters meters) {}
