/**
 * The checksums that S3 clients may choose for an object, beside the digests that Lethe always
 * computes. No I/O. Start reading at {@link io.lethe.node.s3.checksum.ChecksumAlgorithm}.
 */
@NullMarked
package io.lethe.node.s3.checksum;

import org.jspecify.annotations.NullMarked;
