package io.lethe.node.sim;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.OnePromise;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.sim.SimLoop.Life;
import io.lethe.node.sim.SimLoop.SimTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tasks of one life, on its own clock, which may be off by up to a second. */
final class SimTasks implements Tasks {
    /** Wall time at which every run begins, in milliseconds: a day in 2027, for no reason. */
    private static final long BIRTH_MILLIS = 1_800_000_000_000L;

    private final SimLoop loop;
    private final Life life;

    SimTasks(SimLoop loop, Life life) {
        this.loop = loop;
        this.life = life;
    }

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public long wallMillis() {
                return BIRTH_MILLIS + TimeUnit.NANOSECONDS.toMillis(loop.nanos()) + life.skewMillis;
            }

            @Override
            public long nanos() {
                return loop.nanos();
            }
        };
    }

    @Override
    public Task fork(String name, Runnable body) {
        SimTask task = loop.fork(life, name, body);
        return new Task() {
            @Override
            public void cancel() {
                task.cancelled = true;
                loop.wake(task);
            }

            @Override
            public void join() throws InterruptedException {
                while (!task.over) {
                    task.joiners.add(loop.currentTask());
                    loop.block(Long.MAX_VALUE);
                }
            }
        };
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        long untilNanos = loop.nanos() + Math.max(1, nanos);
        while (loop.nanos() < untilNanos) {
            loop.block(untilNanos);
        }
    }

    @Override
    public <T> Promise<T> promise() {
        return new SimPromise<>(loop);
    }

    @Override
    public Permits permits(int count) {
        return new SimPermits(loop, count);
    }

    private static final class SimPermits implements Permits {
        private final SimLoop loop;
        private final Deque<SimTask> waiting = new ArrayDeque<>();
        private int left;

        SimPermits(SimLoop loop, int count) {
            this.loop = loop;
            left = count;
        }

        @Override
        public void acquire() throws InterruptedException {
            SimTask self = loop.currentTask();
            if (left > 0 && waiting.isEmpty()) {
                left--;
                return;
            }
            waiting.add(self);
            try {
                while (left == 0 || waiting.peek() != self) {
                    loop.block(Long.MAX_VALUE);
                }
                left--;
            } finally {
                waiting.remove(self);
                wakeFirst();
            }
        }

        @Override
        public boolean tryAcquire() {
            if (left == 0 || !waiting.isEmpty()) {
                return false;
            }
            left--;
            return true;
        }

        @Override
        public void release() {
            left++;
            wakeFirst();
        }

        private void wakeFirst() {
            SimTask first = waiting.peek();
            if (first != null && left > 0) {
                loop.wake(first);
            }
        }
    }

    private static final class SimPromise<T> extends OnePromise<T> {
        private final SimLoop loop;
        private final List<SimTask> waiters = new ArrayList<>();

        SimPromise(SimLoop loop) {
            this.loop = loop;
        }

        @Override
        protected void wakeWaiters() {
            waiters.forEach(loop::wake);
        }

        @Override
        public T await(long deadlineNanos) throws InterruptedException, TimeoutException {
            SimTask self = loop.currentTask();
            waiters.add(self);
            while (!isDone()) {
                if (loop.nanos() >= deadlineNanos) {
                    throw new TimeoutException();
                }
                loop.block(deadlineNanos);
            }
            waiters.remove(self);
            return outcome();
        }
    }
}
