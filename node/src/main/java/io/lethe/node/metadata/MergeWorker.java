package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionAnswer.LegacyPage;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionAnswer.SplitStanding;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.TakeOver;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries on with merges, in the partitions that this node leads, a step at a time:
 *
 * <pre>
 * the directory has it give its range up   it does; its heir inherits what it answered; then the
 *                                          directory has the range as the heir's. Or the merge is
 *                                          taken back, where it has something or its heir is away
 * it gave its range up, and the directory  it takes its range back
 * has no such merge
 * its record's range is wider than its own it takes over what a merge that is over gives it
 * a directory that was set back has it     the directory is told ({@link ForgottenMerges})
 * under way, or forgotten, and it is over
 * </pre>
 *
 * <p>One that was made anew of a replica which missed merges and splits does them again in this
 * order: merges with what lay before it, by which its range begins where its record's does, as it
 * never begins later again; splits ({@link SplitWorker}), by which it ends there or earlier; merges
 * with what lay behind it. Each step brings one end nearer, and none leads away.
 *
 * <p>All of it is read from the directory and from the partition, so any step may be repeated, by
 * another leader too; only how long a merge has waited is remembered here. One task.
 */
public final class MergeWorker implements Worker {
    public static final String NAME = "merges";

    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Results of one command: some milliseconds of applying. */
    private static final int ROWS = 500;

    /** Pages of one merge: results of 500 requests a second for a day. */
    private static final int MOST_PAGES = 100_000;

    /** For an heir that is being swept, or away; then nothing comes of the merge. */
    private static final long MOST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What it works with. */
    public record Ports(
            Tasks tasks, Directory directory, Metadata metadata, Supplier<List<GroupId>> led) {}

    /** From when on a merge has waited here for its heir. */
    private record Waits(long since, long fromNanos) {}

    private final Ports ports;
    private final ForgottenMerges forgotten;
    private final Map<GroupId, Waits> waiting = new HashMap<>();

    /**
     * In which map epoch each partition was found to have nothing to do; forgotten now and then,
     * since what a leader before this one proposed may still come.
     */
    private final Map<GroupId, Long> whole = new HashMap<>();

    private long forgotNanos;

    public MergeWorker(Ports ports) {
        this.ports = ports;
        forgotten = new ForgottenMerges(ports.directory(), ports.metadata(), this::deadline);
        forgotNanos = ports.tasks().clock().nanos();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.directory().featureLevel() < FeatureLevels.MERGES) {
            return new Step.Idle("the feature level knows no merges");
        }
        List<GroupId> led = ports.led().get();
        long now = ports.tasks().clock().nanos();
        if (now - forgotNanos > LOOK_AGAIN_NANOS) {
            forgotNanos = now;
            whole.clear();
        }
        whole.keySet().retainAll(led);
        waiting.keySet().retainAll(led);
        int worked = 0;
        StoreException trouble = null;
        for (GroupId partition : led) {
            Optional<PartitionRecord> record = ports.directory().partition(partition);
            try {
                if (record.isPresent() && isOpen(record.get())) {
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
                ? new Step.Worked(worked + " merges went a step further")
                : new Step.Idle(led.size() + " partitions have the ranges of their records");
    }

    private boolean isOpen(PartitionRecord record) {
        return !Long.valueOf(record.mapEpoch()).equals(whole.get(record.id()))
                || giving(record.id()) != null;
    }

    private @Nullable Merge giving(GroupId giver) {
        return ports.directory().merges().stream()
                .filter(one -> one.giver().equals(giver))
                .findFirst()
                .orElse(null);
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + WITHIN_NANOS;
    }

    private boolean tend(PartitionRecord before) throws InterruptedException {
        GroupId id = before.id();
        MergeStanding standing = standing(id);
        // What the partition says is decided about by a directory that is as new.
        ports.metadata().catchUpDirectory(deadline());
        // In this order: one that ends meanwhile is seen as under way, or as over.
        Merge merge = giving(id);
        boolean over = ports.directory().merged(id).isPresent();
        PartitionRecord record = ports.directory().partition(id).orElse(null);
        if (record == null || over) {
            return false;
        }
        if (isForgotten(record, standing)) {
            return true;
        }
        long since = standing.givenUpSince();
        if (since != 0 && (merge == null || merge.since() != since)) {
            if (!isForgotten(record)) {
                tell(id, new PartitionCommand.TakeBack(since));
            }
            return true;
        }
        boolean lacksBefore = !standing.from().equals(record.from());
        // What it lacks before its range comes before splits that it missed: they may lie in there.
        if (!lacksBefore
                && (isSplit(record, standing) || MissedSplits.any(record, standing.to()))) {
            return false;
        }
        if (lacksBefore || !standing.to().equals(record.to())) {
            tell(id, takeOver(record, standing));
            return true;
        }
        if (merge != null) {
            return give(merge, record, since != 0);
        }
        waiting.remove(id);
        whole.put(id, record.mapEpoch());
        return false;
    }

    /** Whether it has taken over what the directory has forgotten that it did. */
    private boolean isForgotten(PartitionRecord record, MergeStanding standing)
            throws InterruptedException {
        boolean same = standing.from().equals(record.from()) && standing.to().equals(record.to());
        Optional<GroupId> giver =
                same || !forgotten.any()
                        ? Optional.empty()
                        : forgotten.takenOverBy(record, standing.from(), standing.to());
        if (giver.isPresent()) {
            forgotten.recall(giver.get(), record.id());
        }
        return giver.isPresent();
    }

    /** Whether another has what the directory has forgotten that this one gave. */
    private boolean isForgotten(PartitionRecord giver) throws InterruptedException {
        Optional<GroupId> heir = forgotten.any() ? forgotten.heirOf(giver) : Optional.empty();
        if (heir.isPresent()) {
            forgotten.recall(giver.id(), heir.get());
        }
        return heir.isPresent();
    }

    /** Whether it has split already, and its record doesn't say so yet. */
    private static boolean isSplit(PartitionRecord record, MergeStanding standing) {
        PartitionRecord.Division division = record.division();
        return division != null && standing.to().equals(division.separator());
    }

    private MergeStanding standing(GroupId partition) throws InterruptedException {
        if (ports.metadata().queryIn(partition, new PartitionQuery.MergeState(), deadline())
                instanceof MergeStanding standing) {
            return standing;
        }
        throw new StoreException(ErrorCode.UNAVAILABLE, partition + " does not say how it stands");
    }

    private void tell(GroupId partition, PartitionCommand command) throws InterruptedException {
        PartitionReply reply = ports.metadata().executeIn(partition, command, 0, deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, partition + " answered " + reply + " to a merge");
        }
    }

    private boolean give(Merge merge, PartitionRecord giver, boolean givenUp)
            throws InterruptedException {
        if (givenUp && isForgotten(giver)) {
            return true;
        }
        // Nothing is given up before the heir answers, and can take it: nobody would have it.
        if (!isWhole(merge.heir())) {
            long now = ports.tasks().clock().nanos();
            Waits waits =
                    waiting.compute(
                            merge.giver(),
                            (_, known) ->
                                    known != null && known.since() == merge.since()
                                            ? known
                                            : new Waits(merge.since(), now));
            boolean tooLong = now - waits.fromNanos() > MOST_WAIT_NANOS;
            if (givenUp || tooLong) {
                end(merge, null);
            }
            return givenUp || tooLong;
        }
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                merge.giver(),
                                new PartitionCommand.GiveUp(
                                        giver.id(), giver.from(), giver.to(), merge.since()),
                                0,
                                deadline());
        switch (reply) {
            case PartitionReply.GivenUp(MergeReceipt receipt) -> {
                try {
                    handOn(merge);
                } catch (StoreException e) {
                    end(merge, null);
                    throw e;
                }
                end(merge, receipt);
            }
            case PartitionReply.Refused(ErrorCode code, String _)
                    when code == ErrorCode.INVALID_ARGUMENT ->
                    end(merge, null);
            default ->
                    throw new StoreException(
                            ErrorCode.UNAVAILABLE, merge.giver() + " answered " + reply);
        }
        return true;
    }

    /** Whether a partition answers, and has just the range of its record and nothing else. */
    private boolean isWhole(GroupId partition) throws InterruptedException {
        try {
            Optional<PartitionRecord> record = ports.directory().partition(partition);
            return record.isPresent() && isWhole(record.get());
        } catch (StoreException e) {
            return false;
        }
    }

    private boolean isWhole(PartitionRecord record) throws InterruptedException {
        MergeStanding standing = standing(record.id());
        return standing.givenUpSince() == 0
                && standing.from().equals(record.from())
                && standing.to().equals(record.to())
                && ports.metadata()
                        .queryIn(record.id(), new PartitionQuery.SplitState(), deadline())
                        .equals(new SplitStanding(0, 0));
    }

    /** What a partition that gave up answered does not change any more. */
    private void handOn(Merge merge) throws InterruptedException {
        Bytes after = null;
        for (int i = 0; i < MOST_PAGES; i++) {
            if (!(ports.metadata()
                            .queryIn(
                                    merge.giver(),
                                    new PartitionQuery.FindLegacy(after, ROWS),
                                    deadline())
                    instanceof LegacyPage page)) {
                break;
            }
            boolean any = page.legacy().results().size() + page.legacy().floors().size() > 0;
            if (any) {
                tell(merge.heir(), new PartitionCommand.Inherit(page.legacy()));
            }
            after = page.next();
            if (after == null) {
                return;
            }
        }
        throw new StoreException(
                ErrorCode.UNAVAILABLE, merge.giver() + " does not say what it hands on");
    }

    private void end(Merge merge, @Nullable MergeReceipt receipt) throws InterruptedException {
        DirectoryReply reply =
                ports.metadata()
                        .execute(
                                new DirectoryCommand.EndMerge(
                                        merge.giver(), merge.since(), receipt),
                                0,
                                deadline())
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)
                && code != ErrorCode.STALE_EPOCH) {
            throw new StoreException(code, message);
        }
        ports.metadata().catchUpDirectory(deadline());
    }

    /** What was merged into this one, of which it doesn't know any more, or not yet. */
    private TakeOver takeOver(PartitionRecord record, MergeStanding standing) {
        return lacking(ports.directory().mergedInto(record.id()), record, standing)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.INTERNAL,
                                        record.id()
                                                + " goes from "
                                                + standing.from()
                                                + " to "
                                                + standing.to()
                                                + ", its record says otherwise, and no merge tells"
                                                + " why"));
    }

    /**
     * The next piece that a partition lacks of its record's range, first of what lies before its
     * own, by the newest merge that gave it: of one that lost its majority, not all of that may be
     * to be taken.
     *
     * @param over merges into it
     */
    static Optional<TakeOver> lacking(
            List<Merge.Done> over, PartitionRecord record, MergeStanding standing) {
        boolean behind = standing.from().equals(record.from());
        Bytes edge = behind ? standing.to() : standing.from();
        return over.stream()
                .filter(one -> behind ? goesOn(one, edge) : leadsTo(one, edge))
                .max(Comparator.comparingLong(one -> one.merge().since()))
                .map(
                        one ->
                                new TakeOver(
                                        one.merge().giver(),
                                        behind ? edge : later(one.from(), record.from()),
                                        behind ? earlier(one.to(), record.to()) : edge,
                                        record.mapEpoch(),
                                        one.receipt()));
    }

    private static boolean goesOn(Merge.Done done, Bytes edge) {
        return done.from().compareTo(edge) <= 0
                && (done.to().isEmpty() || done.to().compareTo(edge) > 0);
    }

    private static boolean leadsTo(Merge.Done done, Bytes edge) {
        return done.from().compareTo(edge) < 0
                && (done.to().isEmpty() || done.to().compareTo(edge) >= 0);
    }

    private static Bytes later(Bytes one, Bytes other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Of ends: an empty one is behind all. */
    private static Bytes earlier(Bytes one, Bytes other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }
}
