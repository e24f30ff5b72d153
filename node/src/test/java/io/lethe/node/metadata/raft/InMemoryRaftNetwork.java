package io.lethe.node.metadata.raft;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: one ordered session per pair of nodes, one delivering thread per node. Links
 * can be cut, and messages watched or dropped.
 */
final class InMemoryRaftNetwork implements AutoCloseable {
    /** Sees each request before it is delivered; false drops it. */
    interface Filter {
        boolean passes(RaftAddress from, RaftAddress to, RaftTransport.Message message);
    }

    private final Map<RaftAddress, Node> nodes = new ConcurrentHashMap<>();
    private final Set<Set<RaftAddress>> cuts = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
    private volatile Filter filter = (from, to, message) -> true;

    RaftTransport transport(RaftAddress self) {
        Node node = new Node(self);
        nodes.put(self, node);
        return node;
    }

    void filter(Filter newFilter) {
        filter = newFilter;
    }

    void cut(RaftAddress one, RaftAddress other) {
        cuts.add(Set.of(one, other));
        closeBoth(one, other);
    }

    void isolate(RaftAddress one) {
        for (RaftAddress other : nodes.keySet()) {
            if (!other.equals(one)) {
                cut(one, other);
            }
        }
    }

    void heal() {
        cuts.clear();
    }

    private void closeBoth(RaftAddress one, RaftAddress other) {
        Node first = nodes.get(one);
        Node second = nodes.get(other);
        if (first != null) {
            first.disconnect(other);
        }
        if (second != null) {
            second.disconnect(one);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private final class Node implements RaftTransport {
        private final RaftAddress self;
        private final ExecutorService incoming =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        private final ExecutorService answers =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        private final Map<RaftAddress, Link> links = new ConcurrentHashMap<>();
        private volatile @Nullable Service service;

        Node(RaftAddress self) {
            this.self = self;
        }

        @Override
        public void serve(Service newService) {
            service = newService;
        }

        @Override
        public void call(RaftAddress to, Message request, long timeoutNanos, Callback callback) {
            Call call = new Call(this, callback);
            Node target = nodes.get(to);
            if (target == null || target.service == null || cuts.contains(Set.of(self, to))) {
                call.fail(Failure.DISCONNECTED, to + " cannot be reached");
                return;
            }
            var _ =
                    timer.schedule(
                            () -> call.fail(Failure.TIMEOUT, "no answer from " + to),
                            timeoutNanos,
                            TimeUnit.NANOSECONDS);
            Link link = links.computeIfAbsent(to, _ -> new Link(this, target));
            link.send(call, request);
        }

        @Override
        public void disconnect(RaftAddress to) {
            Link link = links.remove(to);
            if (link != null) {
                link.end();
            }
        }

        @Override
        public void close() {
            nodes.remove(self, this);
            service = null;
            List.copyOf(links.keySet()).forEach(this::disconnect);
            for (Node other : nodes.values()) {
                other.disconnect(self);
            }
            incoming.shutdown();
            answers.shutdown();
        }

        void answer(Runnable task) {
            if (!answers.isShutdown()) {
                answers.execute(task);
            }
        }

        void receive(Runnable task) {
            synchronized (incoming) {
                if (!incoming.isShutdown()) {
                    incoming.execute(task);
                }
            }
        }
    }

    private static final class Call {
        private final Node caller;
        private final RaftTransport.Callback callback;
        private final AtomicBoolean done = new AtomicBoolean();

        Call(Node caller, RaftTransport.Callback callback) {
            this.caller = caller;
            this.callback = callback;
        }

        void fail(RaftTransport.Failure failure, String reason) {
            if (done.compareAndSet(false, true)) {
                caller.answer(() -> callback.failed(failure, reason));
            }
        }

        void reply(RaftTransport.Message reply) {
            if (done.compareAndSet(false, true)) {
                caller.answer(() -> callback.reply(reply));
            }
        }
    }

    private final class Link extends RaftTransport.Session {
        private final Node from;
        private final Node to;
        private final Set<Call> open = new HashSet<>();
        private boolean ended;

        Link(Node from, Node to) {
            super(from.self.toString());
            this.from = from;
            this.to = to;
        }

        synchronized void send(Call call, RaftTransport.Message request) {
            if (ended) {
                call.fail(RaftTransport.Failure.DISCONNECTED, "the connection ended");
                return;
            }
            if (!filter.passes(from.self, to.self, request)) {
                return;
            }
            open.add(call);
            to.receive(
                    () -> {
                        RaftTransport.Service service = to.service;
                        if (service != null && !isEnded()) {
                            service.handle(this, request, reply -> answer(call, reply));
                        }
                    });
        }

        private synchronized boolean isEnded() {
            return ended;
        }

        private void answer(Call call, RaftTransport.Message reply) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                open.remove(call);
            }
            call.reply(reply);
        }

        void end() {
            List<Call> failed;
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
                failed = new ArrayList<>(open);
                open.clear();
            }
            failed.forEach(
                    call -> call.fail(RaftTransport.Failure.DISCONNECTED, "the connection ended"));
            to.receive(
                    () -> {
                        RaftTransport.Service service = to.service;
                        if (service != null) {
                            service.closed(this);
                        }
                    });
        }

        @Override
        public void close() {
            from.disconnect(to.self);
        }
    }
}
