/**
 * Who asks, whose bucket is meant, and whether policies allow it: what stands between the door and
 * its operations. Start reading at {@link io.lethe.node.s3.access.Guard}, then {@link
 * io.lethe.node.s3.access.BucketNaming}.
 */
@NullMarked
package io.lethe.node.s3.access;

import org.jspecify.annotations.NullMarked;
