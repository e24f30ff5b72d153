package io.lethe.node.metadata.command;

import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;

/** What {@code decide} answers to a {@link DirectoryCommand}. */
public sealed interface DirectoryReply {
    record Done() implements DirectoryReply {}

    record Refused(ErrorCode code, String message) implements DirectoryReply {}

    record PgCreated(PgId pg) implements DirectoryReply {}

    record BucketCreated(BucketRecord bucket) implements DirectoryReply {}

    /**
     * @param markIndex the directory index of the mark that stands, set now or before
     */
    record BucketMarked(long markIndex) implements DirectoryReply {}
}
