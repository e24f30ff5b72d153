package io.lethe.bench;

import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.erasure.ErasureCodec;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What each unavoidable step costs on this machine, in CPU-seconds for one GiB, measured on 256 KiB
 * blocks by one thread (two for the socket), after a warm-up.
 */
record Primitives(
        double md5,
        double sha256,
        double aead,
        double coding,
        double crc,
        double socket,
        double disk) {
    private static final int BLOCK = 256 * 1024;
    private static final double GIB = 1L << 30;
    private static final int WARM_BLOCKS = 800;
    private static final int BLOCKS = 1_600;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private interface Step {
        void run(int block) throws IOException;
    }

    static Primitives measure(Path dir) {
        try {
            byte[] plain = new byte[BLOCK];
            RandomSource.seeded(1).fill(plain);
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            CRC32C crc = new CRC32C();
            return new Primitives(
                    cost(block -> md5.update(plain)),
                    cost(block -> sha256.update(plain)),
                    measureAead(plain),
                    measureCoding(),
                    cost(block -> crc.update(plain, 0, BLOCK)),
                    measureSocket(plain),
                    measureDisk(dir, plain));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static double cost(Step step) throws IOException {
        for (int i = 0; i < WARM_BLOCKS; i++) {
            step.run(i);
        }
        long from = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < BLOCKS; i++) {
            step.run(WARM_BLOCKS + i);
        }
        return perGib(THREADS.getCurrentThreadCpuTime() - from, (long) BLOCKS * BLOCK);
    }

    private static double perGib(long cpuNanos, long bytes) {
        return cpuNanos / 1e9 * GIB / bytes;
    }

    private static double measureAead(byte[] plain) throws IOException {
        byte[] out = new byte[BLOCK + 16];
        Id128 id = new Id128(1, 2);
        try (CellCipher cipher =
                new CellCipher(
                        KeyBytes.random(RandomSource.seeded(2)),
                        new WriteId(id),
                        new SegmentId(id))) {
            return cost(block -> cipher.encrypt(block, false, plain, 0, BLOCK, out, 0));
        }
    }

    /** 4+2: cost for a GiB of data. */
    private static double measureCoding() throws IOException {
        ErasureCodec codec = new ErasureCodec(4, 2, Kernels.best().kernel());
        byte[][] data = new byte[4][BLOCK];
        byte[][] parity = new byte[2][BLOCK];
        int[] lengths = {BLOCK, BLOCK, BLOCK, BLOCK};
        return cost(block -> codec.encode(data, lengths, parity, BLOCK)) / 4;
    }

    /** Both ends of a loopback connection. */
    private static double measureSocket(byte[] plain) throws IOException, InterruptedException {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open()
                                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel sender = SocketChannel.open(server.getLocalAddress());
                SocketChannel receiver = server.accept()) {
            long[] received = new long[1];
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
                                        try {
                                            while (receiver.read(buffer.clear()) >= 0) {
                                                received[0] = THREADS.getCurrentThreadCpuTime();
                                            }
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
            ByteBuffer source = ByteBuffer.allocateDirect(BLOCK).put(plain);
            long from = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < BLOCKS; i++) {
                source.rewind();
                while (source.hasRemaining()) {
                    sender.write(source);
                }
            }
            long sent = THREADS.getCurrentThreadCpuTime() - from;
            sender.shutdownOutput();
            reader.join();
            return perGib(sent + received[0], (long) BLOCKS * BLOCK);
        }
    }

    /** Appending, with an fdatasync for every 16 MiB. */
    private static double measureDisk(Path dir, byte[] plain) throws IOException {
        Path file = Files.createTempFile(dir, "disk", ".bench");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer source = ByteBuffer.allocateDirect(BLOCK).put(plain);
            long from = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < BLOCKS; i++) {
                channel.write(source.rewind());
                if (i % 64 == 63) {
                    channel.force(false);
                }
            }
            return perGib(THREADS.getCurrentThreadCpuTime() - from, (long) BLOCKS * BLOCK);
        } finally {
            Files.delete(file);
        }
    }

    /** The sums that the rows are compared with, term by term. */
    List<String> terms() {
        return List.of(
                line(
                        "PUT of segments",
                        "md5 + sha256 + aead + coding + 1.5 crc + 2.5 socket + 1.5 disk",
                        put42()),
                line("GET of segments", "aead + crc + 2 socket", get42()),
                line("PUT inline (4 KiB)", "md5 + sha256 + aead + 5 socket + 5 disk", putInline()),
                line("GET inline (4 KiB)", "aead + 2 socket", getInline()));
    }

    private static String line(String row, String terms, double sum) {
        return "%s = %s = %.2f CPU-seconds per GiB".formatted(row, terms, sum);
    }

    /** What a PUT or GET cannot do without, in CPU-seconds per GiB. */
    double of(boolean inline, boolean put) {
        if (inline) {
            return put ? putInline() : getInline();
        }
        return put ? put42() : get42();
    }

    /** MD5, SHA-256, AEAD, coding, 1.5 CRC, 1 + 1.5 socket, 1.5 disk. */
    private double put42() {
        return md5 + sha256 + aead + coding + 1.5 * crc + 2.5 * socket + 1.5 * disk;
    }

    /** AEAD, CRC, 1 + 1 socket; bytes come from the page cache by sendfile. */
    private double get42() {
        return aead + crc + 2 * socket;
    }

    /** MD5, SHA-256, AEAD, 1 + 4 socket, 5 disk: inline, five voters. */
    private double putInline() {
        return md5 + sha256 + aead + 5 * socket + 5 * disk;
    }

    /** AEAD and 1 + 1 socket. */
    private double getInline() {
        return aead + 2 * socket;
    }
}
