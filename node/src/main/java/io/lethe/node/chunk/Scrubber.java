package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.base.background.Pace;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that one device stores and checks it, over and over: of each chunk the extent's
 * head, which must be what the index says, the table of checksums, and all blocks; at the end of a
 * pass the index itself. A chunk that does not match goes onto the list of damaged ones ({@link
 * ChunkStore#damaged}), from where repair takes it. One task.
 *
 * <p>Pace: what is left of the pass, over what is left of the period, however full the device is;
 * so a small device is read as slowly as it may be. Never more than a fifth of what the foreground
 * leaves free ({@link DiskLoad}), but at least {@link #FLOOR_BYTES_PER_SECOND}, so that a pass ends
 * on the busiest device too. A pass that is late goes as quickly as it may.
 *
 * <p>Chunks are taken in the order of their keys. One written behind the place is checked in the
 * next pass, so every chunk is read within a period, and a new one within two. The place is kept in
 * the device's index after each step: a restart goes on there.
 */
public final class Scrubber implements Worker {
    /** Of what the foreground leaves free, in per cent: scrubbing is never urgent. */
    static final int SHARE_PERCENT = 20;

    /** On a device that is never idle. 20 TB take a month at this rate. */
    static final long FLOOR_BYTES_PER_SECOND = 8L << 20;

    /** Saved up at most while the device was away: a large chunk. */
    private static final long BURST_BYTES = 16 << 20;

    /** Chunks looked up at once. */
    private static final int PAGE = 128;

    /** A step ends after this, so that its place is kept and its progress shown. */
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Far longer than reading a chunk of 64 MiB takes, or an index, on a disk that works. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(15);

    private static final Logger log = LoggerFactory.getLogger(Scrubber.class);

    private final DeviceCalls device;
    private final Tasks tasks;
    private final long periodMillis;
    private final Pace pace;

    /** The next chunks in order. */
    private final Deque<ChunkInfo> ahead = new ArrayDeque<>();

    /** Whether nothing comes behind {@code ahead}. */
    private boolean lastPage;

    /** Where {@code ahead} begins among all keys, 0 to 1. */
    private double position;

    /** Null until it was read from the device. Written by the worker's task only. */
    private volatile @Nullable ScrubPlace place;

    private volatile long leftBytes;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder chunks = new LongAdder();
    private final LongAdder faults = new LongAdder();

    public Scrubber(DeviceCalls device, Tasks tasks, Duration period) {
        Check.range("scrub period", period.toMillis(), 1, Long.MAX_VALUE);
        this.device = device;
        this.tasks = tasks;
        this.periodMillis = period.toMillis();
        pace = new Pace(tasks, 1, BURST_BYTES);
    }

    @Override
    public String name() {
        return "scrub/" + device.device();
    }

    /** Shows what was read and found since the start, and how old the last whole pass is. */
    public void show(Metrics metrics) {
        String label = device.device().toString();
        metrics.counter("lethe_scrub_bytes", "Bytes of extents read to check them.", "device")
                .watch(bytes::sum, label);
        metrics.counter("lethe_scrub_chunks", "Chunks read to check them.", "device")
                .watch(chunks::sum, label);
        metrics.counter("lethe_scrub_faults", "Damage found by reading everything.", "device")
                .watch(faults::sum, label);
        metrics.gauge(
                        "lethe_scrub_last_pass_end_seconds",
                        "When the device was last read whole, in seconds since 1970; 0: never.",
                        "device")
                .watch(() -> known().lastEndedMillis() / 1000.0, label);
        metrics.gauge("lethe_scrub_progress_percent", "Of the pass under way.", "device")
                .watch(() -> percent(known()), label);
    }

    private ScrubPlace known() {
        ScrubPlace at = place;
        return at == null ? ScrubPlace.NONE : at;
    }

    @Override
    public Step step() throws InterruptedException {
        try {
            return pass();
        } catch (StoreException e) {
            ahead.clear();
            return e.code() == ErrorCode.OVERLOADED
                    ? new Step.Idle("the device has too much to do; " + progress(known()))
                    : new Step.Failed(String.valueOf(e.getMessage()));
        }
    }

    private Step pass() throws InterruptedException {
        ScrubPlace at = place;
        if (at == null) {
            at = await(device.call(ChunkStore::scrubPlace));
        }
        long now = tasks.clock().wallMillis();
        if (at.startedMillis() == 0 || at.startedMillis() > now) {
            at = at.begun(now);
            keep(at);
        }
        place = at;
        ChunkStore.Status status = await(device.call(ChunkStore::status));
        if (status.state() == ChunkStore.State.FAILED) {
            return new Step.Failed("the device has failed: " + status.fault());
        }
        if (ahead.isEmpty()) {
            look(at);
        }
        if (ahead.isEmpty()) {
            return end(at);
        }
        leftBytes = left(at, status.storedBytes());
        tune(at, now);
        return check(at);
    }

    /** Looks up the next chunks, and how far on in the order of keys they are. */
    private void look(ScrubPlace at) throws InterruptedException {
        ahead.addAll(await(device.call(store -> store.list(null, at.after(), PAGE))));
        lastPage = ahead.size() < PAGE;
        if (!lastPage) {
            List<PgId> groups = await(device.call(ChunkStore::groups));
            position = position(ahead.getFirst(), groups);
        }
    }

    /** Of all keys, where groups are about alike and segments' ids are random: 0 to 1. */
    private static double position(ChunkInfo chunk, List<PgId> groups) {
        int group = groups.indexOf(chunk.key().pg());
        double within = (chunk.key().segment().id().high() >>> 1) / (double) Long.MAX_VALUE;
        return groups.isEmpty() || group < 0 ? 0 : (group + within) / groups.size();
    }

    /**
     * The more cautious of two guesses, until the end is in sight: what is stored less what was
     * read, which is too little where much of that was deleted since, and by the place in the order
     * of keys.
     */
    private long left(ScrubPlace at, long storedBytes) {
        long seen = ahead.stream().mapToLong(ScrubPlace::extentBytes).sum();
        if (lastPage) {
            return seen;
        }
        long byPosition = (long) ((1 - position) * storedBytes);
        return Math.max(seen, Math.max(byPosition, storedBytes - at.doneBytes()));
    }

    private void tune(ScrubPlace at, long nowMillis) {
        long leftMillis = at.startedMillis() + periodMillis - nowMillis;
        long most = device.load().allowance(SHARE_PERCENT, FLOOR_BYTES_PER_SECOND);
        pace.set(
                leftMillis <= 0
                        ? most
                        : (long)
                                Math.min(
                                        (double) most, Math.ceil(leftBytes * 1000.0 / leftMillis)));
    }

    /** Checks chunks while the pace and the step's time allow it. */
    private Step check(ScrubPlace from) throws InterruptedException {
        ScrubPlace at = from;
        long endNanos = tasks.clock().nanos() + STEP_NANOS;
        while (!ahead.isEmpty() && tasks.clock().nanos() < endNanos) {
            ChunkInfo next = ahead.peek();
            long cost = ScrubPlace.extentBytes(next);
            if (!admitted(cost)) {
                break;
            }
            ahead.remove();
            Verdict verdict = await(device.call(store -> verify(store, next, cost)));
            boolean fault = verdict == Verdict.CORRUPT;
            at = at.past(next.key(), cost, fault);
            place = at;
            leftBytes = Math.max(0, leftBytes - cost);
            count(cost, fault);
        }
        if (at.equals(from)) {
            return new Step.Idle(progress(at));
        }
        keep(at);
        return new Step.Worked(progress(at));
    }

    /** Waits for its turn where that is near; else it is asked for again in the next step. */
    private boolean admitted(long cost) throws InterruptedException {
        long nanos = (long) ((double) cost / pace.bytesPerSecond() * TimeUnit.SECONDS.toNanos(1));
        if (nanos > STEP_NANOS) {
            return pace.tryTake(cost);
        }
        pace.take(cost);
        return true;
    }

    private Verdict verify(ChunkStore store, ChunkInfo chunk, long cost) {
        long began = tasks.clock().nanos();
        Verdict verdict = store.verify(chunk.key());
        if (verdict != Verdict.MISSING) {
            device.load().measured(cost, tasks.clock().nanos() - began);
        }
        return verdict;
    }

    private void count(long cost, boolean fault) {
        bytes.add(cost);
        chunks.increment();
        faults.add(fault ? 1 : 0);
    }

    private void keep(ScrubPlace at) throws InterruptedException {
        var _ =
                await(
                        device.call(
                                store -> {
                                    store.keepScrubPlace(at);
                                    return true;
                                }));
    }

    private Step end(ScrubPlace at) throws InterruptedException {
        if (at.doneChunks() == 0) {
            place = at.begun(tasks.clock().wallMillis());
            return new Step.Idle("nothing is stored");
        }
        Optional<String> wrong =
                await(device.call(store -> Optional.ofNullable(store.checkIndex())));
        if (wrong.isPresent()) {
            faults.increment();
            log.warn("device {}: {}", device.device(), wrong.get());
        }
        ScrubPlace next = at.ended(tasks.clock().wallMillis());
        place = next;
        keep(next);
        return new Step.Worked(
                "all "
                        + at.doneChunks()
                        + " chunks were read, "
                        + at.faults()
                        + " are damaged"
                        + wrong.map(text -> "; " + text).orElse(""));
    }

    private long percent(ScrubPlace at) {
        long all = at.doneBytes() + leftBytes;
        return all == 0 ? 0 : 100 * at.doneBytes() / all;
    }

    private String progress(ScrubPlace at) {
        String last =
                at.lastEndedMillis() == 0
                        ? ""
                        : "; the last pass found " + at.lastFaults() + " faults";
        return percent(at)
                + " % of this pass, ends in about "
                + about(leftBytes / pace.bytesPerSecond())
                + (at.faults() == 0 ? "" : ", " + at.faults() + " faults so far")
                + last;
    }

    /** A time as people say it. */
    static String about(long seconds) {
        if (seconds >= TimeUnit.DAYS.toSeconds(2)) {
            return TimeUnit.SECONDS.toDays(seconds) + " d";
        }
        if (seconds >= TimeUnit.HOURS.toSeconds(2)) {
            return TimeUnit.SECONDS.toHours(seconds) + " h";
        }
        if (seconds >= TimeUnit.MINUTES.toSeconds(2)) {
            return TimeUnit.SECONDS.toMinutes(seconds) + " min";
        }
        return seconds + " s";
    }

    private <T> T await(Promise<T> promise) throws InterruptedException {
        try {
            return promise.await(tasks.clock().nanos() + PATIENCE_NANOS);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE,
                    "the device takes longer than 15 minutes for one call; check the disk");
        }
    }
}
