package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.Scheme;
import org.junit.jupiter.api.Test;

/** An upload's buffers are as large as what came, and never larger than a stripe. */
class CellBuffersTest {
    private static final int CELL = 256 << 10;
    private final CellBuffers buffers = new CellBuffers(new Scheme(4, 2, CELL));

    @Test
    void plaintextGrowsWithTheBodyAndKeepsWhatIsThere() {
        byte[] first = buffers.plain(1);
        assertThat(first.length).isLessThan(4 * CELL);
        first[first.length - 1] = 9;
        byte[] grown = buffers.plain(first.length + 1);
        assertThat(grown.length).isGreaterThan(first.length);
        assertThat(grown[first.length - 1]).isEqualTo((byte) 9);
        assertThat(buffers.plain(4 * CELL)).hasSize(4 * CELL);
        assertThat(buffers.plain(1)).hasSize(buffers.stripeBytes());
    }

    @Test
    void cellsAreAsLongAsTheLongestToComeAndUsedAgain() {
        byte[][] small = buffers.set(0, 1000);
        assertThat(small).hasDimensions(6, 1000 + SegmentLayout.TAG_BYTES);
        assertThat(buffers.set(0, 10)).isSameAs(small);
        assertThat(buffers.set(1, 10)).isNotSameAs(small);
        assertThat(buffers.set(0, CELL)).hasDimensions(6, CELL + SegmentLayout.TAG_BYTES);
    }

    @Test
    void anAbandonedLaneHasOtherArraysFromThenOn() {
        byte[][] set = buffers.set(0, 1000);
        byte[] lane = set[2];
        byte[] other = set[3];
        buffers.abandon(2);
        assertThat(set[2]).isNotSameAs(lane).hasSameSizeAs(lane);
        assertThat(set[3]).isSameAs(other);
    }
}
