package io.lethe.node.erasure;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.erasure.kernel.Cells;
import io.lethe.node.erasure.kernel.Coefficients;
import io.lethe.node.erasure.kernel.Kernel;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Encodes stripes of k data cells into m parity cells, and makes lost cells out of any k others.
 * Owns the matrices of one (k, m) and a bounded cache of those for decoding. No clock, threads or
 * I/O; safe for any thread.
 *
 * <p>A stripe has one length, that of its parity cells. Data cells may be shorter, at the end of a
 * segment, and count as padded with zeros; a reconstructed cell comes with its padding, which the
 * caller cuts. Cells lie in heap arrays, where the intrinsics of AES-GCM, SHA-256 and MD5 want
 * them, and may be ranges of larger arrays.
 */
public final class ErasureCodec {
    /**
     * Kept decoders. One loss pattern each; 8+4 has 1,586 of one to four losses, of which few occur
     * at a time. The largest (32 columns, 40 rows, 32 bytes of tables per element) has 40 KiB, so
     * the bound is 5 MiB.
     */
    static final int MOST_DECODERS = 128;

    private record DecoderKey(long survivors, Bytes wanted) {}

    private record Decoder(int[] survivors, Kernel.Product product) {}

    private final int k;
    private final int m;
    private final Kernel kernel;
    private final Coefficients generator;
    private final Kernel.Product encoder;

    /** Guarded by itself; in order of use, oldest first. */
    private final Map<DecoderKey, Decoder> decoders =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<DecoderKey, Decoder> eldest) {
                    return size() > MOST_DECODERS;
                }
            };

    public ErasureCodec(Scheme scheme, Kernel kernel) {
        this(scheme.k(), scheme.m(), kernel);
    }

    /**
     * @param k data cells, 1 to 32
     * @param m parity cells, 0 to 8
     */
    public ErasureCodec(int k, int m, Kernel kernel) {
        this.k = k;
        this.m = m;
        this.kernel = kernel;
        this.generator = CauchyCode.generator(k, m);
        int[] parityRows = new int[m];
        for (int i = 0; i < m; i++) {
            parityRows[i] = k + i;
        }
        this.encoder = kernel.product(generator.select(parityRows));
    }

    /**
     * Has the loops of encoding, and of decoding up to m cells, compiled. To be called at start,
     * off the threads of requests: without it the Vector API's first second runs at a hundredth of
     * its speed; ISA-L and scalar tables need none.
     */
    public void warmUp() {
        if (m > 0) {
            kernel.warmUp(m, k);
        }
    }

    public int k() {
        return k;
    }

    public int m() {
        return m;
    }

    /**
     * Computes all parity cells.
     *
     * @param data k cells; one that is absent or shorter than {@code lengthBytes} counts as padded
     *     with zeros
     * @param parity m cells with room for {@code lengthBytes}, overwritten
     * @throws IllegalArgumentException when a count or a length does not fit
     */
    public void encode(Cells data, Cells parity, int lengthBytes) {
        checkSources(data, k, lengthBytes);
        checkOutputs(parity, m, lengthBytes);
        if (m > 0 && lengthBytes > 0) {
            encoder.apply(data, parity, lengthBytes);
        }
    }

    /** As above, with cells that begin at their array's start; null is an empty data cell. */
    public void encode(byte[][] data, int[] dataLengths, byte[][] parity, int lengthBytes) {
        encode(Cells.of(data, dataLengths), Cells.of(parity), lengthBytes);
    }

    /**
     * Computes the wanted cells, and only them, from the first k that are present.
     *
     * @param cells k+m cells, data before parity; an absent one is lost. A data cell that was empty
     *     when the stripe was encoded is present with length 0
     * @param wanted indices of data or parity cells, in any order
     * @param out one cell for each wanted one, with room for {@code lengthBytes}, overwritten; the
     *     arrays are none of those in {@code cells}
     * @throws StoreException DATA_UNREADABLE when fewer than k cells are present
     * @throws IllegalArgumentException when a count, an index or a length does not fit
     */
    public void reconstruct(Cells cells, int[] wanted, Cells out, int lengthBytes) {
        checkSources(cells, k + m, lengthBytes);
        checkOutputs(out, wanted.length, lengthBytes);
        if (wanted.length == 0) {
            return;
        }
        Decoder decoder = decoder(survivors(cells), wanted);
        Cells sources = new Cells(k);
        for (int i = 0; i < k; i++) {
            int from = decoder.survivors[i];
            sources.set(i, cells.array(from), cells.offset(from), cells.length(from));
        }
        if (lengthBytes > 0) {
            decoder.product.apply(sources, out, lengthBytes);
        }
    }

    /** As above, with cells that begin at their array's start; null is a lost cell. */
    public void reconstruct(
            byte[][] cells, int[] lengths, int[] wanted, byte[][] out, int lengthBytes) {
        reconstruct(Cells.of(cells, lengths), wanted, Cells.of(out), lengthBytes);
    }

    /**
     * The first k present cells as a bit mask: data first, since their part of the work is less.
     */
    private long survivors(Cells cells) {
        long mask = 0;
        int count = 0;
        for (int i = 0; i < k + m && count < k; i++) {
            if (cells.isPresent(i)) {
                mask |= 1L << i;
                count++;
            }
        }
        if (count < k) {
            throw new StoreException(
                    ErrorCode.DATA_UNREADABLE,
                    "only "
                            + count
                            + " cells of a "
                            + k
                            + "+"
                            + m
                            + " stripe can be read, and "
                            + k
                            + " are needed; bring back nodes or devices that hold the others");
        }
        return mask;
    }

    private Decoder decoder(long survivors, int[] wanted) {
        byte[] order = new byte[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            order[i] = (byte) Objects.checkIndex(wanted[i], k + m);
        }
        DecoderKey key = new DecoderKey(survivors, Bytes.wrap(order));
        synchronized (decoders) {
            Decoder known = decoders.get(key);
            if (known != null) {
                return known;
            }
        }
        Decoder made = makeDecoder(survivors, wanted);
        synchronized (decoders) {
            decoders.put(key, made);
        }
        return made;
    }

    private Decoder makeDecoder(long survivors, int[] wanted) {
        int[] rows = new int[k];
        long rest = survivors;
        for (int i = 0; i < k; i++) {
            rows[i] = Long.numberOfTrailingZeros(rest);
            rest &= rest - 1;
        }
        return new Decoder(rows, kernel.product(CauchyCode.decoder(generator, rows, wanted)));
    }

    int cachedDecoders() {
        synchronized (decoders) {
            return decoders.size();
        }
    }

    private static void checkSources(Cells cells, int count, int lengthBytes) {
        Check.range("cells", cells.count(), count, count);
        Check.range("stripe length", lengthBytes, 0, Integer.MAX_VALUE);
        for (int i = 0; i < count; i++) {
            Check.range("length of cell " + i, cells.length(i), 0, lengthBytes);
        }
    }

    private static void checkOutputs(Cells cells, int count, int lengthBytes) {
        Check.range("output cells", cells.count(), count, count);
        for (int i = 0; i < count; i++) {
            Check.range("room in output cell " + i, cells.length(i), lengthBytes, Long.MAX_VALUE);
        }
    }
}
