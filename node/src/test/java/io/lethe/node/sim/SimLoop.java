package io.lethe.node.sim;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The simulated machine: one queue of events in virtual time, those of the same moment in an order
 * chosen by the seed, and tasks of which exactly one runs. The thread that runs holds the baton: a
 * task that waits goes through the queue itself and hands the baton on when another's turn comes.
 * Nothing here reads a real clock, so that a seed says everything.
 */
final class SimLoop {
    /** Ends a run that makes no progress: some ten times the events of a long one. */
    private static final long MOST_EVENTS = 4_000_000;

    /** Thrown inside a task whose node has crashed, or whose run is over; nothing may catch it. */
    static final class Crashed extends Error {
        private static final long serialVersionUID = 1L;

        Crashed() {
            super("the node has crashed", null, false, false);
        }
    }

    /** Something that fails together: a node between start and crash, or the clients. */
    static final class Life {
        final String name;
        final int node;
        final Set<SimTask> tasks = new LinkedHashSet<>();
        final List<Runnable> atDeath = new ArrayList<>();
        boolean dead;
        long pausedUntilNanos;
        long skewMillis;

        Life(String name, int node) {
            this.name = name;
            this.node = node;
        }

        boolean pausedAt(long nanos) {
            return pausedUntilNanos > nanos;
        }
    }

    /** A task: a thread that runs only with the baton in its hand. */
    static final class SimTask {
        final Life life;
        final String name;
        final Semaphore turn = new Semaphore(0);
        final Runnable body;
        final List<SimTask> joiners = new ArrayList<>();
        boolean started;
        boolean over;
        boolean cancelled;
        boolean blocked;
        long waitNumber;

        SimTask(Life life, String name, Runnable body) {
            this.life = life;
            this.name = name;
            this.body = body;
        }
    }

    private record Event(
            long atNanos,
            int tie,
            long number,
            @Nullable SimTask task,
            long waitNumber,
            @Nullable Runnable body)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            int byTie = byTime != 0 ? byTime : Integer.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(number, other.number);
        }
    }

    final Random random;
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final Set<SimTask> alive = new LinkedHashSet<>();
    private final Semaphore driver = new Semaphore(0);
    private BooleanSupplier until = () -> true;
    private long untilNanos;
    private @Nullable SimTask current;
    private @Nullable Throwable failure;
    private boolean over;
    private long nowNanos;
    private long numbers;
    private long events;
    private long digest = 17;

    SimLoop(long seed) {
        random = new Random(seed);
    }

    long nanos() {
        return nowNanos;
    }

    /** A reading that no two events share: orders what happens at one moment. */
    long moment() {
        return ++numbers;
    }

    long events() {
        return events;
    }

    /** The same for two runs of one seed; tells whether they went the same way. */
    long digest() {
        return digest;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    boolean chance(int perThousand) {
        return perThousand > 0 && random.nextInt(1000) < perThousand;
    }

    /** A delay of 1 ns up to {@code mostNanos}. */
    long within(long mostNanos) {
        return 1 + (long) (random.nextDouble() * mostNanos);
    }

    void after(long delayNanos, Runnable body) {
        add(nowNanos + Math.max(0, delayNanos), null, 0, body);
    }

    private void add(long atNanos, @Nullable SimTask task, long wait, @Nullable Runnable body) {
        queue.add(new Event(atNanos, random.nextInt(), ++numbers, task, wait, body));
    }

    SimTask fork(Life life, String name, Runnable body) {
        SimTask task = new SimTask(life, name, body);
        if (life.dead || over) {
            task.over = true;
            return task;
        }
        life.tasks.add(task);
        alive.add(task);
        task.blocked = true;
        add(nowNanos, task, task.waitNumber, null);
        return task;
    }

    SimTask currentTask() {
        SimTask task = current;
        if (task == null) {
            throw new IllegalStateException("only a task may wait");
        }
        return task;
    }

    /** Waits until woken or until the deadline; the caller looks which. */
    void block(long deadlineNanos) throws InterruptedException {
        SimTask task = currentTask();
        check(task);
        task.waitNumber++;
        task.blocked = true;
        if (deadlineNanos != Long.MAX_VALUE) {
            add(Math.max(nowNanos, deadlineNanos), task, task.waitNumber, null);
        }
        run(task);
        check(task);
    }

    private void check(SimTask task) throws InterruptedException {
        if (task.life.dead || over) {
            throw new Crashed();
        }
        if (task.cancelled) {
            task.cancelled = false;
            throw new InterruptedException("cancelled");
        }
    }

    void wake(SimTask task) {
        if (task.blocked && !task.over) {
            add(nowNanos, task, task.waitNumber, null);
        }
    }

    /** Everything that belongs to the life stops at once. */
    void kill(Life life) {
        life.dead = true;
        life.pausedUntilNanos = 0;
        List.copyOf(life.tasks).forEach(this::wake);
        List.copyOf(life.atDeath).forEach(Runnable::run);
    }

    /** Runs until the condition holds or the time has come; true when the condition holds. */
    boolean runUntil(BooleanSupplier condition, long atMostNanos) {
        until = condition;
        untilNanos = atMostNanos;
        run(null);
        return failure == null && condition.getAsBoolean();
    }

    /** Ends every task. */
    void close() {
        over = true;
        for (SimTask task : List.copyOf(alive)) {
            if (task.started && !task.over) {
                current = task;
                task.turn.release();
                driver.acquireUninterruptibly();
            }
        }
        queue.clear();
    }

    private boolean ends() {
        return over
                || failure != null
                || nowNanos >= untilNanos
                || until.getAsBoolean()
                || queue.isEmpty();
    }

    /**
     * Goes through the events until it is this task's turn, or hands the baton on and waits for it.
     *
     * @param self null: the driver
     */
    private void run(@Nullable SimTask self) {
        SimTask next = nextTask();
        if (next == self) {
            current = self;
            return;
        }
        give(next);
        if (self == null) {
            driver.acquireUninterruptibly();
        } else {
            self.turn.acquireUninterruptibly();
        }
        current = self;
    }

    /** The task whose turn it is; null: the driver's. */
    private @Nullable SimTask nextTask() {
        current = null;
        while (!ends()) {
            Event event = queue.remove();
            nowNanos = Math.max(nowNanos, event.atNanos());
            if (++events > MOST_EVENTS) {
                fail(new AssertionError("more than " + MOST_EVENTS + " events: no end in sight"));
                return null;
            }
            SimTask task = event.task();
            if (task == null) {
                call(event.body());
            } else if (ready(event, task)) {
                digest = digest * 31 + nowNanos + task.name.hashCode();
                task.blocked = false;
                return task;
            }
        }
        return null;
    }

    private boolean ready(Event event, SimTask task) {
        if (task.over || !task.blocked || event.waitNumber() != task.waitNumber) {
            return false;
        }
        if (task.life.pausedAt(nowNanos)) {
            add(task.life.pausedUntilNanos, task, event.waitNumber(), null);
            return false;
        }
        if (task.life.dead && !task.started) {
            end(task);
            return false;
        }
        return true;
    }

    private void call(@Nullable Runnable body) {
        digest = digest * 31 + nowNanos;
        try {
            if (body != null) {
                body.run();
            }
        } catch (RuntimeException | AssertionError e) {
            fail(e);
        }
    }

    private void give(@Nullable SimTask next) {
        if (next == null) {
            driver.release();
        } else if (next.started) {
            next.turn.release();
        } else {
            next.started = true;
            var _ = Thread.ofVirtual().name(next.name).start(() -> live(next));
        }
    }

    private void live(SimTask task) {
        current = task;
        try {
            task.body.run();
        } catch (Crashed e) {
            // The node is gone, or the run is over.
        } catch (Throwable e) {
            fail(new AssertionError("task " + task.name + " of " + task.life.name + " failed", e));
        }
        end(task);
        if (over) {
            driver.release();
        } else {
            give(nextTask());
        }
    }

    private void end(SimTask task) {
        task.over = true;
        alive.remove(task);
        task.life.tasks.remove(task);
        task.joiners.forEach(this::wake);
    }
}
