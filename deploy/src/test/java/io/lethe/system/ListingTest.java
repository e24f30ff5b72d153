package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.Source;
import io.lethe.client.model.CommonPrefix;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.PutResult;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Lists many keys in small pages while others come and go: the keys that stay are all there, once,
 * in order, whatever the pages' borders.
 */
@Shared(Kind.ONE_PROCESS)
class ListingTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int KEYS = LONG ? 100_000 : 3_000;
    private static final int FOLDERS = 30;
    private static final int PAGE = LONG ? 997 : 97;
    private static final int IN_FLIGHT = 32;
    private static final Source BODY = Source.bytes(new byte[] {1});

    @Test
    void pagesAreCompleteAndInOrderWhileWritersAddAndDelete(Cluster cluster) {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("listing: " + KEYS + " keys, seed " + seed);
        try (LetheClient client = cluster.client()) {
            client.buckets().create("listing");
            NavigableSet<String> stable = stableKeys(new Random(seed));
            long from = System.nanoTime();
            putAll(client, stable);
            System.out.printf("put: %d keys in %.1f s%n", KEYS, (System.nanoTime() - from) / 1e9);
            Restless restless = new Restless(client, seed);
            Thread writer = Thread.ofPlatform().name("restless").start(restless);
            try {
                everyKey(client, stable);
                underAPrefix(client, stable);
                byDelimiter(client, stable);
                afterAKey(client, stable);
            } finally {
                restless.stopped = true;
                writer.join();
            }
            assertThat(restless.rounds.get()).as("rounds of adding and deleting").isPositive();
            System.out.println(restless.rounds + " keys came and went meanwhile");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Keys of several lengths and alphabets; between any two of them others come and go. */
    private static NavigableSet<String> stableKeys(Random random) {
        TreeSet<String> keys = new TreeSet<>();
        while (keys.size() < KEYS) {
            String folder = String.format(Locale.ROOT, "folder-%02d", random.nextInt(FOLDERS));
            String rest = Integer.toString(random.nextInt(Integer.MAX_VALUE), 36);
            keys.add(folder + (random.nextInt(4) == 0 ? "/é/" : "/") + rest);
        }
        return keys;
    }

    private static void putAll(LetheClient client, Collection<String> keys) {
        Deque<CompletableFuture<PutResult>> running = new ArrayDeque<>();
        for (String key : keys) {
            if (running.size() == IN_FLIGHT) {
                running.remove().join();
            }
            running.add(
                    client.objects()
                            .putAsync(
                                    "listing",
                                    key,
                                    BODY,
                                    io.lethe.client.PutOptions.builder().build()));
        }
        running.forEach(CompletableFuture::join);
    }

    private static List<String> names(LetheClient client, ListOptions options) {
        List<String> names = new ArrayList<>();
        for (ListEntry entry : client.objects().list("listing", options.withPageSize(PAGE))) {
            names.add(entry.name());
        }
        assertThat(names).as("in order and each once").isSorted().doesNotHaveDuplicates();
        return names;
    }

    private static List<String> withoutRestless(List<String> names) {
        return names.stream().filter(name -> !name.contains(Restless.MARK)).toList();
    }

    private static void everyKey(LetheClient client, NavigableSet<String> stable) {
        long from = System.nanoTime();
        assertThat(withoutRestless(names(client, ListOptions.ALL)))
                .containsExactlyElementsOf(stable);
        System.out.printf(
                "listed %d keys in pages of %d in %.1f s%n",
                KEYS, PAGE, (System.nanoTime() - from) / 1e9);
    }

    private static void underAPrefix(LetheClient client, NavigableSet<String> stable) {
        for (String prefix : List.of("folder-07/", "folder-1", "folder-07/é/", "nothing")) {
            assertThat(withoutRestless(names(client, ListOptions.prefix(prefix))))
                    .as(prefix)
                    .containsExactlyElementsOf(
                            stable.stream().filter(key -> key.startsWith(prefix)).toList());
        }
    }

    private static void byDelimiter(LetheClient client, NavigableSet<String> stable) {
        for (String prefix : List.of("", "folder-07/")) {
            TreeSet<String> expected = new TreeSet<>();
            for (String key : stable) {
                if (key.startsWith(prefix)) {
                    int slash = key.indexOf('/', prefix.length());
                    expected.add(slash < 0 ? key : key.substring(0, slash + 1));
                }
            }
            ListOptions options = ListOptions.prefix(prefix).withDelimiter("/");
            assertThat(withoutRestless(names(client, options)))
                    .as(prefix)
                    .containsExactlyElementsOf(expected);
            for (ListEntry entry : client.objects().list("listing", options)) {
                assertThat(entry instanceof CommonPrefix)
                        .as(entry.name())
                        .isEqualTo(entry.name().endsWith("/"));
            }
        }
    }

    private static void afterAKey(LetheClient client, NavigableSet<String> stable) {
        String middle = stable.stream().skip(KEYS / 2).findFirst().orElseThrow();
        assertThat(withoutRestless(names(client, ListOptions.ALL.withStartAfter(middle))))
                .containsExactlyElementsOf(stable.tailSet(middle, false));
    }

    /** Adds and deletes keys among the others, never leaving any. One thread. */
    private static final class Restless implements Runnable {
        static final String MARK = "~restless";

        private final LetheClient client;
        private final Random random;
        private final AtomicInteger rounds = new AtomicInteger();
        private volatile boolean stopped;

        Restless(LetheClient client, long seed) {
            this.client = client;
            this.random = new Random(seed + 1);
        }

        @Override
        public void run() {
            while (!stopped) {
                List<String> keys = new ArrayList<>();
                for (int i = 0; i < IN_FLIGHT / 4; i++) {
                    String folder =
                            String.format(Locale.ROOT, "folder-%02d/", random.nextInt(FOLDERS));
                    keys.add(folder + random.nextInt(36) + MARK + random.nextInt());
                }
                putAll(client, keys);
                keys.forEach(key -> client.objects().delete("listing", key));
                int _ = rounds.addAndGet(keys.size());
            }
        }
    }
}
