package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.State;
import io.lethe.node.chunk.DiskTimes.Kind;
import io.lethe.node.chunk.DiskTimes.Medians;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceWatchTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir Path temp;
    private final ManualTasks tasks = new ManualTasks();
    private final DiskTimes times = new DiskTimes(tasks.clock());
    private final ChunkStore store =
            new FakeChunkStore(
                    new DeviceId(new Id128(1, 1)), tasks.clock(), RandomSource.seeded(1));
    private final Medians quick = new Medians(0, 0, 4_000);
    private List<Medians> others = List.of(quick, quick, quick);

    /** What a probe takes; null: it does not come back. */
    private @Nullable Long probeMillis = 4L;

    /** The device, answering as late as {@code probeMillis} says. */
    private final class Device implements DeviceCalls {
        @Override
        public DeviceId device() {
            return store.device();
        }

        @Override
        public <T> Promise<T> call(Function<ChunkStore, T> work) {
            Promise<T> promise = tasks.promise();
            Long millis = probeMillis;
            if (millis != null) {
                tasks.spend(millis * MILLI);
                times.record(Kind.SYNC, millis * MILLI);
                try {
                    boolean _ = promise.complete(work.apply(store));
                } catch (StoreException e) {
                    boolean _ = promise.fail(e);
                }
            }
            return promise;
        }

        @Override
        public State state() {
            return store.status().state();
        }

        @Override
        public void setSlow(@Nullable String why) {
            store.setSlow(why);
        }

        @Override
        public DiskLoad load() {
            throw new UnsupportedOperationException();
        }
    }

    private final DeviceWatch watch =
            new DeviceWatch(new Device(), times, tasks, () -> others, DeviceWatch.Patience.usual());

    private void begin() {
        new Workers(tasks, new Metrics()).start(watch, Pacing.every(5 * SECOND));
        tasks.runFor(120 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.ONLINE);
    }

    @Test
    void aDeviceIsSlowAfterAMinuteOfIt() {
        begin();
        probeMillis = 200L;
        tasks.runFor(40 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.ONLINE);
        tasks.runFor(60 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.SLOW);
        assertThat(store.status().fault()).contains("half of its syncs take more than");
        assertThat(watch.troubleSinceMillis())
                .isBetween(tasks.clock().wallMillis() - 60_000, tasks.clock().wallMillis());
    }

    @Test
    void aSlowMomentIsNoTrouble() {
        begin();
        for (int i = 0; i < 10; i++) {
            probeMillis = 200L;
            tasks.runFor(40 * SECOND);
            probeMillis = 4L;
            tasks.runFor(40 * SECOND);
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
            assertThat(watch.troubleSinceMillis()).isZero();
        }
    }

    @Test
    void itIsQuickAgainAfterFiveMinutesOfThat() {
        begin();
        probeMillis = 200L;
        tasks.runFor(120 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.SLOW);
        probeMillis = 4L;
        tasks.runFor(240 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.SLOW);
        tasks.runFor(120 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.ONLINE);
        assertThat(store.status().fault()).isNull();
        assertThat(watch.troubleSinceMillis()).isZero();
    }

    @Test
    void aDeviceThatDoesNotAnswerIsSlow() {
        begin();
        others = List.of();
        probeMillis = null;
        tasks.runFor(180 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.SLOW);
    }

    @Test
    void aClusterThatIsSlowAllOverHasNoSlowDevice() {
        begin();
        others = List.of(new Medians(0, 0, 262_144), new Medians(0, 0, 131_072), quick);
        probeMillis = 200L;
        tasks.runFor(600 * SECOND);
        assertThat(store.status().state()).isEqualTo(State.ONLINE);
    }

    @Test
    void aFailedDeviceIsInTroubleSinceThen() {
        begin();
        ((FakeChunkStore) store).fail("medium error");
        tasks.runFor(30 * SECOND);
        long since = watch.troubleSinceMillis();
        assertThat(since).isPositive();
        tasks.runFor(600 * SECOND);
        assertThat(watch.troubleSinceMillis()).isEqualTo(since);
    }

    @Test
    void aRealDeviceMeasuresItselfAndRefusedReadsMakeItSick() {
        BreakingChannel.Faults faults = new BreakingChannel.Faults();
        ManualClock clock = new ManualClock();
        DiskPorts plain = DiskFixture.ports(clock);
        DiskPorts ports =
                new DiskPorts(
                        clock,
                        plain.random(),
                        plain.natives(),
                        (file, options) ->
                                new BreakingChannel(FileChannel.open(file, options), faults),
                        plain.buffers(),
                        plain.rocks());
        try (DiskChunkStore disk =
                DiskChunkStore.open(DiskFixture.settings(temp.resolve("device")), ports)) {
            for (int i = 0; i < 6; i++) {
                disk.probe();
                Chunks.put(disk, Chunks.key(1, i), Chunks.bytes(i, 5_000));
                assertThat(disk.verify(Chunks.key(1, i))).isEqualTo(ChunkStore.Verdict.SOUND);
            }
            Medians own = disk.times().medians();
            assertThat(List.of(own.readMicros(), own.writeMicros(), own.syncMicros()))
                    .doesNotContain(0L);
            faults.reads.set("Input/output error");
            for (int i = 0; i < DeviceHealth.SICK_READ_ERRORS; i++) {
                assertThat(disk.status().state()).isEqualTo(State.ONLINE);
                assertThat(disk.verify(Chunks.key(1, i))).isEqualTo(ChunkStore.Verdict.CORRUPT);
            }
            assertThat(disk.status().state()).isEqualTo(State.SLOW);
            assertThat(disk.status().fault()).contains("refused 4 reads");
            faults.reads.set(null);
            assertThat(disk.verify(Chunks.key(1, 5))).isEqualTo(ChunkStore.Verdict.SOUND);
            faults.writes.set("No space left on device");
            disk.probe();
            faults.writes.set("Input/output error");
            ChunkStoreContract.assertCode(io.lethe.node.model.ErrorCode.UNAVAILABLE, disk::probe);
            assertThat(disk.status().state()).isEqualTo(State.FAILED);
        }
    }
}
