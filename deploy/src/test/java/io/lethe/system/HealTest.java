package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PlacementGroupStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node comes back with its device empty: what was on it is made anew on the device in its place,
 * from the five others, and then any two of those may go. The long form has 1 GiB on the device.
 */
class HealTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final long OBJECT_BYTES = 64L << 20;
    private static final int OBJECTS = LONG ? 64 : 4;
    private static final int SMALL = 200;
    private static final int EMPTIED = 2;
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(LONG ? 20 : 5);

    @TempDir private Path dir;

    @Test
    void anEmptiedDeviceIsMadeAnew() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("heal: seed " + seed);
        try (Cluster cluster = Cluster.start(dir, Map.of("LETHE_REPAIR_AFTER", "5s"));
                LetheClient client = cluster.client()) {
            client.buckets().create("heal");
            List<Contents> objects = new ArrayList<>();
            for (int i = 0; i < OBJECTS + SMALL; i++) {
                long size = i < OBJECTS ? OBJECT_BYTES : 20_000 + 100L * i;
                objects.add(new Contents(seed + i, size));
                client.objects().put("heal", "key-" + i, objects.getLast().source());
            }
            cluster.kill(EMPTIED);
            long bytes = bytes(cluster.device(EMPTIED));
            double copied = copy(cluster.device(EMPTIED), dir.resolve("copy"));
            remove(cluster.device(EMPTIED));
            long from = System.nanoTime();
            cluster.startNode(EMPTIED);
            Eventually.within(
                    WHOLE_WITHIN,
                    () -> "groups are not whole: " + thin(client),
                    () -> thin(client).isEmpty());
            double seconds = (System.nanoTime() - from) / 1e9;
            System.out.printf(
                    "a device of %d MiB made anew in %.1f s, with 5 s of grace and the node's"
                            + " start; a copy of its files takes %.1f s%n",
                    bytes >> 20, seconds, copied);
            cluster.kill(0);
            cluster.kill(4);
            for (int i = 0; i < objects.size(); i++) {
                assertThat(Contents.stored(client, "heal", "key-" + i))
                        .as("key-" + i)
                        .isEqualTo(objects.get(i).sha256());
            }
        }
    }

    /** Groups with members away, or the answer that none could be given. */
    private static List<String> thin(LetheClient client) {
        return Patience.with(
                () -> {
                    List<String> thin = new ArrayList<>();
                    for (PlacementGroupStatus one : client.cluster().placementGroups()) {
                        if (one.membersUnavailable() > 0) {
                            thin.add(one.id());
                        }
                    }
                    return thin;
                });
    }

    private static List<Path> files(Path device) {
        try (Stream<Path> all = Files.walk(device)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(Path device) {
        long bytes = 0;
        for (Path file : files(device)) {
            bytes += file.toFile().length();
        }
        return bytes;
    }

    /** Seconds that a plain copy takes, with everything synced. */
    private static double copy(Path from, Path to) {
        long began = System.nanoTime();
        try {
            for (Path file : files(from)) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static void remove(Path device) {
        try (Stream<Path> all = Files.walk(device)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!one.equals(device)) {
                    Files.delete(one);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
