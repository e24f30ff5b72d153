package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Answers that come just when a reader asks others in their place. Without the lock around what
 * answers change, a copy of it that is made meanwhile loses bits or breaks, which halts the node.
 */
class SegmentReaderRaceTest {
    private static final int READERS = 250;
    private static final int READS = 60;

    /** The least time after which a reader hedges. */
    private static final long HEDGE_MICROS = TimeUnit.MILLISECONDS.toMicros(15);

    private final ObjectWorld world = new ObjectWorld();
    private final Random random = new Random(7);

    @Test
    void answersThatComeWithTheHedgeBreakNothing() throws Exception {
        SegmentRef segment = stored();
        BitSet wanted = new BitSet();
        wanted.set(0, segment.scheme().k());
        try (ScheduledExecutorService late = Executors.newScheduledThreadPool(4)) {
            world.peers.answering =
                    answer -> {
                        var _ = late.schedule(answer, delayMicros(), TimeUnit.MICROSECONDS);
                    };
            world.race(
                    READERS,
                    _ -> {
                        for (int i = 0; i < READS; i++) {
                            SegmentReader reader =
                                    new SegmentReader(
                                            world.ports,
                                            new PeerHealth(world.tasks.clock()),
                                            quick(),
                                            segment,
                                            world.deadline());
                            var _ = reader.fetch(0, 1, wanted, new BitSet());
                        }
                    });
        }
    }

    private synchronized long delayMicros() {
        return HEDGE_MICROS + random.nextInt(300);
    }

    /** What a reader knows after many quick reads. */
    private static ReadTimes quick() {
        ReadTimes times = new ReadTimes();
        for (int i = 0; i < 500; i++) {
            times.took(1);
        }
        return times;
    }

    private SegmentRef stored() throws InterruptedException {
        var _ =
                world.objects.put(
                        ObjectWorld.CALLER,
                        new PutRequest(
                                new WriteId(Id128.random(world.ports.random())),
                                ObjectWorld.PLAIN,
                                "key",
                                "",
                                Attributes.none(),
                                new Condition.Always(),
                                null,
                                null),
                        ObjectWorld.body(new byte[100_000]),
                        world.deadline());
        PartitionAnswer answer =
                world.metadata.queryIn(
                        ObjectWorld.PARTITION,
                        new PartitionQuery.Find(
                                new BucketId(1), Bytes.utf8("key"), new Which.Current()),
                        0);
        if (answer instanceof PartitionAnswer.Found(var row, var _)
                && row != null
                && row.body() != null
                && row.body().placement() instanceof Placement.Segments(var segments)) {
            assertThat(segments).hasSize(1);
            return segments.getFirst();
        }
        throw new AssertionError(answer);
    }
}
