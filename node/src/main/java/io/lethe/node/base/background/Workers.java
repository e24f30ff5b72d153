package io.lethe.node.base.background;

import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Gauge;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * All background work of one node: starts, wakes, lists and stops it. Safe for any thread.
 *
 * <p>Invariants: names are unique among running workers; after {@link #stop} nothing starts.
 */
public final class Workers {
    /** One worker per kind of work and device or partition; 36 devices and 64 partitions fit. */
    public static final int MOST_WORKERS = 1_000;

    private record Entry(Running running, Tasks.Task task) {}

    private final Tasks tasks;
    private final Counter steps;
    private final Gauge failing;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private boolean stopped;

    public Workers(Tasks tasks, Metrics metrics) {
        this.tasks = tasks;
        this.steps =
                metrics.counter(
                        "lethe_worker_steps",
                        "Steps of background work by what came of them.",
                        "worker",
                        "result");
        this.failing =
                metrics.gauge(
                        "lethe_worker_failing", "Failures of background work in a row.", "worker");
    }

    /**
     * Starts it; its first step comes at once.
     *
     * @throws IllegalStateException when the name is taken, too many run, or all was stopped
     */
    public synchronized void start(Worker worker, Pacing pacing) {
        start(worker, pacing, tasks::fork);
    }

    /** As {@link #start}, where others' being late is no excuse; see {@link Tasks#forkUrgent}. */
    public synchronized void startUrgent(Worker worker, Pacing pacing) {
        start(worker, pacing, tasks::forkUrgent);
    }

    private void start(
            Worker worker, Pacing pacing, BiFunction<String, Runnable, Tasks.Task> fork) {
        String name = worker.name();
        if (stopped) {
            throw new IllegalStateException("worker " + name + " comes after the stop");
        }
        if (entries.containsKey(name)) {
            throw new IllegalStateException("a worker named " + name + " runs already");
        }
        if (entries.size() >= MOST_WORKERS) {
            throw new IllegalStateException(
                    "worker " + name + " would be one more than " + MOST_WORKERS);
        }
        Running running = new Running(worker, pacing, tasks);
        show(name, running);
        entries.put(name, new Entry(running, fork.apply("worker-" + name, running::run)));
    }

    /** Ends the idling of this worker, if it runs: there is something to do. */
    public synchronized void wake(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.running().wake();
        }
    }

    /**
     * Stops one worker and forgets it; its step under way is finished, or interrupted in its waits
     * when the deadline passes first. Does nothing when there is none.
     *
     * @param deadlineNanos reading of the tasks' clock
     */
    public void stop(String name, long deadlineNanos) throws InterruptedException {
        Entry entry;
        synchronized (this) {
            entry = entries.remove(name);
        }
        if (entry != null) {
            entry.running().stop();
            end(name, entry, deadlineNanos);
        }
    }

    /** Stops all, together, for good. */
    public void stop(long deadlineNanos) throws InterruptedException {
        Map<String, Entry> all;
        synchronized (this) {
            stopped = true;
            all = new LinkedHashMap<>(entries);
            entries.clear();
        }
        all.values().forEach(entry -> entry.running().stop());
        for (Map.Entry<String, Entry> one : all.entrySet()) {
            end(one.getKey(), one.getValue(), deadlineNanos);
        }
    }

    /** Every worker, by name. */
    public synchronized List<WorkerStatus> statuses() {
        List<WorkerStatus> all = new ArrayList<>();
        entries.values().forEach(entry -> all.add(entry.running().status()));
        all.sort(Comparator.comparing(WorkerStatus::name));
        return all;
    }

    private void end(String name, Entry entry, long deadlineNanos) throws InterruptedException {
        if (!entry.running().awaitEnd(deadlineNanos)) {
            entry.task().cancel();
        }
        entry.task().join();
        failing.remove(name);
        for (String result : List.of("worked", "idle", "failed")) {
            steps.remove(name, result);
        }
    }

    private void show(String name, Running running) {
        steps.watch(() -> running.status().worked(), name, "worked");
        steps.watch(() -> running.status().failed(), name, "failed");
        steps.watch(() -> idleSteps(running.status()), name, "idle");
        failing.watch(() -> running.status().failedInRow(), name);
    }

    private static long idleSteps(WorkerStatus status) {
        return status.steps() - status.worked() - status.failed();
    }
}
