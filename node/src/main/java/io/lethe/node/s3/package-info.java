/**
 * The S3 door: what S3 clients say and hear, over the object path. Requests are plain values here;
 * {@code sigv4} knows who asks, {@code xml} reads and writes bodies, {@code checksum} sums them up.
 * Start reading at {@link io.lethe.node.s3.S3Request}, then {@link io.lethe.node.s3.S3Error}.
 */
@NullMarked
package io.lethe.node.s3;

import org.jspecify.annotations.NullMarked;
