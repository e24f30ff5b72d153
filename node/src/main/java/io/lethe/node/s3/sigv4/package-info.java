/**
 * AWS Signature Version 4 as S3 wants it: reads who signed a request (header, presigned query, POST
 * form), verifies it, and decodes signed chunked bodies. No clock, no keys of its own. Start
 * reading at {@link io.lethe.node.s3.sigv4.SigV4}.
 */
@NullMarked
package io.lethe.node.s3.sigv4;

import org.jspecify.annotations.NullMarked;
