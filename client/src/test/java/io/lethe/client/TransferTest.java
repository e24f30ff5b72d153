package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.client.model.Bucket;
import io.lethe.client.model.ByteRange;
import io.lethe.client.model.GetResult;
import io.lethe.client.model.PutResult;
import io.lethe.fake.FakeCluster;
import io.lethe.fake.Faults;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Puts and gets: resumed, bounded, verified, given up. */
final class TransferTest {
    private static final int MEBI = 1024 * 1024;

    /** gRPC's own windows and queues, the SDK's, and one message of each side. */
    private static final long MOST_UNDER_WAY = 12L * MEBI;

    @TempDir private Path directory = Path.of("");

    private final FakeCluster cluster = FakeCluster.start(1);
    private final Faults faults = cluster.faults();
    private final LetheClient client = Clients.of(cluster).build();
    private final byte[] bytes = random(10 * MEBI + 17);

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void putObject() {
        Bucket unusedBucket = client.buckets().create("bucket");
        PutResult unusedPut = client.objects().put("bucket", "k", Source.bytes(bytes));
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    @Test
    void brokenDownloadGoesOnWhereItBroke() {
        faults.breakDownloadAfter(3 * MEBI + 5);
        faults.breakDownloadAfter(0);
        faults.breakDownloadAfter(MEBI);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GetResult got = client.objects().get("bucket", "k", Target.stream(out));
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(got.range().lengthBytes()).isEqualTo(bytes.length);
        assertThat(faults.calls("GetObject")).isEqualTo(4);
        assertThat(faults.sentBytes()).isEqualTo(bytes.length);
    }

    @Test
    void brokenRangeGoesOnInsideTheRange() {
        faults.breakDownloadAfter(MEBI);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GetOptions range = GetOptions.builder().range(ByteRange.last(4L * MEBI)).build();
        GetResult unusedGot = client.objects().get("bucket", "k", Target.stream(out), range);
        assertThat(out.toByteArray())
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 4 * MEBI, bytes.length));
    }

    @Test
    void connectionsThatAreCutAreResumedOverNewOnes() throws IOException {
        List<Long> cuts = List.of(3L * MEBI, 2L * MEBI, 100L);
        try (CuttingProxy proxy = new CuttingProxy(cluster.port(0), cuts);
                LetheClient cut =
                        LetheClient.builder()
                                .endpoints(proxy.endpoint())
                                .credentials(FakeCluster.ACCESS_KEY, FakeCluster.SECRET_KEY)
                                .retries(Clients.QUICK)
                                .build()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            GetResult unusedGot = cut.objects().get("bucket", "k", Target.stream(out));
            assertThat(out.toByteArray()).isEqualTo(bytes);
            assertThat(proxy.connections()).isEqualTo(4);
        }
    }

    @Test
    void objectThatWasReplacedInBetweenIsNotMixed() {
        faults.breakDownloadAfter(2 * MEBI);
        AtomicLong seen = new AtomicLong();
        GetOptions replacing =
                GetOptions.builder()
                        .progress(
                                soFar -> {
                                    if (seen.getAndSet(soFar) == 0) {
                                        CompletableFuture<PutResult> put =
                                                client.objects()
                                                        .putAsync(
                                                                "bucket",
                                                                "k",
                                                                Source.bytes(new byte[9]),
                                                                PutOptions.DEFAULT);
                                        assertThat(put.join().sizeBytes()).isEqualTo(9);
                                    }
                                })
                        .build();
        Path file = directory.resolve("k");
        assertThatThrownBy(() -> client.objects().get("bucket", "k", Target.file(file), replacing))
                .isInstanceOfSatisfying(
                        LetheException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void wrongBytesAreNoticedAndLeaveNoFile() {
        faults.flipBytes();
        assertThatThrownBy(
                        () ->
                                client.objects()
                                        .get("bucket", "k", Target.file(directory.resolve("k"))))
                .isInstanceOfSatisfying(
                        LetheException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY));
        assertThat(directory).isEmptyDirectory();
        try (ObjectStream stream = client.objects().open("bucket", "k")) {
            assertThatThrownBy(stream::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(LetheException.class);
        }
    }

    @Test
    void fileAppearsWholeAndReplacesTheOldOne() throws IOException {
        Path file = Files.writeString(directory.resolve("k"), "old");
        GetResult unusedGot = client.objects().get("bucket", "k", Target.file(file));
        assertThat(file).hasBinaryContent(bytes);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void cancelledDownloadLeavesNoFile() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        GetOptions slow =
                GetOptions.builder()
                        .progress(
                                soFar -> {
                                    begun.countDown();
                                    await(goOn);
                                })
                        .build();
        CompletableFuture<GetResult> get =
                client.objects().getAsync("bucket", "k", Target.file(directory.resolve("k")), slow);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(get.cancel(true)).isTrue();
        goOn.countDown();
        assertThat(directory).isEmptyDirectory();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void fullTargetEndsTheGetAndSaysWhy() {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        assertThatThrownBy(() -> client.objects().get("bucket", "k", Target.stream(full)))
                .isInstanceOf(LetheException.Local.class)
                .hasMessageContaining("No space left on device");
        assertThat(faults.calls("GetObject")).isEqualTo(1);
    }

    @Test
    void readerThatDoesNotReadHoldsTheServerBack() throws IOException {
        byte[] large = new byte[64 * MEBI];
        PutResult unusedPut = client.objects().put("bucket", "large", Source.bytes(large));
        long before = faults.sentBytes();
        try (ObjectStream stream = client.objects().open("bucket", "large")) {
            byte[] buffer = new byte[100_000];
            long read = 0;
            long most = 0;
            int n = stream.read(buffer);
            while (n > 0) {
                read += n;
                most = Math.max(most, faults.sentBytes() - before - read);
                n = stream.read(buffer);
            }
            assertThat(read).isEqualTo(large.length);
            assertThat(most).isLessThan(MOST_UNDER_WAY);
        }
    }

    @Test
    void closingAStreamEarlyEndsItsDownload() throws IOException {
        ObjectStream stream = client.objects().open("bucket", "k");
        assertThat(stream.read()).isEqualTo(bytes[0] & 0xff);
        stream.close();
        assertThatThrownBy(stream::read).hasMessageContaining("closed");
    }

    @Test
    void serverThatDoesNotReadHoldsThePutBackAndIsLeftAsStalled() {
        faults.ignoreData();
        AtomicLong read = new AtomicLong();
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        return 0;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        long unusedSum = read.addAndGet(length);
                        return length;
                    }
                };
        RetryPolicy impatient =
                new RetryPolicy(
                        2,
                        Duration.ofMillis(1),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(500));
        try (LetheClient stalled = Clients.of(cluster).retries(impatient).build()) {
            assertThatThrownBy(() -> stalled.objects().put("bucket", "e", Source.stream(endless)))
                    .isInstanceOf(LetheException.Unavailable.class)
                    .hasMessageContaining("moved no byte")
                    .hasMessageContaining("nothing was stored");
        }
        assertThat(read.get()).isLessThan(MOST_UNDER_WAY);
    }

    @Test
    void cancelledPutStoresNothing() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        InputStream slow =
                new FilterInputStream(new ByteArrayInputStream(new byte[300_000])) {
                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        begun.countDown();
                        return super.read(target, offset, length);
                    }
                };
        faults.ignoreData();
        CompletableFuture<PutResult> put =
                client.objects().putAsync("bucket", "c", Source.stream(slow), PutOptions.DEFAULT);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(put.cancel(true)).isTrue();
        assertThatThrownBy(() -> client.objects().head("bucket", "c"))
                .isInstanceOf(LetheException.NotFound.class);
    }

    @Test
    void fileThatShrinksWhileItIsReadStoresNothing() {
        Source lying =
                new Source() {
                    @Override
                    public java.util.OptionalLong sizeBytes() {
                        return java.util.OptionalLong.of(1000);
                    }

                    @Override
                    public boolean rereadable() {
                        return true;
                    }

                    @Override
                    public InputStream open() {
                        return new ByteArrayInputStream(new byte[999]);
                    }

                    @Override
                    public String description() {
                        return "the file";
                    }
                };
        assertThatThrownBy(() -> client.objects().put("bucket", "l", lying))
                .isInstanceOf(LetheException.Local.class)
                .hasMessageContaining("has changed while it was read");
        assertThatThrownBy(() -> client.objects().head("bucket", "l"))
                .isInstanceOf(LetheException.NotFound.class);
    }

    @Test
    void fileThatIsNotThereIsSaid() {
        Source missing = Source.file(directory.resolve("missing"));
        assertThatThrownBy(() -> client.objects().put("bucket", "m", missing))
                .isInstanceOf(LetheException.Local.class)
                .hasMessageContaining("missing")
                .hasMessageContaining("no such file");
    }

    @Test
    void progressIsTold() {
        AtomicLong sent = new AtomicLong();
        AtomicLong got = new AtomicLong();
        AtomicLong total = new AtomicLong();
        PutResult unusedPut =
                client.objects()
                        .put(
                                "bucket",
                                "p",
                                Source.bytes(bytes),
                                PutOptions.builder().progress(sent::set).build());
        GetResult unusedGot =
                client.objects()
                        .get(
                                "bucket",
                                "p",
                                Target.stream(OutputStream.nullOutputStream()),
                                GetOptions.builder().progress(got::set).total(total::set).build());
        assertThat(List.of(sent.get(), got.get(), total.get())).containsOnly((long) bytes.length);
    }
}
