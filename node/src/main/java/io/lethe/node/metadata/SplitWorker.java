package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Founder;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries on with splits, in the partitions that this node leads, a step at a time:
 *
 * <pre>
 * the record names a split           have the partition split, then give each half its record; or
 *                                    take it back where the partition refuses it for good
 * the child is not known to be durable   ask it, which a quorum of it answers; then say so
 * rows of the other half are left    sweep some
 * one that is over was missed by the replica of which all was made anew
 *                                    do it again ({@link MissedSplits})
 * </pre>
 *
 * All of it is read from the directory and from the partition, so any step may be repeated, by
 * another leader too; only where the sweep has come to is remembered here, and lost with the
 * leadership. One task.
 */
public final class SplitWorker implements Worker {
    public static final String NAME = "splits";

    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Rows of one command: some milliseconds of applying. */
    private static final int ROWS = 500;

    /** Commands in a step for one partition, so that others have their turn. */
    private static final int MOST_SWEEPS = 20;

    /**
     * What it works with.
     *
     * @param settled whether a partition's members are just those of its record
     */
    public record Ports(
            Tasks tasks,
            Directory directory,
            Metadata metadata,
            Supplier<List<GroupId>> led,
            Predicate<PartitionRecord> settled) {}

    /** Where the sweep is that began with this map epoch. */
    private record Cursor(long mapEpoch, int phase, @Nullable Bytes after) {}

    /** What came of doing a split again. */
    private enum Repeat {
        DONE,
        /** Nothing is missing. */
        NEEDLESS,
        /** For a merge that was missed too, or that the directory has forgotten. */
        WAITS
    }

    private final Ports ports;
    private final ForgottenMerges forgotten;
    private final Map<GroupId, Cursor> cursors = new HashMap<>();

    /** In which map epoch each partition was found to have nothing to do. */
    private final Map<GroupId, Long> whole = new HashMap<>();

    public SplitWorker(Ports ports) {
        this.ports = ports;
        forgotten = new ForgottenMerges(ports.directory(), ports.metadata(), this::deadline);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Step step() throws InterruptedException {
        List<GroupId> led = ports.led().get();
        cursors.keySet().retainAll(led);
        whole.keySet().retainAll(led);
        int worked = 0;
        StoreException trouble = null;
        for (GroupId partition : led) {
            Optional<PartitionRecord> record = ports.directory().partition(partition);
            try {
                if (record.isPresent()) {
                    worked += tend(record.get()) ? 1 : 0;
                }
            } catch (StoreException e) {
                trouble = e;
            }
        }
        if (trouble != null) {
            return new Step.Failed(String.valueOf(trouble.getMessage()));
        }
        return worked > 0
                ? new Step.Worked(worked + " splits went a step further")
                : new Step.Idle(led.size() + " partitions are whole");
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + WITHIN_NANOS;
    }

    private boolean tend(PartitionRecord record) throws InterruptedException {
        GroupId id = record.id();
        PartitionRecord.Division division = record.division();
        if (division == null && Long.valueOf(record.mapEpoch()).equals(whole.get(id))) {
            return false;
        }
        PartitionAnswer answer =
                ports.metadata().queryIn(id, new PartitionQuery.SplitState(), deadline());
        if (!(answer instanceof PartitionAnswer.SplitStanding(int pendingChild, int phase))) {
            return false;
        }
        boolean dividing = division != null && division.child().value() == pendingChild;
        if (pendingChild != 0 && !dividing) {
            return finish(id, new GroupId(pendingChild));
        }
        // A split that was ordered since waits until the last one is over.
        if (phase != 0 && !dividing) {
            sweep(record, phase);
            return true;
        }
        Repeat repeat =
                pendingChild == 0 && record.recovery() != null ? repeat(id) : Repeat.NEEDLESS;
        if (repeat != Repeat.NEEDLESS) {
            return repeat == Repeat.DONE;
        }
        if (division != null) {
            return divide(record, division);
        }
        cursors.remove(id);
        whole.put(id, record.mapEpoch());
        return false;
    }

    private boolean divide(PartitionRecord record, PartitionRecord.Division division)
            throws InterruptedException {
        List<Founder> founders = new ArrayList<>();
        for (PartitionRecord.Replica voter : record.voters()) {
            Optional<NodeRecord> node = ports.directory().node(voter.node());
            if (node.isEmpty()) {
                return false;
            }
            founders.add(new Founder(voter.node(), node.get().host(), node.get().rpcPort()));
        }
        if (!ports.settled().test(record) || !hasItsRange(record)) {
            return false;
        }
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                record.id(),
                                new PartitionCommand.Split(
                                        record.id(),
                                        division.child(),
                                        division.separator(),
                                        record.mapEpoch() + 1,
                                        founders),
                                0,
                                deadline());
        return switch (reply) {
            case PartitionReply.Done _ -> end(record, true);
            // What is invalid stays so; anything else may be otherwise in a while.
            case PartitionReply.Refused(ErrorCode code, String message)
                    when code != ErrorCode.INVALID_ARGUMENT ->
                    throw new StoreException(code, message);
            case PartitionReply.Refused _ -> end(record, false);
            default -> throw new StoreException(ErrorCode.UNAVAILABLE, "answered " + reply);
        };
    }

    /** Does a split again that the partition's state does not know. */
    private Repeat repeat(GroupId id) throws InterruptedException {
        PartitionAnswer.Figures has = figures(id);
        // What the partition says is decided about by a directory that is as new.
        ports.metadata().catchUpDirectory(deadline());
        Optional<PartitionRecord> record = ports.directory().partition(id);
        if (record.isEmpty() || !MissedSplits.any(record.get(), has.to())) {
            return Repeat.NEEDLESS;
        }
        boolean waits =
                !has.from().equals(record.get().from())
                        || (forgotten.any()
                                && forgotten
                                        .takenOverBy(record.get(), has.from(), has.to())
                                        .isPresent());
        if (waits) {
            return Repeat.WAITS;
        }
        List<PartitionCommand.Split> missed =
                MissedSplits.next(
                        record.get(),
                        has.to(),
                        ports.directory().partitions(),
                        ports.directory().mergesOver());
        for (PartitionCommand.Split one : missed) {
            PartitionReply reply = ports.metadata().executeIn(id, one, 0, deadline());
            if (!(reply instanceof PartitionReply.Done)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        id + " goes further than its record, and answered " + reply);
            }
            if (!figures(id).to().equals(has.to())) {
                return Repeat.DONE;
            }
        }
        if (missed.isEmpty()) {
            return Repeat.NEEDLESS;
        }
        throw new StoreException(
                ErrorCode.INTERNAL, id + " goes further than its record, and no split tells why");
    }

    private PartitionAnswer.Figures figures(GroupId id) throws InterruptedException {
        if (ports.metadata().queryIn(id, new PartitionQuery.Summary(), deadline())
                instanceof PartitionAnswer.Figures figures) {
            return figures;
        }
        throw new StoreException(ErrorCode.UNAVAILABLE, id + " does not say which range it has");
    }

    /** One that is to take a range over does so first, lest its child's record say too much. */
    private boolean hasItsRange(PartitionRecord record) throws InterruptedException {
        if (ports.directory().featureLevel() < FeatureLevels.MERGES) {
            return true;
        }
        PartitionAnswer answer =
                ports.metadata().queryIn(record.id(), new PartitionQuery.MergeState(), deadline());
        PartitionRecord.Division division = record.division();
        return answer instanceof PartitionAnswer.MergeStanding standing
                && standing.from().equals(record.from())
                && (standing.to().equals(record.to())
                        || (division != null && standing.to().equals(division.separator())));
    }

    private boolean end(PartitionRecord record, boolean done) throws InterruptedException {
        DirectoryReply reply =
                ports.metadata()
                        .execute(
                                new DirectoryCommand.EndSplit(record.id(), record.mapEpoch(), done),
                                0,
                                deadline())
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)
                && code != ErrorCode.STALE_EPOCH) {
            throw new StoreException(code, message);
        }
        ports.metadata().catchUpDirectory(deadline());
        return true;
    }

    /**
     * Whoever answers after a read-index round has a quorum, and all of that began as it did. For a
     * child that was merged since, its heir answers: no replica needs to begin as that child.
     */
    private boolean finish(GroupId parent, GroupId child) throws InterruptedException {
        GroupId heir = ports.directory().heirOf(child);
        if (ports.directory().partition(heir).isEmpty()
                || !(ports.metadata().queryIn(heir, new PartitionQuery.SplitState(), deadline())
                        instanceof PartitionAnswer.SplitStanding)) {
            return false;
        }
        var _ =
                ports.metadata()
                        .executeIn(parent, new PartitionCommand.FinishSplit(child), 0, deadline());
        return true;
    }

    private void sweep(PartitionRecord record, int phase) throws InterruptedException {
        GroupId id = record.id();
        Cursor known = cursors.get(id);
        Cursor at =
                known != null && known.mapEpoch() == record.mapEpoch()
                        ? known
                        : new Cursor(record.mapEpoch(), phase, null);
        for (int i = 0; i < MOST_SWEEPS; i++) {
            PartitionReply reply =
                    ports.metadata()
                            .executeIn(
                                    id,
                                    new PartitionCommand.SweepSplit(at.phase(), at.after(), ROWS),
                                    0,
                                    deadline());
            if (!(reply instanceof PartitionReply.SplitSwept(int next, Bytes after))) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "answered " + reply);
            }
            at = new Cursor(record.mapEpoch(), next, after);
            if (next == 0) {
                break;
            }
        }
        cursors.put(id, at);
    }
}
