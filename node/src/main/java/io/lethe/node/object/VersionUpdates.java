package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.function.UnaryOperator;

/**
 * Changes versions where they lie. What is said of one is sealed under its data key, so a gateway
 * reads it, changes it, and has it replaced only where it is still what it read. A call has one
 * request id, however often its commands are made and sent: what was done once is not done again,
 * although its answer was lost and others have changed the version since. Safe for any task.
 */
final class VersionUpdates {
    /** Each follows a change by another that came between, so somebody always comes through. */
    private static final int MOST_LOOKS = 50;

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final ObjectReader reader;
    private final Commits commits;

    VersionUpdates(ObjectPorts ports, BucketGate gate, ObjectReader reader, Commits commits) {
        this.ports = ports;
        this.gate = gate;
        this.reader = reader;
        this.commits = commits;
    }

    /** A version of an object as a door names it. */
    record Target(Caller caller, String bucket, String key, Which which) {}

    /** Changes the attributes of a version; returns the version as it is now. */
    ObjectInfo attributes(Target target, UnaryOperator<Attributes> change, long deadlineNanos)
            throws InterruptedException {
        WriteId request = new WriteId(Id128.random(ports.random()));
        for (int look = 1; ; look++) {
            BucketGate.Admitted admitted =
                    gate.admit(target.caller(), target.bucket(), deadlineNanos);
            ObjectReader.Located located =
                    reader.locate(
                            target.caller(),
                            target.bucket(),
                            target.key(),
                            target.which(),
                            deadlineNanos);
            Attributes next = change.apply(reader.info(located).attributes());
            PartitionReply reply =
                    replace(admitted, located, new Wanted(request, next), deadlineNanos);
            if (reply instanceof PartitionReply.Done) {
                return reader.info(located).with(next);
            }
            if (!again(reply, target.which()) || look == MOST_LOOKS) {
                throw failure(reply);
            }
        }
    }

    /** Changes what protects a version. */
    void lock(
            Target target,
            PartitionCommand.LockChange change,
            boolean bypassGovernance,
            long deadlineNanos)
            throws InterruptedException {
        Bytes key = ObjectWriter.checkKey(target.key());
        WriteId request = new WriteId(Id128.random(ports.random()));
        BucketGate.Admitted first =
                gate.admitLocked(target.caller(), target.bucket(), deadlineNanos);
        PartitionReply reply =
                commits.fenced(
                        first,
                        RowKeys.objectKey(first.bucket().id(), key),
                        admitted ->
                                new PartitionCommand.SetLock(
                                        request,
                                        admitted.bucket().id(),
                                        key,
                                        target.which(),
                                        change,
                                        bypassGovernance),
                        deadlineNanos);
        if (!(reply instanceof PartitionReply.Done)) {
            if (missing(reply)) {
                // Says whether nothing is there, or a delete marker.
                var _ =
                        reader.locate(
                                target.caller(),
                                target.bucket(),
                                target.key(),
                                target.which(),
                                deadlineNanos);
            }
            throw Commits.failure(reply);
        }
    }

    /** What a version shall have, and by which request. */
    private record Wanted(WriteId request, Attributes attributes) {}

    private PartitionReply replace(
            BucketGate.Admitted admitted,
            ObjectReader.Located located,
            Wanted wanted,
            long deadlineNanos)
            throws InterruptedException {
        VersionRow row = located.row();
        Bytes seen = located.body().sealedInfo();
        Bytes sealed =
                ports.keys().sealInfo(located.dataKey(), row.write(), wanted.attributes().encode());
        return commits.fenced(
                admitted,
                RowKeys.objectKey(row.bucket(), row.key()),
                _ ->
                        new PartitionCommand.SetInfo(
                                wanted.request(),
                                row.bucket(),
                                row.key(),
                                row.order(),
                                seen,
                                sealed),
                deadlineNanos);
    }

    private static boolean missing(PartitionReply reply) {
        return reply instanceof PartitionReply.Refused(ErrorCode code, var _)
                && (code == ErrorCode.NO_SUCH_VERSION || code == ErrorCode.NO_SUCH_KEY);
    }

    /** Another change came between, or the current version is another by now. */
    private static boolean again(PartitionReply reply, Which which) {
        return reply instanceof PartitionReply.Refused(ErrorCode code, var _)
                && (code == ErrorCode.STALE_EPOCH
                        || (code == ErrorCode.NO_SUCH_VERSION && which instanceof Which.Current));
    }

    private static StoreException failure(PartitionReply reply) {
        return reply instanceof PartitionReply.Refused(ErrorCode code, var _)
                        && code == ErrorCode.STALE_EPOCH
                ? new StoreException(
                        ErrorCode.OVERLOADED,
                        "the version is being changed by many at once; try again")
                : Commits.failure(reply);
    }
}
