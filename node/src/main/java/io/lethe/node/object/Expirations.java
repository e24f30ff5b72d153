package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What buckets' lifecycles do. Versions go as by everybody's deletions, on the condition that they
 * are as they were seen. Everything is validated by a record of the bucket of which the rules stand
 * still: a change of them that was acknowledged is in that record, or fences what is done by them.
 * Versions are named by their order, which the null version has too: what took its place since has
 * another. Safe for any task.
 */
public final class Expirations {
    private final ObjectPorts ports;
    private final BucketGate gate;
    private final ObjectReader reader;
    private final Commits commits;

    Expirations(ObjectPorts ports, BucketGate gate, ObjectReader reader, Commits commits) {
        this.ports = ports;
        this.gate = gate;
        this.reader = reader;
        this.commits = commits;
    }

    /**
     * By what something is done.
     *
     * @param bucket its name
     * @param stand whether the rules of a bucket of this record are the ones that were decided by
     */
    public record Rules(Caller caller, String bucket, Predicate<BucketRecord> stand) {}

    /**
     * What a version's tags are.
     *
     * @param sealedInfo as which they were read: another once they are others
     */
    public record Said(Map<String, String> tags, Bytes sealedInfo) {
        public Said {
            tags = Map.copyOf(tags);
        }
    }

    /** Reads what is said of a version; empty where it is gone, or a delete marker. */
    public Optional<Said> said(Rules by, Bytes key, long order, long deadlineNanos)
            throws InterruptedException {
        try {
            ObjectReader.Located located =
                    reader.locate(
                            by.caller(),
                            by.bucket(),
                            key.utf8(),
                            new Which.Order(order),
                            deadlineNanos);
            return Optional.of(
                    new Said(
                            reader.info(located).attributes().tags(), located.body().sealedInfo()));
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_VERSION) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The current object ends: it is removed, or hidden by a delete marker, as the bucket's
     * versioning says.
     *
     * @throws StoreException PRECONDITION_FAILED where it is not as it was seen, or the rules do
     *     not stand; ACCESS_DENIED where it is locked
     */
    public void end(Rules by, Bytes key, Seen seen, long deadlineNanos)
            throws InterruptedException {
        delete(by, key, new Which.Current(), seen, deadlineNanos);
    }

    /** Removes a version for good; throws as {@link #end}. */
    public void remove(Rules by, Bytes key, Seen seen, long deadlineNanos)
            throws InterruptedException {
        delete(by, key, new Which.Order(seen.order()), seen, deadlineNanos);
    }

    private void delete(Rules by, Bytes key, Which which, Seen seen, long deadlineNanos)
            throws InterruptedException {
        WriteId request = new WriteId(Id128.random(ports.random()));
        PartitionReply reply =
                execute(
                        by,
                        key,
                        bucket ->
                                commits.noted(
                                        by.caller(),
                                        bucket,
                                        key,
                                        EventNotes.Cause.EXPIRE,
                                        new PartitionCommand.Delete(
                                                request,
                                                bucket.id(),
                                                key,
                                                by.caller().tenant(),
                                                bucket.versioning(),
                                                which,
                                                seen)),
                        deadlineNanos);
        if (!(reply instanceof PartitionReply.Deleted)) {
            throw Commits.failure(reply);
        }
    }

    /**
     * Gives an upload up.
     *
     * @throws StoreException NO_SUCH_UPLOAD; PRECONDITION_FAILED where the rules do not stand
     */
    public void abort(Rules by, Bytes key, long order, WriteId write, long deadlineNanos)
            throws InterruptedException {
        PartitionReply reply =
                execute(
                        by,
                        key,
                        bucket ->
                                new PartitionCommand.AbortUpload(
                                        new UploadRef(bucket.id(), key, order, write), true),
                        deadlineNanos);
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
    }

    private PartitionReply execute(
            Rules by,
            Bytes key,
            Function<BucketRecord, PartitionCommand> command,
            long deadlineNanos)
            throws InterruptedException {
        BucketGate.Admitted first = gate.admit(by.caller(), by.bucket(), deadlineNanos);
        return commits.fenced(
                first,
                RowKeys.objectKey(first.bucket().id(), key),
                admitted -> {
                    if (!by.stand().test(admitted.bucket())) {
                        throw new StoreException(
                                ErrorCode.PRECONDITION_FAILED,
                                "the bucket's lifecycle was changed");
                    }
                    return command.apply(admitted.bucket());
                },
                deadlineNanos);
    }
}
