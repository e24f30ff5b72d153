package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Trees of files from a seed, and what is in one. Static. */
final class Tree {
    private static final int DIRECTORIES = 20;

    /** Of small files: most are inline objects, some are not. */
    private static final int MEAN_BYTES = 12_000;

    private static final int STEP = 1 << 20;

    private Tree() {}

    /** Makes a tree with names that need care: spaces, plus, percent, letters beyond ASCII. */
    static void plant(Path root, long seed, int small, int large, long largeBytes) {
        SplittableRandom random = new SplittableRandom(seed);
        try {
            for (int i = 0; i < small; i++) {
                Path directory = root.resolve("d" + i % DIRECTORIES).resolve("e " + i % 7);
                Files.createDirectories(directory);
                // Some are empty, most far below the mean.
                double length = -Math.log(1 - random.nextDouble()) * MEAN_BYTES;
                byte[] body = new byte[i % 97 == 0 ? 0 : (int) length];
                random.nextBytes(body);
                Files.write(directory.resolve("f+ä%" + i), body);
            }
            for (int i = 0; i < large; i++) {
                byte[] step = new byte[STEP];
                try (var out = Files.newOutputStream(root.resolve("large" + i))) {
                    for (long left = largeBytes; left > 0; left -= STEP) {
                        random.nextBytes(step);
                        out.write(step, 0, (int) Math.min(STEP, left));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names below the root, each with its content's SHA-256. */
    static Map<String, String> contents(Path root) {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                all.put(root.relativize(path).toString(), sha256(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static String sha256(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] step = new byte[STEP];
            for (int count = in.read(step); count >= 0; count = in.read(step)) {
                digest.update(step, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
