package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentRef;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That every byte of a segment has one place, for codes and lengths drawn by seed. */
final class SegmentLayoutTest {
    private static final int SEEDS = 3_000;

    private static SegmentLayout layout(Random random) {
        int cell = Scheme.LEAST_CELL_BYTES << random.nextInt(4);
        Scheme scheme = new Scheme(1 + random.nextInt(12), random.nextInt(5), cell);
        int stripe = scheme.k() * cell;
        int most = SegmentLayout.mostBytes(scheme);
        int length =
                switch (random.nextInt(4)) {
                    case 0 -> 1 + random.nextInt(2 * SegmentLayout.LEAST_CELL_BYTES * scheme.k());
                    case 1 -> stripe * (1 + random.nextInt(4)) + random.nextInt(3) - 1;
                    case 2 -> 1 + random.nextInt(4 * stripe);
                    default -> most - random.nextInt(2);
                };
        return new SegmentLayout(scheme, Math.clamp(length, 1, most));
    }

    @Test
    void everyByteLiesInOneCell() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SegmentLayout layout = layout(new Random(seed));
            String named = "seed " + seed + ": " + layout;
            int k = layout.scheme().k();
            long plain = 0;
            for (int stripe = 0; stripe < layout.stripes(); stripe++) {
                int inStripe = 0;
                boolean ended = false;
                for (int i = 0; i < k; i++) {
                    int length = layout.cellLength(stripe, i);
                    assertThat(ended && length > 0).as("%s, a gap before %d", named, i).isFalse();
                    ended |= length < layout.cellSpan(stripe);
                    inStripe += length;
                }
                assertThat(inStripe).as("%s, stripe %d", named, stripe).isPositive();
                assertThat(inStripe).as(named).isEqualTo(layout.stripeLength(stripe));
                plain += inStripe;
            }
            assertThat(plain).as(named).isEqualTo(layout.lengthBytes());
        }
    }

    @Test
    void aChunkIsItsCellsOneBehindTheOther() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SegmentLayout layout = layout(new Random(seed));
            String named = "seed " + seed + ": " + layout;
            for (int chunk = 0; chunk < layout.scheme().width(); chunk++) {
                long at = 0;
                for (int stripe = 0; stripe < layout.stripes(); stripe++) {
                    assertThat(layout.chunkOffset(stripe)).as(named).isEqualTo(at);
                    int stored = layout.storedLength(stripe, chunk);
                    assertThat(stored)
                            .as("%s, no chunk of a stripe is longer than its first", named)
                            .isLessThanOrEqualTo(layout.storedLength(stripe, 0));
                    at += stored;
                }
                assertThat(layout.chunkLength(chunk)).as(named).isEqualTo(at);
                if (chunk >= layout.scheme().k()) {
                    assertThat(at).as(named).isEqualTo(layout.chunkLength(0));
                }
            }
        }
    }

    @Test
    void theLastCellIsTheLastThatHoldsAnything() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SegmentLayout layout = layout(new Random(seed));
            int k = layout.scheme().k();
            int last = 0;
            for (int cell = 0; cell < layout.stripes() * k; cell++) {
                last = layout.cellLength(cell / k, cell % k) > 0 ? cell : last;
            }
            assertThat(layout.lastCell()).as("seed %d: %s", seed, layout).isEqualTo(last);
        }
    }

    @Test
    void aSegmentIsWholeStripesAndABlockAPartOfACell() {
        for (int k = 1; k <= Scheme.MOST_DATA; k++) {
            for (int cell = Scheme.LEAST_CELL_BYTES; cell <= Scheme.MOST_CELL_BYTES; cell *= 2) {
                Scheme scheme = new Scheme(k, 0, cell);
                int most = SegmentLayout.mostBytes(scheme);
                if ((long) k * cell > SegmentRef.MOST_BYTES) {
                    assertThat(most).as("%s of %d", scheme, cell).isEqualTo(SegmentRef.MOST_BYTES);
                    continue;
                }
                assertThat(most % (k * cell)).as("%s of %d", scheme, cell).isZero();
                assertThat(most).isBetween(1, SegmentRef.MOST_BYTES);
                int block = SegmentLayout.blockBytes(scheme);
                assertThat((cell + SegmentLayout.TAG_BYTES) % block).isZero();
                assertThat(block).isBetween(4096, 64 * 1024 + 16);
            }
        }
    }
}
