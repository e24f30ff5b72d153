package io.lethe.fake;

import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the fake shall do wrong, and what it was asked. Safe for any thread. */
public final class Faults {
    /** How many of the next downloads break, after how many bytes. */
    private final Deque<Long> brokenDownloads = new ArrayDeque<>();

    private final Map<String, Deque<RuntimeException>> refusals = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final AtomicInteger lostAnswers = new AtomicInteger();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private volatile @Nullable String silent;
    private volatile boolean deafToData;
    private volatile boolean flipsBytes;

    /** The next call of this method is refused before any work. */
    public void refuseNext(String method, Status.Code status, String code) {
        refuseNext(method, Refusal.of(status, code, "told to fail with " + code));
    }

    /** The next call of this method ends as if the connection broke before any work. */
    public void breakNext(String method) {
        refuseNext(
                method, Status.UNAVAILABLE.withDescription("told to break").asRuntimeException());
    }

    private void refuseNext(String method, RuntimeException failure) {
        Deque<RuntimeException> queue =
                refusals.computeIfAbsent(method, name -> new ArrayDeque<>());
        synchronized (queue) {
            queue.add(failure);
        }
    }

    /** The next changes commit, and their answers are lost. */
    public void loseAnswers(int count) {
        lostAnswers.set(count);
    }

    /** The next download breaks after so many bytes; told again, the one after it. */
    public synchronized void breakDownloadAfter(long bytes) {
        brokenDownloads.add(bytes);
    }

    /** This method never answers. */
    public void silence(@Nullable String method) {
        silent = method;
    }

    /** Puts take the header and nothing more. */
    public void ignoreData() {
        deafToData = true;
    }

    /** Downloads send a wrong byte. */
    public void flipBytes() {
        flipsBytes = true;
    }

    /** How often the method was called, refused calls included. */
    public int calls(String method) {
        return calls.computeIfAbsent(method, name -> new AtomicInteger()).get();
    }

    /** Bytes of objects that puts have brought. */
    public long receivedBytes() {
        return receivedBytes.get();
    }

    /** Bytes of objects that downloads have handed to the transport. */
    public long sentBytes() {
        return sentBytes.get();
    }

    void count(String method) {
        int unusedCount =
                calls.computeIfAbsent(method, name -> new AtomicInteger()).incrementAndGet();
    }

    @Nullable RuntimeException nextRefusal(String method) {
        Deque<RuntimeException> queue = refusals.get(method);
        if (queue == null) {
            return null;
        }
        synchronized (queue) {
            return queue.poll();
        }
    }

    boolean isSilent(String method) {
        return method.equals(silent);
    }

    boolean losesAnswer() {
        return lostAnswers.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    synchronized long downloadBreaksAfter() {
        Long bytes = brokenDownloads.poll();
        return bytes == null ? Long.MAX_VALUE : bytes;
    }

    boolean ignoresData() {
        return deafToData;
    }

    boolean flipsBytes() {
        return flipsBytes;
    }

    void received(int bytes) {
        long unusedSum = receivedBytes.addAndGet(bytes);
    }

    void sent(int bytes) {
        long unusedSum = sentBytes.addAndGet(bytes);
    }
}
