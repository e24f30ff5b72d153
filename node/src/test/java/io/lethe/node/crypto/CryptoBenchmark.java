package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.WriteId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What every byte and every request pays, on one thread. Cells have 256 KiB, so MB/s = score ·
 * 0.262; the others count calls.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CryptoBenchmark {
    private static final int CELL_BYTES = 256 * 1024;
    private static final long NOW = 1_800_000_000_000L;

    private final KeyBytes key = KeyBytes.random(RandomSource.seeded(1));
    private final CellCipher cipher =
            new CellCipher(key, new WriteId(Samples.ID), new SegmentId(Samples.ID));
    private final byte[] plaintext = new byte[CELL_BYTES];
    private final byte[] encrypted = new byte[CELL_BYTES + CellCipher.TAG_BYTES];
    private final byte[] out = new byte[CELL_BYTES];
    private final Bytes wrapped = KeyWrap.wrap(key, Purpose.DATA_KEY, Samples.ID, key);
    private final Tickets tickets = new Tickets();
    private final MessageDigest md5;
    private final MessageDigest sha256;
    private final Ticket ticket;
    private int cell = 1;

    public CryptoBenchmark() {
        try {
            md5 = MessageDigest.getInstance("MD5");
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
        tickets.replaceKeys(1, Map.of(1, key));
        ticket = mint(tickets);
        cipher.encrypt(0, false, plaintext, 0, CELL_BYTES, encrypted, 0);
    }

    @Benchmark
    public int encryptCell() {
        return cipher.encrypt(cell++, false, plaintext, 0, CELL_BYTES, encrypted, 0);
    }

    @Benchmark
    public int decryptCell() {
        return cipher.decrypt(0, false, encrypted, 0, encrypted.length, out, 0);
    }

    @Benchmark
    public void md5Cell() {
        md5.update(plaintext, 0, CELL_BYTES);
    }

    @Benchmark
    public void sha256Cell() {
        sha256.update(plaintext, 0, CELL_BYTES);
    }

    @Benchmark
    public CellCipher segmentCipher() {
        return new CellCipher(key, new WriteId(Samples.ID), new SegmentId(Samples.ID));
    }

    @Benchmark
    public KeyBytes unwrapKey() {
        return KeyWrap.unwrap(key, Purpose.DATA_KEY, Samples.ID, wrapped);
    }

    @Benchmark
    public Ticket mintTicket() {
        return mint(tickets);
    }

    private static Ticket mint(Tickets tickets) {
        return tickets.mint(
                Ticket.Operation.READ, new PgId(1), 1, new SegmentId(Samples.ID), 1, NOW, 30_000);
    }

    @Benchmark
    public Tickets.Verdict verifyTicket() {
        return tickets.verify(ticket, NOW);
    }

    /** Takes the options of JMH. */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        new Runner(
                        new OptionsBuilder()
                                .parent(new CommandLineOptions(arguments))
                                .include(CryptoBenchmark.class.getName())
                                .build())
                .run();
    }
}
