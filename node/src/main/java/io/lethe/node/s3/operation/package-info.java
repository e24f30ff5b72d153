/**
 * S3's operations, a file each. Start reading at {@link io.lethe.node.s3.operation.Router}, which
 * says when each is meant.
 */
@NullMarked
package io.lethe.node.s3.operation;

import org.jspecify.annotations.NullMarked;
