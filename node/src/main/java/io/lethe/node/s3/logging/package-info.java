/**
 * Access logs of buckets, gathered on each node and written into other buckets now and then. Start
 * reading at {@link io.lethe.node.s3.logging.AccessLog}.
 */
@NullMarked
package io.lethe.node.s3.logging;

import org.jspecify.annotations.NullMarked;
