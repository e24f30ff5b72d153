package io.lethe.system;

import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Clients who write, read, delete and list few keys at the same time, so that they meet, and what
 * they were told. One bucket has no versions, in the other every acknowledged version stays. Keys
 * that have had their share of work are left as they are, and others come in their places. Threads
 * of its own; its methods are safe for any.
 */
final class MixedLoad {
    static final String PLAIN = "plain";
    static final String VERSIONED = "versioned";
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int PLACES = 16;
    static final int PREFIXES = 4;
    private static final long MOST_PAUSE_NANOS = 60_000_000;
    private static final long STOP_WITHIN_MILLIS = 150_000;

    /** Elections, and whatever else a busy machine makes slow. */
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(3);

    /** Violations after which it makes no sense to go on. */
    private static final int MOST_VIOLATIONS = 20;

    /** Objects of several segments, and uploads in parts: together one in so long, about. */
    private static final long LARGE_EVERY_NANOS = LONG ? 40_000_000_000L : 8_000_000_000L;

    final LetheClient client;
    final List<S3Client> s3;
    final Histories histories = new Histories();

    /** By key and version id, separated by a zero. */
    final Map<String, Written> versions = new ConcurrentHashMap<>();

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> done = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
    private final AtomicInteger[] generations = new AtomicInteger[2 * PLACES];
    private final AtomicLong nextLarge = new AtomicLong(System.nanoTime());
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * @param s3 one for each node
     */
    MixedLoad(LetheClient client, List<S3Client> s3) {
        this.client = client;
        this.s3 = List.copyOf(s3);
        for (int i = 0; i < generations.length; i++) {
            generations[i] = new AtomicInteger();
        }
    }

    /** Lets so many clients go to work. */
    void start(int clients, long seed) {
        stopped = false;
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < clients; i++) {
            LoadClient one = new LoadClient(this, seeds.split());
            threads.add(Thread.ofPlatform().name("load-" + i).start(() -> work(one)));
        }
    }

    private void work(LoadClient one) {
        while (!stopped && violations.size() < MOST_VIOLATIONS) {
            try {
                one.operate();
            } catch (RuntimeException e) {
                violated(Thread.currentThread().getName() + " failed: " + e);
            }
            LockSupport.parkNanos(one.random().nextLong(MOST_PAUSE_NANOS));
        }
    }

    /** Nothing new is begun; returns when what was under way has ended. */
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
        threads.clear();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Some key that is worked on. Its bucket is the part before the first slash. */
    String someKey(SplittableRandom random) {
        int place = random.nextInt(generations.length);
        String bucket = place < PLACES ? PLAIN : VERSIONED;
        String key = key(bucket, place, generations[place].get());
        if (histories.isFull(key)) {
            int from = generations[place].get();
            if (key.equals(key(bucket, place, from))
                    && generations[place].compareAndSet(from, from + 1)) {
                histories.unsound(key).ifPresent(this::violated);
            }
            return key(bucket, place, generations[place].get());
        }
        return key;
    }

    private static String key(String bucket, int place, int generation) {
        return bucket + "/p" + place % PREFIXES + "/k" + place + "-" + generation;
    }

    /** Whether it is time for something large; true for one caller only. */
    boolean takeLarge(SplittableRandom random) {
        long now = System.nanoTime();
        long at = nextLarge.get();
        return now - at >= 0
                && nextLarge.compareAndSet(
                        at, now + LARGE_EVERY_NANOS / 2 + random.nextLong(LARGE_EVERY_NANOS));
    }

    void violated(String what) {
        violations.add(what);
    }

    void done(String what) {
        done.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    void failed(String what) {
        failed.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    /** How often it was done. */
    long count(String what) {
        LongAdder count = done.get(what);
        return count == null ? 0 : count.sum();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** What was done, what failed. */
    String summary() {
        return new TreeMap<>(done) + "; failed: " + new TreeMap<>(failed);
    }

    /**
     * Reads everything once more, and looks whether all of it is what it may be. Gives the first
     * thing that is not.
     */
    Optional<String> readAll(long seed) {
        LoadClient reader = new LoadClient(this, new SplittableRandom(seed));
        histories.keys("").forEach(key -> surely(() -> reader.readWhole(key)));
        versions.forEach(
                (place, written) -> {
                    String id = place.substring(place.indexOf(0) + 1);
                    surely(() -> reader.readVersion(written, id));
                });
        for (String bucket : List.of(PLAIN, VERSIONED)) {
            surely(() -> reader.listAll(bucket));
        }
        return violations().stream().findFirst().or(histories::unsound);
    }

    /** Again and again while the cluster says that it can't answer yet. */
    private static void surely(Runnable reading) {
        long deadline = System.nanoTime() + ANSWERED_WITHIN.toNanos();
        while (true) {
            try {
                reading.run();
                return;
            } catch (LetheException | UncheckedIOException e) {
                boolean passes = LoadClient.told(e).map(LetheException::retryable).orElse(false);
                if (!passes || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(MOST_PAUSE_NANOS);
            }
        }
    }
}
