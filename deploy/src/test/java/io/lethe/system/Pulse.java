package io.lethe.system;

import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Writes and reads a small object again and again, and knows for how long that failed. */
final class Pulse implements AutoCloseable {
    private static final long EVERY_NANOS = 100_000_000;
    private static final int KEYS = 16;
    private static final String BUCKET = "pulse";

    private final LetheClient client;
    private final AtomicLong longestNanos = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;

    Pulse(LetheClient client) {
        this.client = client;
        var _ = client.buckets().create(BUCKET);
        thread = Thread.ofPlatform().name("pulse").start(this::beat);
    }

    private void beat() {
        long last = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            try {
                String key = "beat-" + i % KEYS;
                byte[] body = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                var _ = client.objects().put(BUCKET, key, Source.bytes(body));
                var _ = client.objects().head(BUCKET, key);
                long now = System.nanoTime();
                longestNanos.accumulateAndGet(now - last, Math::max);
                last = now;
            } catch (LetheException e) {
                // The pause goes on.
            }
            LockSupport.parkNanos(EVERY_NANOS);
        }
        longestNanos.accumulateAndGet(System.nanoTime() - last, Math::max);
    }

    /** From one success to the next, that which is being waited for not counted. */
    Duration longest() {
        return Duration.ofNanos(longestNanos.get());
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
