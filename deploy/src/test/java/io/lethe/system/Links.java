package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The network between nodes: listens at the address under which each is known to the others, and
 * carries their bytes to where it really listens. It can be cut in one direction: then what a node
 * sends to another comes to a stop, in requests and in answers, and goes on when the cut is mended,
 * as with a network whose packets are lost for a while. It needs no rights. Who calls is found by
 * {@link Callers}. A task for each direction of each connection; its methods are safe for any
 * thread.
 */
final class Links implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** From one node to another. */
    private record Way(int from, int to) {}

    private final Function<InetSocketAddress, Integer> callers;

    /** Guarded by itself, and told of each change. */
    private final Set<Way> cut = new HashSet<>();

    private final Queue<ServerSocketChannel> doors = new ConcurrentLinkedQueue<>();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param callers the node that has an end of a connection at this address; negative: none
     */
    Links(Function<InetSocketAddress, Integer> callers) {
        this.callers = callers;
    }

    /** Carries what comes at {@code known} to {@code real}, where {@code node} listens. */
    void carry(int node, InetSocketAddress known, InetSocketAddress real) {
        try {
            ServerSocketChannel door = ServerSocketChannel.open();
            doors.add(door);
            door.bind(known);
            Thread _ =
                    Thread.ofVirtual().name("door-" + node).start(() -> accept(node, door, real));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that these send to those is held up from now on. */
    void cut(int from, List<Integer> to) {
        synchronized (cut) {
            to.forEach(one -> cut.add(new Way(from, one)));
        }
    }

    void mend(int from, List<Integer> to) {
        synchronized (cut) {
            to.forEach(one -> cut.remove(new Way(from, one)));
            cut.notifyAll();
        }
    }

    private void accept(int node, ServerSocketChannel door, InetSocketAddress real) {
        while (!closed) {
            try {
                SocketChannel caller = door.accept();
                Thread _ = Thread.ofVirtual().start(() -> connect(node, caller, real));
            } catch (IOException e) {
                // It was closed, or the caller has gone already.
                if (!door.isOpen()) {
                    return;
                }
            }
        }
    }

    private void connect(int node, SocketChannel caller, InetSocketAddress real) {
        open.add(caller);
        SocketChannel called = null;
        try {
            int from = callers.apply((InetSocketAddress) caller.getRemoteAddress());
            if (from >= 0 && !closed) {
                called = SocketChannel.open(real);
                open.add(called);
                hurry(caller);
                hurry(called);
                SocketChannel there = called;
                Thread back =
                        Thread.ofVirtual().start(() -> pass(there, caller, new Way(node, from)));
                pass(caller, called, new Way(from, node));
                back.join();
            }
        } catch (IOException e) {
            // The node does not listen, as its caller will see.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(caller);
            end(called);
        }
    }

    private static void hurry(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private void end(@Nullable SocketChannel channel) {
        if (channel != null) {
            open.remove(channel);
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone in any case.
            }
        }
    }

    /** Passes bytes on until one end has gone, of which the other learns as by a network. */
    private void pass(SocketChannel from, SocketChannel to, Way way) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                awaitMended(way);
                buffer.flip();
                while (buffer.hasRemaining()) {
                    int _ = to.write(buffer);
                }
                buffer.clear();
            }
            awaitMended(way);
        } catch (IOException e) {
            // One end broke: so does the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void awaitMended(Way way) throws InterruptedException {
        synchronized (cut) {
            while (cut.contains(way) && !closed) {
                cut.wait();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (cut) {
            cut.clear();
            cut.notifyAll();
        }
        for (Channel one : doors) {
            try {
                one.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (Channel one : open) {
            try {
                one.close();
            } catch (IOException e) {
                // Gone.
            }
        }
    }
}
