package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which tiles there are, how they are called, and what is in them. */
final class TileTest {
    private static final long SEED = 30;

    private static Set<String> paths(long from, long to) {
        Set<String> paths = new TreeSet<>();
        Tile.added(from, to, tile -> assertThat(paths.add(tile.path())).isTrue());
        return paths;
    }

    /** The paths of all tiles of a tree, from the formula in C2SP tlog-tiles, "Partial Tiles". */
    private static Set<String> byFormula(long size) {
        Set<String> paths = new TreeSet<>();
        for (int level = 0; level < 3; level++) {
            long hashes = size / (long) Math.pow(256, level);
            for (long index = 0; index < (hashes + 255) / 256; index++) {
                String number =
                        index < 1000
                                ? String.format("%03d", index)
                                : String.format("x%03d/%03d", index / 1000, index % 1000);
                long width = Math.min(256, hashes - 256 * index);
                String end = "/" + number + (width == 256 ? "" : ".p/" + width);
                paths.add("tile/" + level + end);
                if (level == 0) {
                    paths.add("tile/entries" + end);
                }
            }
        }
        return paths;
    }

    @Test
    void aTreeHasTheTilesOfTheFormula() {
        for (int size = 0; size <= 1100; size++) {
            assertThat(paths(0, size)).as("size %s", size).isEqualTo(byFormula(size));
        }
        for (long size : new long[] {65_535, 65_536, 65_537, 256_000, 300_123}) {
            assertThat(paths(0, size)).as("size %s", size).isEqualTo(byFormula(size));
        }
    }

    /** The example of C2SP tlog-tiles: 70,000 leaves. */
    @Test
    void theExampleOfTheSpecificationHolds() {
        Set<String> paths = paths(0, 70_000);
        assertThat(paths.stream().filter(path -> path.startsWith("tile/0/"))).hasSize(274);
        assertThat(paths)
                .contains("tile/0/272", "tile/0/273.p/112", "tile/entries/273.p/112")
                .contains("tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1")
                .doesNotContain("tile/0/273", "tile/1/001", "tile/3/000");
        assertThat(paths(0, 256))
                .containsExactlyInAnyOrder("tile/0/000", "tile/entries/000", "tile/1/000.p/1");
        assertThat(new Tile.Hashes(3, 1_234_067, 256).path()).isEqualTo("tile/3/x001/x234/067");
    }

    @Test
    void growingAddsWhatWasNotThere() {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            long from = random.nextInt(200_000);
            long to = from + random.nextInt(round % 2 == 0 ? 300 : 70_000);
            Set<String> expected = byFormula(to);
            expected.removeAll(byFormula(from));
            assertThat(paths(from, to)).as("seed %s: %s to %s", SEED, from, to).isEqualTo(expected);
        }
    }

    @Test
    void aTileIsInATreeThatHasAsManyOfItsHashes() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            long size = random.nextLong(200_000);
            int level = random.nextInt(3);
            long index = random.nextLong(1 + (size >>> (8 * level + 8)) + 1);
            int width = 1 + random.nextInt(256);
            Tile tile = new Tile.Hashes(level, index, width);
            long needed = (index * 256 + width) * (long) Math.pow(256, level);
            assertThat(tile.isIn(size))
                    .as("seed %s: %s in %s", SEED, tile.path(), size)
                    .isEqualTo(needed <= size);
        }
        assertThat(new Tile.Entries(Tile.MOST_INDEX, 256).isIn(Subtree.MOST_LEAVES)).isFalse();
        assertThat(new Tile.Entries(Tile.MOST_INDEX - 1, 256).isIn(Subtree.MOST_LEAVES)).isTrue();
    }

    @Test
    void pathsAreReadAsTheyAreWritten() {
        for (long size : new long[] {1, 255, 256, 257, 70_000, 300_123}) {
            Tile.added(0, size, tile -> assertThat(Tile.parse(tile.path())).contains(tile));
        }
        Tile far = new Tile.Hashes(0, Tile.MOST_INDEX, 255);
        assertThat(far.path()).isEqualTo("tile/0/x018/x014/x398/x509/x481/984.p/255");
        assertThat(Tile.parse(far.path())).contains(far);
    }

    @Test
    void otherPathsAreNoTiles() {
        for (String path :
                List.of(
                        "",
                        "tile",
                        "tile/0",
                        "tile/0/",
                        "tile/0/0",
                        "tile/0/00",
                        "tile/0/0000",
                        "tile/8/000",
                        "tile/00/000",
                        "tile/-1/000",
                        "tile/0/x000/001",
                        "tile/0/001/002",
                        "tile/0/x001/x002",
                        "tile/0/x01/002",
                        "tile/0/000.p/0",
                        "tile/0/000.p/256",
                        "tile/0/000.p/01",
                        "tile/0/000.p/",
                        "tile/0/000.p",
                        "tile/0/x001.p/1/000",
                        "tile/0/x018/x014/x398/x509/x481/985",
                        "tile/0/x999/x999/x999/x999/x999/999",
                        "tile/0/x001/x001/x001/x001/x001/x001/001",
                        "tile/entries/000 ",
                        " tile/entries/000",
                        "/tile/entries/000",
                        "tile/entries/../000",
                        "tile/entries/٠٠٠",
                        "tile/Entries/000",
                        "tile/0/000\n")) {
            assertThat(Tile.parse(path)).as(path).isEmpty();
        }
    }

    @Test
    void noPathMakesTheParserThrowAndWhatItReadsItWrites() {
        Random random = new Random(SEED);
        String letters = "tilenrs/x.p0123456789";
        int read = 0;
        for (int round = 0; round < 200_000; round++) {
            StringBuilder path = new StringBuilder();
            if (random.nextBoolean()) {
                path.append(
                        random.nextBoolean() ? "tile/entries/" : "tile/" + random.nextInt(9) + "/");
                for (int i = random.nextInt(3); i > 0; i--) {
                    path.append('x').append(100 + random.nextInt(900)).append('/');
                }
                path.append(100 + random.nextInt(900));
                path.append(random.nextBoolean() ? ".p/" + random.nextInt(300) : "");
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                path.insert(
                        random.nextInt(path.length() + 1),
                        letters.charAt(random.nextInt(letters.length())));
            }
            Optional<Tile> tile = Tile.parse(path.toString());
            if (tile.isPresent()) {
                read++;
                assertThat(tile.get().path()).as("seed %s", SEED).isEqualTo(path.toString());
            }
        }
        assertThat(read).isGreaterThan(10_000);
    }

    /** A store of tiles as a node would keep it, filled as the tree grows. */
    private static final class Tiles {
        final Map<String, Bytes> byPath = new HashMap<>();
        final List<String> reads = new ArrayList<>();

        Tiles(PlainTree tree, long size) {
            Tile.added(
                    0,
                    size,
                    tile ->
                            byPath.put(
                                    tile.path(),
                                    switch (tile) {
                                        case Tile.Hashes hashes ->
                                                TileBytes.hashes(hashes, tree.reader());
                                        case Tile.Entries entries ->
                                                TileBytes.entries(entries, tree::leaf);
                                    }));
        }

        TileHashes hashes(long size) {
            return new TileHashes(
                    size,
                    tile -> {
                        reads.add(tile.path());
                        return Objects.requireNonNull(byPath.get(tile.path()), tile.path());
                    });
        }
    }

    @Test
    void proofsFromTilesAreThoseFromHashes() {
        PlainTree tree = PlainTree.ofNumbers(1_400);
        Random random = new Random(SEED);
        for (int size : new int[] {1, 2, 255, 256, 257, 511, 512, 700, 1_024, 1_399}) {
            Tiles tiles = new Tiles(tree, size);
            for (int round = 0; round < 40; round++) {
                int index = random.nextInt(size);
                assertThat(Proofs.inclusion(index, size, tiles.hashes(size)))
                        .as("seed %s: %s of %s", SEED, index, size)
                        .isEqualTo(Proofs.inclusion(index, size, tree.reader()));
                assertThat(Proofs.consistency(index, size, tiles.hashes(size)))
                        .as("seed %s: %s to %s", SEED, index, size)
                        .isEqualTo(Proofs.consistency(index, size, tree.reader()));
            }
        }
    }

    /** As far as a hash of a hash of tiles: 256^2 leaves and more. */
    @Test
    void aProofReadsEachTileOnceAndFewOfThem() {
        PlainTree tree = PlainTree.ofNumbers(66_000);
        Tiles tiles = new Tiles(tree, 66_000);
        List<TreeHash> proof = Proofs.inclusion(1_000, 66_000, tiles.hashes(66_000));
        assertThat(
                        ProofCheck.includes(
                                1_000, 66_000, tree.leafHash(1_000), proof, tree.root(66_000)))
                .isTrue();
        assertThat(tiles.reads).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void aTileOfAnotherLengthIsRefused() {
        TileHashes hashes = new TileHashes(2, tile -> Bytes.hex("00".repeat(63)));
        assertThatThrownBy(() -> hashes.hash(new Subtree(0, 0))).hasMessageContaining("63 bytes");
        assertThatThrownBy(() -> hashes.hash(new Subtree(1, 1)))
                .hasMessageContaining("only complete subtrees");
    }

    @Test
    void bundlesHaveTheLeavesBehindTheirLengths() {
        Bytes bundle =
                TileBytes.entries(
                        new Tile.Entries(0, 3),
                        index -> index == 1 ? Bytes.EMPTY : Bytes.utf8("leaf " + index));
        assertThat(bundle.hex())
                .isEqualTo(
                        "0006"
                                + Bytes.utf8("leaf 0").hex()
                                + "0000"
                                + "0006"
                                + Bytes.utf8("leaf 2").hex());
        assertThat(TileBytes.leaves(bundle, 3))
                .containsExactly(Bytes.utf8("leaf 0"), Bytes.EMPTY, Bytes.utf8("leaf 2"));
        Bytes large = Bytes.wrap(new byte[0xffff]);
        assertThat(TileBytes.leaves(TileBytes.entries(new Tile.Entries(0, 1), index -> large), 1))
                .containsExactly(large);
        assertThatThrownBy(() -> TileBytes.leaves(bundle, 2)).isInstanceOf(CorruptEncoding.class);
        assertThatThrownBy(() -> TileBytes.leaves(bundle, 4)).isInstanceOf(CorruptEncoding.class);
        assertThatThrownBy(
                        () ->
                                TileBytes.entries(
                                        new Tile.Entries(0, 1),
                                        index -> Bytes.wrap(new byte[0x10000])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
