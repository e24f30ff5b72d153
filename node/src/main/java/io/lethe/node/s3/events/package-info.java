/**
 * Events of buckets, told to sinks that the operator configures: which are wanted, how they read,
 * and their way from a partition's outbox to a webhook, a Kafka topic or a file. Start reading at
 * {@link io.lethe.node.s3.events.SinkWorker}.
 */
@NullMarked
package io.lethe.node.s3.events;

import org.jspecify.annotations.NullMarked;
