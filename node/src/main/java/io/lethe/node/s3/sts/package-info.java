/**
 * STS, on the S3 port: who a caller is, and temporary credentials. Start reading at {@link
 * io.lethe.node.s3.sts.StsDoor}.
 */
@NullMarked
package io.lethe.node.s3.sts;

import org.jspecify.annotations.NullMarked;
