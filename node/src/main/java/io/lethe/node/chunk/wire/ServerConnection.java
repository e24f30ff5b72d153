package io.lethe.node.chunk.wire;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection at the server: greets, admits requests within the limits, and hands
 * frames to their streams. It stops reading while the client does not take its answers, so that
 * those are bounded too. Event loop only.
 */
final class ServerConnection extends WireHandler {
    final DataPlaneServer server;
    private final LongObjectMap<ServerStream> streams = new LongObjectHashMap<>();
    private final List<ServerWrite> dirty = new ArrayList<>();
    private @Nullable ServerWrite receiving;
    private boolean greeted;
    private long lastId;
    private int unreleased;

    ServerConnection(Channel channel, DataPlaneServer server) {
        super(
                channel,
                server.environment.clock(),
                server.counters,
                TimeUnit.MILLISECONDS.toNanos(server.config.pingMillis()));
        this.server = server;
    }

    @Override
    void onOpen() {
        var _ =
                later(
                        TimeUnit.MILLISECONDS.toNanos(2L * server.config.pingMillis()),
                        () -> {
                            if (!greeted) {
                                violated("no HELLO came");
                            }
                        });
    }

    @Override
    void onWritability() {
        if (!deaf()) {
            channel.config().setAutoRead(channel.isWritable());
        }
    }

    @Override
    public void onFrame(FrameHead head) {
        receiving = null;
        FrameType type = head.type();
        if (!greeted && type != FrameType.HELLO) {
            throw new ProtocolViolation(type + " before HELLO");
        }
        switch (type) {
            case HELLO -> hello(head);
            case PING -> {
                var _ = write(FrameHead.of(FrameType.PONG, head.requestId()));
            }
            case PONG -> {}
            case WRITE_DATA -> data(head);
            case WRITE_FINISH -> finish(head);
            case CANCEL -> cancel(head.requestId());
            case WRITE_OPEN, READ, DELETE, DOOM, VERIFY, STATUS -> open(head);
            case LIST, UNRESOLVED, ERASE, REFUSE_BELOW -> open(head);
            case UNKNOWN -> refuse(head);
            case OK, ERROR, READ_HEAD, READ_DATA, WINDOW ->
                    throw new ProtocolViolation(type + " is a server's frame");
        }
    }

    private void hello(FrameHead head) {
        Hello hello = Hello.decode(head.fields());
        if (greeted || head.requestId() != 0 || hello.version() < FrameHead.VERSION) {
            throw new ProtocolViolation("a HELLO that is repeated, or of no version known here");
        }
        if (!hello.cluster().equals(server.config.cluster())) {
            throw new ProtocolViolation(
                    "this node belongs to cluster "
                            + server.config.cluster()
                            + ", not to "
                            + hello.cluster()
                            + ": check the addresses and zookeeper.connect");
        }
        greeted = true;
        counters.happened(WireCounters.Event.CONNECTED);
        Hello own =
                new Hello(
                        FrameHead.VERSION,
                        server.config.cluster(),
                        0,
                        server.config.windowBytes(),
                        server.config.mostStreamsPerConnection());
        var _ = write(FrameHead.of(FrameType.OK, 0, own.fields()));
    }

    private void data(FrameHead head) {
        if (streams.get(head.requestId()) instanceof ServerWrite write) {
            write.onFrame(head.bodyBytes());
            receiving = write;
        }
    }

    private void finish(FrameHead head) {
        Decoder in = new Decoder(head.fields());
        long sentBytes = in.i64();
        in.end();
        if (streams.get(head.requestId()) instanceof ServerWrite write) {
            write.onFinish(sentBytes);
        }
    }

    private void cancel(long id) {
        ServerStream stream = streams.get(id);
        if (stream != null) {
            counters.happened(WireCounters.Event.CANCEL);
            stream.drop();
        }
    }

    @Override
    public void onBody(ByteBuf in, int lengthBytes) {
        if (receiving != null) {
            receiving.onBody(in, lengthBytes);
        }
    }

    @Override
    public void onBodyEnd() {
        if (receiving != null) {
            receiving.onBodyEnd();
            receiving = null;
        }
    }

    private void begin(FrameHead head) {
        if (head.requestId() <= lastId || head.deadlineMillis() < 1) {
            throw new ProtocolViolation(
                    head.type() + " with a request id that does not rise, or without a deadline");
        }
        lastId = head.requestId();
    }

    /** A newer build asks for what this one does not know. */
    private void refuse(FrameHead head) {
        begin(head);
        byte[] fields =
                Reply.error(
                        ErrorCode.NOT_IMPLEMENTED,
                        "this node's build knows no such request; upgrade it");
        var _ = write(FrameHead.of(FrameType.ERROR, head.requestId(), fields));
    }

    private void open(FrameHead head) {
        Request request = Request.decode(head.type(), head.fields());
        begin(head);
        counters.request(head.type());
        try {
            admit(head, request);
        } catch (StoreException refused) {
            ErrorCode code = refused.code();
            byte[] fields = Reply.error(code, String.valueOf(refused.getMessage()));
            var _ = write(FrameHead.of(FrameType.ERROR, head.requestId(), fields));
            server.environment.observer().completed(head.type(), code, 0);
        }
    }

    private void admit(FrameHead head, Request request) {
        ServedDevice device = server.devices.get(request.device());
        if (device == null) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "device " + request.device() + " is not on this node: reload the cluster map");
        }
        checkTicket(request);
        if (unreleased >= server.config.mostStreamsPerConnection()) {
            throw full(WireCounters.Rejection.STREAMS_OF_CONNECTION, "requests on this connection");
        }
        if (counters.streams.get() >= server.config.mostStreams()) {
            throw full(WireCounters.Rejection.STREAMS, "requests");
        }
        ServerStream stream = stream(head, request, device);
        unreleased++;
        counters.streams.incrementAndGet();
        streams.put(head.requestId(), stream);
        stream.start();
    }

    private void checkTicket(Request request) {
        try {
            Ticket.Operation operation = TicketRules.require(request);
            server.tickets.check(request.ticket(), operation, request.device(), request.chunk());
        } catch (StoreException refused) {
            counters.rejected(WireCounters.Rejection.TICKET);
            throw refused;
        }
    }

    private ServerStream stream(FrameHead head, Request request, ServedDevice device) {
        return switch (request) {
            case Request.Read read -> new ServerRead(this, head, device, read);
            case Request.WriteOpen open -> {
                int window =
                        Window.initial(open.header().reserveBytes(), server.config.windowBytes());
                if (!server.buffers.reserve(window)) {
                    throw full(WireCounters.Rejection.BUFFERS, "buffered bytes");
                }
                yield new ServerWrite(this, head, device, open.header(), window);
            }
            default -> new ServerCall(this, head, device, request);
        };
    }

    private StoreException full(WireCounters.Rejection why, String what) {
        counters.rejected(why);
        return new StoreException(
                ErrorCode.OVERLOADED, "this node has too many " + what + ": try again later");
    }

    /** {@code write} has frames for the pool; taken there when this read from the socket ends. */
    void dirty(ServerWrite write) {
        dirty.add(write);
    }

    @Override
    void onReadComplete() {
        for (ServerWrite write : dirty) {
            write.submit();
        }
        dirty.clear();
    }

    /** The stream takes no more frames. */
    void ended(ServerStream stream) {
        var _ = streams.remove(stream.id);
    }

    /** A stream has let go of everything. */
    void released(long reservedBytes) {
        unreleased--;
        server.released(reservedBytes);
    }

    @Override
    void onClosed() {
        for (ServerStream stream : List.copyOf(streams.values())) {
            stream.drop();
        }
    }
}
