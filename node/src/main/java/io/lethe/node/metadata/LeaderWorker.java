package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.GroupId;
import java.util.concurrent.TimeUnit;

/**
 * What a partition's leader proposes by itself, now and then: closing open writes whose lease is
 * over, making garbage of dropped parts, forgetting old results. All carry a stamp, so the state's
 * time goes on where nobody writes. Does nothing where this replica does not lead. One task at a
 * time.
 */
public final class LeaderWorker implements Worker {
    /** Rows of one command: some milliseconds of applying. */
    static final int ROWS = 500;

    /** Rows of a version's parts outlast it by as much as garbage waits: who reads it reads on. */
    private static final long KEPT_MILLIS = TimeUnit.MINUTES.toMillis(5);

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What is swept. */
    public enum Sweep {
        /** Every 10 s: leases last minutes. */
        EXPIRED_WRITES(TimeUnit.SECONDS.toNanos(10)),
        /** Every 10 s: what it makes garbage waits for minutes. */
        DROPPED_PARTS(TimeUnit.SECONDS.toNanos(10)),
        /** Every 10 min: results are kept for a day. */
        OLD_RESULTS(TimeUnit.MINUTES.toNanos(10));

        private final long everyNanos;

        Sweep(long everyNanos) {
            this.everyNanos = everyNanos;
        }

        PartitionCommand command() {
            return switch (this) {
                case EXPIRED_WRITES -> new PartitionCommand.ExpireWrites(ROWS);
                case DROPPED_PARTS -> new PartitionCommand.SweepParts(ROWS, KEPT_MILLIS);
                case OLD_RESULTS -> new PartitionCommand.PruneResults(ROWS);
            };
        }
    }

    private final GroupId group;
    private final PartitionServer server;
    private final Clock clock;
    private final Sweep sweep;
    private long nextNanos;

    public LeaderWorker(GroupId group, PartitionServer server, Clock clock, Sweep sweep) {
        this.group = group;
        this.server = server;
        this.clock = clock;
        this.sweep = sweep;
        nextNanos = clock.nanos();
    }

    @Override
    public String name() {
        return switch (sweep) {
            case EXPIRED_WRITES -> "expire-writes/" + group;
            case DROPPED_PARTS -> "sweep-parts/" + group;
            case OLD_RESULTS -> "prune-results/" + group;
        };
    }

    @Override
    public Step step() throws InterruptedException {
        long now = clock.nanos();
        if (!server.log().leadership().isLeader()) {
            return new Step.Idle("another replica leads");
        }
        if (now - nextNanos < 0) {
            return Step.idle();
        }
        Stamp asked = Stamp.asked(0, 0);
        return switch (server.execute(asked, sweep.command(), now + DEADLINE_NANOS)) {
            case MetadataResponse.Replied replied -> swept(replied, now);
            case MetadataResponse.NotLeader _ -> new Step.Idle("another replica leads");
            case MetadataResponse.Failed failed -> new Step.Failed(failed.message());
            case MetadataResponse.Answered _,
                    MetadataResponse.Stands _,
                    MetadataResponse.Members _,
                    MetadataResponse.Exported _,
                    MetadataResponse.Verified _ ->
                    new Step.Failed("a command was answered like a question");
        };
    }

    private Step swept(MetadataResponse.Replied replied, long now) {
        return switch (ReplyCodec.decodePartition(replied.reply())) {
            case PartitionReply.Swept swept when swept.count() >= ROWS ->
                    new Step.Worked(swept.count() + " rows");
            case PartitionReply.Swept _ -> {
                nextNanos = now + sweep.everyNanos;
                yield Step.idle();
            }
            case PartitionReply other -> new Step.Failed("answered " + other);
        };
    }
}
