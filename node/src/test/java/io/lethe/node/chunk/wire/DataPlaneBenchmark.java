package io.lethe.node.chunk.wire;

import com.sun.management.OperatingSystemMXBean;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Throughput and CPU of both ends over loopback, in one process: run {@code main} by hand, with
 * {@code tls} as an argument for TLS. Writes go to a store that throws bytes away, reads come from
 * a file in the page cache, so what is measured is the transport.
 */
final class DataPlaneBenchmark {
    private static final int CHUNK_BYTES = 16 << 20;
    private static final int SEND_BYTES = 1 << 20;
    private static final int BLOCK_BYTES = 65_540;
    private static final int STREAMS = 8;
    private static final double GIGA = 1e9;

    private final WireFixture wire;
    private final byte[] bytes = WireFixture.bytes(1, SEND_BYTES);

    private DataPlaneBenchmark(Path directory, boolean tls) {
        Certificates.Pem pem = tls ? Certificates.make(directory, "bench") : null;
        wire =
                new WireFixture(
                        directory, pem == null ? null : new TlsContexts(pem.trusting(pem)), true);
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("wire-bench");
        DataPlaneBenchmark bench =
                new DataPlaneBenchmark(directory, List.of(arguments).contains("tls"));
        byte[] whole = WireFixture.bytes(1, CHUNK_BYTES);
        ChunkKey key = WireFixture.key(1, 0);
        bench.wire.write(key, whole, BLOCK_BYTES);
        bench.wire.devices.put(
                bench.wire.device, new ServedDevice(bench.discarding(), bench.wire.pool));
        for (int round = 0; round < 4; round++) {
            bench.measure("write 16 MiB chunks", 128, CHUNK_BYTES, bench::writeOne);
            bench.measure("read 16 MiB", 128, CHUNK_BYTES, n -> bench.readOne(key, CHUNK_BYTES));
            bench.measure("read 64 KiB", 20_000, 65_540, n -> bench.readOne(key, 65_540));
            bench.measure("read 16 KiB", 20_000, 16_384, n -> bench.readOne(key, 16_384));
            bench.measure("write 16 KiB", 20_000, 16_384, n -> bench.writeSmall(n));
        }
        bench.wire.close();
    }

    /** The store with writers that drop what they get. */
    private ChunkStore discarding() {
        ChunkStore.Writer nothing =
                new ChunkStore.Writer() {
                    @Override
                    public void append(byte[] source, int offset, int lengthBytes) {}

                    @Override
                    public void finish() {}

                    @Override
                    public void abort() {}
                };
        return (ChunkStore)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ChunkStore.class},
                        (_, method, arguments) ->
                                method.getName().equals("create")
                                        ? nothing
                                        : method.invoke(wire.store, arguments));
    }

    private interface Step {
        void run(int number);
    }

    private void measure(String what, int count, int lengthBytes, Step step) {
        OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long start = System.nanoTime();
        long cpu = system.getProcessCpuTime();
        List<Promise<Boolean>> done = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            Promise<Boolean> promise = wire.tasks.promise();
            int first = stream;
            var _ =
                    wire.tasks.fork(
                            what,
                            () -> {
                                try {
                                    for (int n = first; n < count; n += STREAMS) {
                                        step.run(n);
                                    }
                                    promise.complete(true);
                                } catch (AssertionError | StoreException failure) {
                                    promise.fail(failure);
                                }
                            });
            done.add(promise);
        }
        done.forEach(this::await);
        double seconds = (System.nanoTime() - start) / GIGA;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) / GIGA;
        double gigabytes = (double) count * lengthBytes / GIGA;
        System.out.printf(
                Locale.ROOT,
                "%-20s %7.0f MB/s  %.2f CPU-s/GB  %7.0f/s  %.1f CPU-us each%n",
                what,
                gigabytes * 1000 / seconds,
                cpuSeconds / gigabytes,
                count / seconds,
                cpuSeconds * 1e6 / count);
    }

    /** A loaded machine takes its time. */
    private void await(Promise<Boolean> promise) {
        try {
            promise.await(wire.clock.nanos() + TimeUnit.MINUTES.toNanos(10));
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private void writeOne(int number) {
        ChunkPeers.Sink sink = wire.sink(WireFixture.key(number, 0), CHUNK_BYTES, BLOCK_BYTES);
        for (int sent = 0; sent < CHUNK_BYTES; sent += SEND_BYTES) {
            wire.await(sink.send(bytes, 0, SEND_BYTES));
        }
        wire.await(sink.finish());
    }

    private void writeSmall(int number) {
        ChunkPeers.Sink sink = wire.sink(WireFixture.key(number, 0), 16_384, 16_384);
        Promise<Boolean> sent = sink.send(bytes, 0, 16_384);
        wire.await(sent);
        wire.await(sink.finish());
    }

    private void readOne(ChunkKey key, int lengthBytes) {
        DeviceId device = wire.device;
        Ticket ticket = WireFixture.ticket(Ticket.Operation.READ, key);
        wire.await(wire.client.read(device, ticket, key, 0, lengthBytes, wire.deadline()));
    }
}
