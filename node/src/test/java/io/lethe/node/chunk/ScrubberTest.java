package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.WorkerStatus;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.State;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubberTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Pacing PACING = Pacing.every(SECOND);

    @TempDir Path temp;
    private final ManualTasks tasks = new ManualTasks();
    private final ManualClock diskClock = new ManualClock();
    private final Metrics metrics = new Metrics();
    private final DiskLoad load = new DiskLoad(tasks.clock());

    @BeforeEach
    void someTimeHasPassed() {
        tasks.runFor(1_000 * SECOND);
    }

    /** A device whose calls are answered at once. */
    private final class Device implements DeviceCalls {
        private final ChunkStore store;
        private @Nullable ErrorCode refusal;

        Device(ChunkStore store) {
            this.store = store;
        }

        @Override
        public DeviceId device() {
            return store.device();
        }

        @Override
        public <T> Promise<T> call(Function<ChunkStore, T> work) {
            Promise<T> promise = tasks.promise();
            try {
                ErrorCode code = refusal;
                if (code != null) {
                    throw new StoreException(code, "refused");
                }
                boolean _ = promise.complete(work.apply(store));
            } catch (StoreException e) {
                boolean _ = promise.fail(e);
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
            return load;
        }
    }

    private FakeChunkStore fake() {
        DeviceId id = new DeviceId(new Id128(1, 1));
        return new FakeChunkStore(id, tasks.clock(), RandomSource.seeded(1));
    }

    private DiskChunkStore disk() {
        return DiskFixture.open(temp.resolve("device"), diskClock);
    }

    private static void fill(ChunkStore store, int chunks, int bytes) {
        for (int i = 0; i < chunks; i++) {
            Chunks.put(store, Chunks.key(1 + i % 3, i), Chunks.bytes(i, bytes));
        }
    }

    /** Scrubs for a while; what the worker says of itself then. */
    private WorkerStatus scrub(DeviceCalls device, Duration period, long nanos) throws Exception {
        Workers workers = new Workers(tasks, new Metrics());
        Scrubber scrubber = new Scrubber(device, tasks, period);
        scrubber.show(metrics);
        workers.start(scrubber, PACING);
        tasks.runFor(nanos);
        WorkerStatus status = workers.statuses().getFirst();
        workers.stop(Long.MAX_VALUE);
        assertThat(tasks.faults()).isEmpty();
        return status;
    }

    @Test
    void aPassTakesAboutThePeriodHoweverFullTheDeviceIs() throws Exception {
        for (int chunks : new int[] {1, 10, 300}) {
            FakeChunkStore store = fake();
            fill(store, chunks, 20_000);
            long began = tasks.clock().wallMillis();
            WorkerStatus half = scrub(new Device(store), HOUR, 1_800 * SECOND);
            if (chunks > 1) {
                assertThat(store.scrubPlace().doneChunks())
                        .as("%d chunks", chunks)
                        .isBetween(chunks * 4L / 10, chunks * 6L / 10);
                assertThat(half.progress())
                        .matches("(4|5)\\d % of this pass, ends in about (2|3)\\d min");
            }
            var _ = scrub(new Device(store), HOUR, 2_000 * SECOND);
            assertThat(store.scrubPlace().lastEndedMillis() - began)
                    .as("%d chunks", chunks)
                    .isBetween(chunks == 1 ? 2_700_000L : 3_200_000L, 3_700_000L);
        }
    }

    @Test
    void bitsThatRotInBytesHeadsAndChecksumsAreFoundAndListed() throws Exception {
        try (DiskChunkStore store = disk()) {
            fill(store, 12, 50_000);
            // Extents of 4,096 + 53,248 bytes, after the file's first page.
            Path file = DiskFixture.dataFiles(temp.resolve("device")).getFirst();
            flip(file, at(2) + 4_096 + 49_999);
            flip(file, at(5) + 20);
            flip(file, at(7) + ExtentFormat.HEADER_BYTES + 6);
            WorkerStatus status = scrub(new Device(store), HOUR, 2 * HOUR.toNanos());
            assertThat(store.damaged(10)).containsExactlyInAnyOrder(key(2), key(5), key(7));
            assertThat(store.scrubPlace().lastFaults()).isEqualTo(3);
            assertThat(status.progress()).contains("the last pass found 3 faults");
            assertThat(metrics.openMetrics()).contains("lethe_scrub_faults_total{device=\"");
            Chunks.put(store, key(5), Chunks.bytes(5, 50_000));
            assertThat(store.damaged(10)).containsExactlyInAnyOrder(key(2), key(7));
        }
    }

    private static long at(int chunk) {
        return 4_096 + chunk * (4_096L + 53_248);
    }

    private static ChunkKey key(int chunk) {
        return Chunks.key(1 + chunk % 3, chunk);
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 8;
        Files.write(file, bytes, StandardOpenOption.WRITE);
    }

    @Test
    void aRestartGoesOnWhereThePassWas() throws Exception {
        ScrubPlace before;
        try (DiskChunkStore store = disk()) {
            fill(store, 40, 5_000);
            var _ = scrub(new Device(store), HOUR, 1_800 * SECOND);
            before = store.scrubPlace();
            assertThat(before.doneChunks()).isBetween(15L, 25L);
        }
        try (DiskChunkStore store = disk()) {
            assertThat(store.scrubPlace()).isEqualTo(before);
            long verified = store.figure(DiskFigure.CHUNKS_VERIFIED);
            var _ = scrub(new Device(store), HOUR, 1_600 * SECOND);
            assertThat(store.scrubPlace().startedMillis()).isEqualTo(before.startedMillis());
            assertThat(store.figure(DiskFigure.CHUNKS_VERIFIED) - verified)
                    .isEqualTo(store.scrubPlace().doneChunks() - before.doneChunks());
        }
    }

    @Test
    void aLatePassTakesAShareOfWhatIsFreeAndTheFloorOfABusyDevice() throws Exception {
        FakeChunkStore store = fake();
        fill(store, 20, 4 << 20);
        var _ = scrub(new Device(store), Duration.ofSeconds(1), 4 * SECOND);
        // A fifth of 64 MiB/s.
        assertThat(store.scrubPlace().doneBytes()).isBetween(44L << 20, 60L << 20);
        store.keepScrubPlace(ScrubPlace.NONE);
        load.entered();
        tasks.runFor(20 * SECOND);
        var _ = scrub(new Device(store), Duration.ofSeconds(1), 4 * SECOND);
        assertThat(store.scrubPlace().doneBytes()).isBetween(28L << 20, 36L << 20);
        var _ = scrub(new Device(store), Duration.ofSeconds(1), 8 * SECOND);
        assertThat(store.scrubPlace().lastEndedMillis()).as("it ends").isPositive();
    }

    @Test
    void deletedChunksDoNotStopAPassAndAnEmptyDeviceHasNone() throws Exception {
        FakeChunkStore store = fake();
        WorkerStatus empty = scrub(new Device(store), HOUR, 10 * SECOND);
        assertThat(empty.progress()).isEqualTo("nothing is stored");
        fill(store, 30, 20_000);
        var _ = scrub(new Device(store), HOUR, 2_700 * SECOND);
        for (int i = 0; i < 30; i += 2) {
            store.delete(key(i));
        }
        var _ = scrub(new Device(store), HOUR, 1_800 * SECOND);
        assertThat(store.scrubPlace().lastEndedMillis()).isPositive();
        assertThat(store.damaged(10)).isEmpty();
    }

    @Test
    void aPassIsOnTimeThoughMuchOfWhatItReadIsDeletedMeanwhile() throws Exception {
        FakeChunkStore store = fake();
        for (int pg = 1; pg <= 20; pg++) {
            for (int i = 0; i < 50; i++) {
                Chunks.put(store, Chunks.key(pg, i), Chunks.bytes(i, 40_000));
            }
        }
        var _ = scrub(new Device(store), HOUR, 1_800 * SECOND);
        assertThat(store.scrubPlace().doneChunks()).isBetween(400L, 600L);
        for (int pg = 1; pg <= 8; pg++) {
            for (int i = 0; i < 50; i++) {
                store.delete(Chunks.key(pg, i));
            }
        }
        var _ = scrub(new Device(store), HOUR, 1_900 * SECOND);
        assertThat(store.scrubPlace().lastEndedMillis()).isPositive();
    }

    @Test
    void aBusyDeviceIsAskedLaterAndABrokenOneIsAFailure() throws Exception {
        FakeChunkStore store = fake();
        fill(store, 3, 1_000);
        Device device = new Device(store);
        Scrubber scrubber = new Scrubber(device, tasks, HOUR);
        device.refusal = ErrorCode.OVERLOADED;
        assertThat(scrubber.step()).isInstanceOf(Step.Idle.class);
        device.refusal = null;
        assertThat(scrubber.step()).isInstanceOf(Step.Idle.class);
        store.fail("medium error");
        assertThat(scrubber.step())
                .isInstanceOfSatisfying(
                        Step.Failed.class,
                        failed -> assertThat(failed.reason()).contains("medium error"));
        assertThat(store.status().state()).isEqualTo(State.FAILED);
    }

    private void rotIndex() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("device").resolve("index"))) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(".sst")) {
                    flip(file, 20);
                }
            }
        }
    }

    private void fillAndSettle() {
        try (DiskChunkStore store = disk()) {
            fill(store, 12, 5_000);
        }
        // What was in the log is in a table once it was opened again.
        disk().close();
    }

    private void assertMadeAnew() throws IOException {
        try (DiskChunkStore store = disk()) {
            assertThat(store.indexRebuilt()).isTrue();
            assertThat(store.status().chunks()).isEqualTo(12);
            for (int i = 0; i < 12; i++) {
                assertThat(store.verify(key(i))).isEqualTo(ChunkStore.Verdict.SOUND);
            }
        }
        disk().close();
        try (Stream<Path> entries = Files.list(temp.resolve("device"))) {
            assertThat(entries.map(path -> String.valueOf(path.getFileName())))
                    .filteredOn(name -> name.startsWith("index") || name.startsWith("rebuild"))
                    .hasSize(2);
        }
    }

    @Test
    void anIndexThatRotsUnnoticedIsFoundAtTheEndOfAPassAndMadeAnewAtTheNextStart()
            throws Exception {
        fillAndSettle();
        try (DiskChunkStore store = disk()) {
            var _ = scrub(new Device(store), Duration.ofSeconds(20), 30 * SECOND);
            assertThat(store.scrubPlace().lastEndedMillis()).isPositive();
            assertThat(store.status().fault()).isNull();
            // All of it is in memory now, and looked up there.
            rotIndex();
            var _ = scrub(new Device(store), Duration.ofSeconds(20), 30 * SECOND);
            assertThat(store.status().fault()).contains("the index is damaged", "restart");
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
        }
        assertMadeAnew();
    }

    @Test
    void anIndexThatCannotBeReadFailsTheDeviceAndIsMadeAnewAtTheNextStart() throws Exception {
        fillAndSettle();
        try (DiskChunkStore store = disk()) {
            rotIndex();
            ChunkStoreContract.assertCode(ErrorCode.UNAVAILABLE, () -> store.list(null, null, 100));
            assertThat(store.status().fault()).contains("made anew when this node is restarted");
        }
        assertMadeAnew();
    }

    @Test
    void thePlacesRowIsAsDocumented() {
        ScrubPlace place = new ScrubPlace(1, Chunks.key(3, 4), 5, 6, 7, 8, 9, 10);
        assertThat(ScrubPlace.decode(place.encode())).isEqualTo(place);
        assertThat(ScrubPlace.decode(ScrubPlace.NONE.encode())).isEqualTo(ScrubPlace.NONE);
        assertThat(java.util.HexFormat.of().formatHex(place.encode()))
                .isEqualTo(
                        "01"
                                + "0000000000000001"
                                + "0000000000000005"
                                + "0000000000000006"
                                + "0000000000000007"
                                + "0000000000000008"
                                + "0000000000000009"
                                + "000000000000000a"
                                + "01"
                                + "0000000000000003"
                                + "00000000000000070000000000000004"
                                + "02");
    }

    @Test
    void timesAreSaidAsPeopleSayThem() {
        assertThat(Scrubber.about(119)).isEqualTo("119 s");
        assertThat(Scrubber.about(120)).isEqualTo("2 min");
        assertThat(Scrubber.about(7_200)).isEqualTo("2 h");
        assertThat(Scrubber.about(300_000)).isEqualTo("3 d");
    }
}
