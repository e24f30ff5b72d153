package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Completes segments that were acknowledged with chunks missing, for the partitions that this node
 * leads, as soon as the chunk's device is back; where it stays away, the segment is written anew
 * elsewhere ({@link Substitution}). Works on ciphertext. One task.
 */
public final class Rebuilder implements Worker {
    private static final int BATCH = 16;
    private static final Duration SEGMENT_WITHIN = Duration.ofSeconds(60);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final ChunkRebuild chunks;
    private final Substitution substitution;
    private final Map<GroupId, @Nullable Bytes> cursors = new HashMap<>();

    public Rebuilder(ObjectPorts ports, Leadership leadership) {
        this.ports = ports;
        this.leadership = leadership;
        PeerHealth health = new PeerHealth(ports.tasks().clock());
        chunks = new ChunkRebuild(ports, health);
        substitution = new Substitution(ports, health);
    }

    @Override
    public String name() {
        return "rebuild";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        List<GroupId> led = leadership.ledPartitions();
        cursors.keySet().retainAll(led);
        int done = 0;
        int waiting = 0;
        for (GroupId partition : led) {
            PartitionAnswer answer =
                    ports.metadata()
                            .queryIn(
                                    partition,
                                    new PartitionQuery.Underprotected(
                                            cursors.get(partition), BATCH),
                                    deadline());
            if (answer
                    instanceof
                    PartitionAnswer.UnderprotectedPage(List<UnderprotectedRow> rows, Bytes next)) {
                cursors.put(partition, next);
                for (UnderprotectedRow row : rows) {
                    boolean finished = complete(row);
                    done += finished ? 1 : 0;
                    waiting += finished ? 0 : 1;
                }
            }
        }
        String progress = done + " segments completed, " + waiting + " wait for their device";
        return done > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + SEGMENT_WITHIN.toNanos();
    }

    /** True when the segment has all its chunks, or another has taken its place. */
    private boolean complete(UnderprotectedRow row) throws InterruptedException {
        SegmentRef ref = row.segment();
        PlacementGroup pg = ports.directory().placementGroup(ref.pg()).orElse(null);
        if (pg == null) {
            return false;
        }
        long durable = 0;
        for (int i = 0; i < ref.scheme().width(); i++) {
            if (((ref.missing() >>> i) & 1) != 0 && chunks.writable(pg.writer(i))) {
                durable |=
                        chunks.rebuild(row.segment(), row.write(), row.bucket(), i, deadline())
                                ? 1L << i
                                : 0;
            }
        }
        if (durable != 0) {
            report(row, durable);
        }
        if (durable == ref.missing()) {
            return true;
        }
        long waitedMillis = ports.tasks().clock().wallMillis() - row.sinceMillis();
        return waitedMillis > ports.settings().substituteAfter().toMillis()
                && substitution.replace(row, deadline());
    }

    private void report(UnderprotectedRow row, long durable) throws InterruptedException {
        PartitionReply reply =
                ports.metadata()
                        .execute(
                                RowKeys.objectKey(row.bucket(), row.key()),
                                new PartitionCommand.Rebuilt(
                                        row.bucket(),
                                        row.key(),
                                        row.order(),
                                        row.segment().segment(),
                                        durable),
                                ports.directory().index(),
                                deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
        ports.meters().chunksRebuilt.add(Long.bitCount(durable));
    }
}
