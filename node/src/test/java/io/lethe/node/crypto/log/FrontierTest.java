package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The frontier grows as the tree does, tells each subtree once, and is stored as it always was. */
final class FrontierTest {
    private static final int MOST = 700;

    private static Frontier of(PlainTree tree, int size) {
        Frontier frontier = Frontier.EMPTY;
        for (int i = 0; i < size; i++) {
            frontier = frontier.append(tree.leafHash(i), (subtree, hash) -> {});
        }
        return frontier;
    }

    @Test
    void rootsAreTheTreesAndEachCompleteSubtreeIsToldOnce() {
        PlainTree tree = PlainTree.ofNumbers(MOST);
        Map<Subtree, TreeHash> told = new HashMap<>();
        Frontier frontier = Frontier.EMPTY;
        for (int size = 1; size <= MOST; size++) {
            frontier =
                    frontier.append(
                            tree.leafHash(size - 1),
                            (subtree, hash) ->
                                    assertThat(told.put(subtree, hash)).as("%s", subtree).isNull());
            assertThat(frontier.root()).as("size %s", size).isEqualTo(tree.root(size));
        }
        Set<Subtree> complete = new HashSet<>();
        for (int level = 0; (MOST >>> level) > 0; level++) {
            for (int index = 0; index < MOST >>> level; index++) {
                complete.add(new Subtree(level, index));
            }
        }
        assertThat(told.keySet()).isEqualTo(complete);
        assertThat(told)
                .allSatisfy((at, hash) -> assertThat(hash).isEqualTo(tree.reader().hash(at)));
    }

    @Test
    void whatIsStoredGoesOnWhereItStopped() {
        PlainTree tree = PlainTree.ofNumbers(MOST);
        for (int size = 0; size < 300; size++) {
            Frontier read = Frontier.decode(of(tree, size).encode());
            assertThat(read).isEqualTo(of(tree, size)).hasSameHashCodeAs(of(tree, size));
            assertThat(read.append(tree.leafHash(size), (subtree, hash) -> {}).root())
                    .isEqualTo(tree.root(size + 1));
        }
    }

    private static Bytes stored() throws IOException {
        try (InputStream in = FrontierTest.class.getResourceAsStream("frontier-v1.hex")) {
            assertThat(in).as("the stored sample").isNotNull();
            return Bytes.hex(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    /** 43 leaves: four subtrees, of 32, 8, 2 and 1 leaves. */
    @Test
    void formatOneIsWhatItWas() throws IOException {
        Frontier frontier = of(PlainTree.ofNumbers(43), 43);
        assertThat(frontier.encode()).isEqualTo(stored());
        assertThat(Frontier.decode(stored())).isEqualTo(frontier);
    }

    @Test
    void otherBytesAreNoFrontier() throws IOException {
        Bytes good = stored();
        for (int cut = 0; cut < good.length(); cut++) {
            Bytes part = good.slice(0, cut);
            assertThatThrownBy(() -> Frontier.decode(part)).isInstanceOf(CorruptEncoding.class);
        }
        assertThatThrownBy(() -> Frontier.decode(good.plus(Bytes.hex("00"))))
                .isInstanceOf(CorruptEncoding.class);
        assertThatThrownBy(
                        () -> Frontier.decode(Bytes.hex("02").plus(good.slice(1, good.length()))))
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> Frontier.decode(Bytes.hex("01" + "ff".repeat(8))))
                .hasMessageContaining("-1 leaves");
    }
}
