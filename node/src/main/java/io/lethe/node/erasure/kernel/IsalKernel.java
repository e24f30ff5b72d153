package io.lethe.node.erasure.kernel;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The kernel of Intel's ISA-L (Debian package {@code libisal2}), through the foreign function API.
 *
 * <p>ISA-L's fastest call wants an array of pointers to all sources, and nobody can point into two
 * heap arrays at once. So for strips of {@link #STRIP_BYTES} the sources are given one after the
 * other, straight from the heap (a critical call, which keeps the collector off for the
 * microseconds that it takes), to {@code ec_encode_data_update}, which adds each to all outputs;
 * the outputs of a strip lie in native memory, stay in the first-level cache, and are copied out at
 * the end. Measured for 6+3: 16 GB/s, against 18 where everything lies in native memory, 12 with
 * the sources copied and 11 with {@code gf_vect_mad} for each source and output.
 *
 * <p>Safe for any thread; scratch memory comes from a bounded pool.
 */
public final class IsalKernel implements Kernel {
    static final String LIBRARY = "libisal.so.2";

    /** Eight outputs of a strip fill 32 KiB, a first-level cache; measured best of 2, 4, 8 KiB. */
    private static final int STRIP_BYTES = 4096;

    /** Bytes of ISA-L's tables for one element ({@code ec_init_tables}). */
    private static final int TABLE_BYTES = 32;

    /** Rows of the largest decoder: all of 32+8. */
    private static final int MOST_ROWS = 40;

    /** A cache line, so that no vector of a strip straddles two. */
    private static final int ALIGN_BYTES = 64;

    /** Scratch that is kept, 164 KiB each: more than the coding threads of any node. */
    private static final int KEPT_SCRATCH = 16;

    private final MethodHandle initTables;
    private final MethodHandle update;
    private final ArrayBlockingQueue<Scratch> pool = new ArrayBlockingQueue<>(KEPT_SCRATCH);

    /** The outputs of one strip, and the array of pointers to them. */
    private static final class Scratch {
        private final MemorySegment strips;
        private final MemorySegment pointers;

        Scratch() {
            Arena arena = Arena.ofAuto();
            strips = arena.allocate((long) MOST_ROWS * STRIP_BYTES, ALIGN_BYTES);
            pointers = arena.allocate(ValueLayout.ADDRESS, MOST_ROWS);
            for (int row = 0; row < MOST_ROWS; row++) {
                MemorySegment strip = strips.asSlice((long) row * STRIP_BYTES);
                pointers.setAtIndex(ValueLayout.ADDRESS, row, strip);
            }
        }
    }

    /**
     * Loads the library.
     *
     * @throws IllegalArgumentException when it is not there or lacks a function
     */
    // Restricted means: wrong signatures crash the machine. The two below are ISA-L's.
    @SuppressWarnings("restricted")
    public IsalKernel() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        ValueLayout.OfInt integer = ValueLayout.JAVA_INT;
        AddressLayout pointer = ValueLayout.ADDRESS;
        initTables =
                linker.downcallHandle(
                        symbol(library, "ec_init_tables"),
                        FunctionDescriptor.ofVoid(integer, integer, pointer, pointer),
                        Linker.Option.critical(true));
        update =
                linker.downcallHandle(
                        symbol(library, "ec_encode_data_update"),
                        FunctionDescriptor.ofVoid(
                                integer, integer, integer, integer, pointer, pointer, pointer),
                        Linker.Option.critical(true));
    }

    private static MemorySegment symbol(SymbolLookup library, String name) {
        return library.find(name)
                .orElseThrow(
                        () -> new IllegalArgumentException(LIBRARY + " has no function " + name));
    }

    @Override
    public String name() {
        return "isal";
    }

    @Override
    public Product product(Coefficients matrix) {
        if (matrix.rows() == 0) {
            return (_, _, _) -> {};
        }
        long tableBytes = (long) TABLE_BYTES * matrix.rows() * matrix.columns();
        MemorySegment tables = Arena.ofAuto().allocate(tableBytes, ALIGN_BYTES);
        initTables(matrix, tables);
        return (sources, outputs, lengthBytes) ->
                apply(matrix, tables, sources, outputs, lengthBytes);
    }

    private void apply(
            Coefficients matrix,
            MemorySegment tables,
            Cells sources,
            Cells outputs,
            int lengthBytes) {
        Scratch pooled = pool.poll();
        Scratch scratch = pooled != null ? pooled : new Scratch();
        for (int at = 0; at < lengthBytes; at += STRIP_BYTES) {
            int stripBytes = Math.min(STRIP_BYTES, lengthBytes - at);
            scratch.strips.asSlice(0, (long) matrix.rows() * STRIP_BYTES).fill((byte) 0);
            for (int column = 0; column < matrix.columns(); column++) {
                int length = Math.min(stripBytes, sources.length(column) - at);
                if (length > 0) {
                    MemorySegment source =
                            MemorySegment.ofArray(sources.array(column))
                                    .asSlice((long) sources.offset(column) + at, length);
                    update(matrix, column, tables, source, scratch.pointers);
                }
            }
            for (int row = 0; row < matrix.rows(); row++) {
                MemorySegment.copy(
                        scratch.strips,
                        ValueLayout.JAVA_BYTE,
                        (long) row * STRIP_BYTES,
                        outputs.array(row),
                        outputs.offset(row) + at,
                        stripBytes);
            }
        }
        // A full pool lets this one go to the collector.
        var _ = pool.offer(scratch);
    }

    /** {@code void ec_init_tables(int k, int rows, unsigned char* a, unsigned char* g_tbls)}. */
    private void initTables(Coefficients matrix, MemorySegment tables) {
        MemorySegment values = MemorySegment.ofArray(matrix.toArray());
        try {
            initTables.invokeExact(matrix.columns(), matrix.rows(), values, tables);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /**
     * {@code void ec_encode_data_update(int len, int k, int rows, int vec_i, unsigned char* g_tbls,
     * unsigned char* data, unsigned char** coding)}.
     */
    private void update(
            Coefficients matrix,
            int column,
            MemorySegment tables,
            MemorySegment source,
            MemorySegment outputs) {
        try {
            update.invokeExact(
                    (int) source.byteSize(),
                    matrix.columns(),
                    matrix.rows(),
                    column,
                    tables,
                    source,
                    outputs);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** A call into C throws nothing of its own; what comes is an error of the virtual machine. */
    private static Error unexpected(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError(thrown);
    }
}
