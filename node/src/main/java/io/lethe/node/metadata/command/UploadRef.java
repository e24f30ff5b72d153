package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.WriteId;

/**
 * A multipart upload, or the version that it became.
 *
 * @param order the upload's place among those of its key, unique in its partition among versions,
 *     uploads and parts; names the rows of its parts for as long as they live
 * @param write chosen by who began it; its identity in associated data
 */
public record UploadRef(BucketId bucket, Bytes key, long order, WriteId write) {}
