package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ForwardingMetadata;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which range a partition is told, and when. */
class PartitionInitTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final NodeId NODE = new NodeId(new Id128(1, 1));
    private static final KeyCopy WAS = KeyCopy.replica(NODE, 0);
    private static final KeyCopy IS = KeyCopy.replica(NODE, 7);
    private static final Bytes END = Bytes.hex("ffff");
    private static final long MILLIS = 1_800_000_000_000L;
    private static final long INDEX = 500;

    private final MapRows rows = new MapRows();
    private final Alone metadata = new Alone();
    private long millis = MILLIS;
    private boolean leads = true;

    /** A partition of one replica. */
    private final class Alone extends ForwardingMetadata {
        Alone() {
            super(new MemoryDirectory());
        }

        @Override
        public PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            Stamp stamp = new Stamp(++millis, checkedAt, 0, FeatureLevels.HIGHEST);
            Decision<PartitionReply> decision = PartitionState.decide(rows, stamp, command);
            rows.apply(decision.changes());
            return decision.reply();
        }
    }

    private PartitionReply execute(PartitionCommand command, long checkedAt) {
        return metadata.executeIn(PARTITION, command, checkedAt, 0);
    }

    private Step step(@Nullable Recovery recovery) throws InterruptedException {
        PartitionRecord record =
                new PartitionRecord(
                        PARTITION,
                        Bytes.EMPTY,
                        END,
                        List.of(new Replica(NODE, recovery == null ? 0 : 7)),
                        List.of(),
                        7,
                        null,
                        null,
                        recovery);
        Clock clock =
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return MILLIS;
                    }

                    @Override
                    public long nanos() {
                        return 0;
                    }
                };
        VirtualTasks tasks =
                new VirtualTasks(
                        clock,
                        (_, fault) -> {
                            throw new AssertionError(fault);
                        });
        return new PartitionInit(record, metadata, tasks, () -> leads, () -> INDEX).step();
    }

    private static Recovery recovery() {
        return new Recovery(NODE, 0, 7, 1, 1, 3);
    }

    /** The end of its range; null: it has none. */
    private @Nullable Bytes end() {
        return PartitionState.answer(rows, new PartitionQuery.Summary())
                        instanceof PartitionAnswer.Figures figures
                ? figures.to()
                : null;
    }

    /** The entry by which a survivor goes on. */
    private PartitionReply recovered() {
        return execute(new PartitionCommand.Recovered(WAS, IS, INDEX, MILLIS << 20), 0);
    }

    private PartitionReply mark(long checkedAt) {
        return execute(
                new PartitionCommand.Delete(
                        new WriteId(new Id128(3, millis)),
                        new BucketId(1),
                        Bytes.utf8("key"),
                        new TenantId(new Id128(4, 4)),
                        Versioning.ENABLED,
                        new PartitionCommand.Which.Current(),
                        new Condition.Always()),
                checkedAt);
    }

    @Test
    void aNewOneHasTheRangeOfItsRecordOnceItIsLed() throws Exception {
        leads = false;
        assertThat(step(null)).isInstanceOf(Step.Idle.class);
        assertThat(end()).isNull();
        leads = true;
        assertThat(step(null)).isInstanceOf(Step.Worked.class);
        assertThat(end()).isEqualTo(END);
        assertThat(mark(0)).isInstanceOf(PartitionReply.Deleted.class);
    }

    @Test
    void aSurvivorThatNeverHeardOfARangeHasThatOfItsRecordBehindWhatMayBeLost() throws Exception {
        assertThat(recovered()).isInstanceOf(PartitionReply.Refused.class);
        assertThat(step(recovery())).isInstanceOf(Step.Worked.class);
        assertThat(end()).isEqualTo(END);
        assertThat(PartitionState.registered(rows, IS)).as("its copy of the keys").isTrue();
        assertThat(mark(INDEX - 1))
                .as("validated before the recovery")
                .isEqualTo(new Retry(Why.FENCED, INDEX));
        assertThat(mark(INDEX))
                .isInstanceOfSatisfying(
                        PartitionReply.Deleted.class,
                        deleted -> assertThat(deleted.order()).isGreaterThan(MILLIS << 20));
    }

    @Test
    void aSurvivorThatHasARangeKeepsIt() throws Exception {
        Bytes wider = Bytes.EMPTY;
        execute(new PartitionCommand.Init(Bytes.EMPTY, wider, 0, List.of(WAS)), 0);
        assertThat(recovered()).isEqualTo(new PartitionReply.Done());
        assertThat(step(recovery())).isInstanceOf(Step.Worked.class);
        assertThat(end()).as("a split that it missed is done again").isEqualTo(wider);
    }

    @Test
    void whoGaveItsRangeUpIsNotAskedForEver() throws Exception {
        execute(new PartitionCommand.Init(Bytes.EMPTY, END, 0, List.of(WAS)), 0);
        assertThat(recovered()).isEqualTo(new PartitionReply.Done());
        assertThat(execute(new PartitionCommand.GiveUp(PARTITION, Bytes.EMPTY, END, 9), 0))
                .isInstanceOf(PartitionReply.GivenUp.class);
        assertThat(step(recovery())).isInstanceOf(Step.Worked.class);
    }
}
