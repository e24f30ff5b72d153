/**
 * What happens to objects as they grow old: lifecycle rules of S3, driven from the partitions'
 * index of changes. Start reading at {@link io.lethe.node.s3.lifecycle.LifecycleWorker}.
 */
@NullMarked
package io.lethe.node.s3.lifecycle;

import org.jspecify.annotations.NullMarked;
