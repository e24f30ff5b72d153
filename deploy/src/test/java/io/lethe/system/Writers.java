package io.lethe.system;

import io.lethe.client.LetheClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writers at work at the same time, each with one object under way, and what became of each object.
 * Sizes are spread evenly over their logarithm. Threads of its own; its methods are safe for any.
 */
final class Writers {
    private static final long LEAST_BYTES = 1024;

    /** So that writers whose cluster is gone for good come to an end. */
    private static final int MOST_FAILURES = 1000;

    private static final long STOP_WITHIN_MILLIS = 90_000;

    private final LetheClient client;
    private final String bucket;
    private final long mostBytes;
    private final Map<String, Contents> tried = new ConcurrentHashMap<>();
    private final Map<String, Contents> acknowledged = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    private Writers(LetheClient client, String bucket, long mostBytes) {
        this.client = client;
        this.bucket = bucket;
        this.mostBytes = mostBytes;
    }

    /** Starts {@code count} of them; their keys begin with {@code prefix}. */
    static Writers start(
            LetheClient client,
            String bucket,
            String prefix,
            int count,
            long mostBytes,
            long seed) {
        Writers writers = new Writers(client, bucket, mostBytes);
        for (int i = 0; i < count; i++) {
            String keys = prefix + "/" + i + "/";
            SplittableRandom random = new SplittableRandom(seed + i);
            writers.threads.add(
                    Thread.ofPlatform()
                            .name("writer-" + i)
                            .start(() -> writers.write(keys, random)));
        }
        return writers;
    }

    private void write(String keys, SplittableRandom random) {
        for (int i = 0; !stopped && failures.size() < MOST_FAILURES; i++) {
            String key = keys + i;
            double bytes =
                    LEAST_BYTES * Math.pow((double) mostBytes / LEAST_BYTES, random.nextDouble());
            Contents contents = new Contents(random.nextLong(), (long) bytes);
            tried.put(key, contents);
            try {
                client.objects().put(bucket, key, contents.source());
                acknowledged.put(key, contents);
            } catch (RuntimeException e) {
                failures.add(key + ": " + e);
            }
        }
    }

    /** No new object is begun; returns when those under way have ended. */
    void stop() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join(STOP_WITHIN_MILLIS);
                if (thread.isAlive()) {
                    throw new AssertionError(thread.getName() + " does not end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** From now on no new object is begun. */
    void beginNoMore() {
        stopped = true;
    }

    /** By key, everything whose writing was begun. */
    Map<String, Contents> tried() {
        return Map.copyOf(tried);
    }

    /** By key, what the cluster has promised to keep. */
    Map<String, Contents> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }
}
