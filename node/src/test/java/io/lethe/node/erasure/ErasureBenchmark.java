package io.lethe.node.erasure;

import io.lethe.node.erasure.kernel.Cells;
import io.lethe.node.erasure.kernel.Kernels;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Encoding, and decoding of m lost data cells, per kernel and geometry, on one thread. The score is
 * stripes per second; a stripe has k · 256 KiB of data, so GB/s of data = score · k · 262,144 /
 * 10^9.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx512m"
        })
public class ErasureBenchmark {
    private static final int CELL_BYTES = 256 * 1024;
    private static final long SEED = 42;

    @Param({"4+2", "6+3", "8+4", "32+8"})
    public String geometry = "";

    @Param({"scalar", "vector", "isal"})
    public String kernel = "";

    private ErasureCodec codec = new ErasureCodec(1, 0, Kernels.byName("scalar").kernel());
    private Cells data = new Cells(0);
    private Cells parity = new Cells(0);
    private Cells damaged = new Cells(0);
    private Cells rebuilt = new Cells(0);
    private int[] lost = {};

    @Setup
    public void prepare() {
        int plus = geometry.indexOf('+');
        int k = Integer.parseInt(geometry.substring(0, plus));
        int m = Integer.parseInt(geometry.substring(plus + 1));
        codec = new ErasureCodec(k, m, Kernels.byName(kernel).kernel());
        Random random = new Random(SEED);
        data = new Cells(k);
        parity = new Cells(m);
        damaged = new Cells(k + m);
        rebuilt = new Cells(m);
        lost = new int[m];
        for (int i = 0; i < k; i++) {
            byte[] cell = new byte[CELL_BYTES];
            random.nextBytes(cell);
            data.set(i, cell, 0, CELL_BYTES);
            if (i >= m) {
                damaged.set(i, cell, 0, CELL_BYTES);
            }
        }
        for (int i = 0; i < m; i++) {
            byte[] cell = new byte[CELL_BYTES];
            parity.set(i, cell, 0, CELL_BYTES);
            damaged.set(k + i, cell, 0, CELL_BYTES);
            rebuilt.set(i, new byte[CELL_BYTES], 0, CELL_BYTES);
            lost[i] = i;
        }
        codec.encode(data, parity, CELL_BYTES);
    }

    @Benchmark
    public Cells encode() {
        codec.encode(data, parity, CELL_BYTES);
        return parity;
    }

    @Benchmark
    public Cells decode() {
        codec.reconstruct(damaged, lost, rebuilt, CELL_BYTES);
        return rebuilt;
    }

    /** Takes the options of JMH, of which {@code -p kernel=vector} is the most useful. */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        new Runner(
                        new OptionsBuilder()
                                .parent(new CommandLineOptions(arguments))
                                .include(ErasureBenchmark.class.getName())
                                .resultFormat(ResultFormatType.TEXT)
                                .build())
                .run();
    }
}
