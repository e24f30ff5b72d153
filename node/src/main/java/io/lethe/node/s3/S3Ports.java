package io.lethe.node.s3;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.events.Notifications;
import io.lethe.node.s3.logging.AccessLog;

/**
 * What the door stands on.
 *
 * @param documents memory that all requests share whose bodies are read whole and are long
 */
public record S3Ports(
        Objects objects,
        Buckets buckets,
        BucketSettings bucketSettings,
        Notifications notifications,
        AccessLog accessLog,
        S3Credentials credentials,
        S3Tenants tenants,
        Tasks tasks,
        RandomSource random,
        MemoryBudget documents,
        S3Settings settings) {}
