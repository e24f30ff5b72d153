package io.lethe.node.s3;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.events.Notifications;
import io.lethe.node.s3.logging.AccessLog;

/** What the door stands on. */
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
        S3Settings settings) {}
