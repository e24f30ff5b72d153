package io.lethe.node.chunk.wire;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of the one connection to a node: greets, gives out request ids, hands answers to
 * their calls. Answers to calls that have ended are skipped. Event loop only.
 */
final class ClientConnection extends WireHandler {
    private final Peer peer;
    private final DataPlaneClient client;
    private final LongObjectMap<ClientCall> calls = new LongObjectHashMap<>();
    private @Nullable ClientCall receiving;
    private @Nullable Hello server;
    private String lastWords = "the connection was lost";
    private long lastId;

    ClientConnection(Channel channel, Peer peer, DataPlaneClient client) {
        super(
                channel,
                client.clock,
                client.counters,
                TimeUnit.MILLISECONDS.toNanos(client.config.pingMillis()));
        this.peer = peer;
        this.client = client;
    }

    @Override
    void onOpen() {
        Hello hello = new Hello(FrameHead.VERSION, client.config.cluster(), 0, 0, 0);
        var _ = write(FrameHead.of(FrameType.HELLO, 0, hello.fields()));
        var _ =
                later(
                        TimeUnit.MILLISECONDS.toNanos(client.config.greetMillis()),
                        () -> {
                            if (server == null) {
                                lastWords = "the node did not answer HELLO in time";
                                var _ = channel.close();
                            }
                        });
    }

    /** Sends a call. */
    void begin(ClientCall call) {
        Hello greeted = server;
        if (greeted == null || calls.size() >= greeted.mostStreams()) {
            counters.rejected(WireCounters.Rejection.STREAMS_OF_CONNECTION);
            call.fail(
                    new StoreException(
                            ErrorCode.OVERLOADED,
                            "too many requests are open on the connection to " + peer.address()));
            return;
        }
        lastId++;
        calls.put(lastId, call);
        call.begin(this, lastId);
    }

    /** Credits that a long write begins with. */
    int windowBytes() {
        return server == null ? 0 : server.windowBytes();
    }

    void ended(long id) {
        var _ = calls.remove(id);
    }

    @Override
    public void onFrame(FrameHead head) {
        receiving = null;
        if (head.type().sender() == FrameType.Sender.CLIENT) {
            throw new ProtocolViolation(head.type() + " is a client's frame");
        }
        if (head.type() == FrameType.PING) {
            var _ = write(FrameHead.of(FrameType.PONG, head.requestId()));
        } else if (head.type() != FrameType.PONG) {
            answer(head);
        }
    }

    private void answer(FrameHead head) {
        if (head.requestId() == 0) {
            ofConnection(head);
            return;
        }
        ClientCall call = calls.get(head.requestId());
        if (call == null) {
            return;
        }
        if (head.type() == FrameType.ERROR) {
            call.refused(Reply.error(head.fields()));
        } else {
            call.onReply(head);
            receiving = head.type().carriesBody() ? call : null;
        }
    }

    private void ofConnection(FrameHead head) {
        if (head.type() == FrameType.ERROR) {
            lastWords =
                    "the node closed the connection: " + Reply.error(head.fields()).getMessage();
            var _ = channel.close();
        } else if (head.type() == FrameType.OK && server == null) {
            Hello greeted = Hello.decode(head.fields());
            if (!greeted.cluster().equals(client.config.cluster())
                    || greeted.windowBytes() < Window.LEAST_COST
                    || greeted.mostStreams() < 1) {
                throw new ProtocolViolation("a hello of another cluster, or without a window");
            }
            server = greeted;
            counters.happened(WireCounters.Event.CONNECTED);
            peer.greeted(this);
        } else {
            throw new ProtocolViolation(head.type() + " without a request");
        }
    }

    @Override
    public void onBody(ByteBuf in, int lengthBytes) {
        if (receiving != null && !receiving.over()) {
            receiving.onBody(in, lengthBytes);
        }
    }

    @Override
    public void onBodyEnd() {
        if (receiving != null && !receiving.over()) {
            receiving.onBodyEnd();
        }
        receiving = null;
    }

    @Override
    void onClosed() {
        peer.lost(this, lastWords);
        for (ClientCall call : List.copyOf(calls.values())) {
            call.fail(
                    new StoreException(
                            ErrorCode.UNAVAILABLE,
                            "the node at "
                                    + peer.address()
                                    + " can't be reached ("
                                    + lastWords
                                    + "): try another device"));
        }
    }
}
