package io.lethe.node.chunk.wire;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The figures of one side of the data plane. Any thread may add and read. */
public final class WireCounters {
    /** Why work was refused before it began. */
    public enum Rejection {
        /** Too many connections; the new one was closed. */
        CONNECTIONS,
        /** Too many open requests on one connection. */
        STREAMS_OF_CONNECTION,
        /** Too many open requests in all. */
        STREAMS,
        /** No room for another stream's buffers. */
        BUFFERS,
        /** The device's pool took no more. */
        DEVICE_POOL,
        /** The ticket did not allow it. */
        TICKET,
        /** Too many requests wait for a connection to come up. */
        WAITING
    }

    /** Things that are counted without a reason of their own. */
    public enum Event {
        /** The peer broke the protocol; its connection was closed. */
        VIOLATION,
        /** Deadlines that passed before the answer. */
        DEADLINE,
        /** Requests given up by the client. */
        CANCEL,
        /** Connections closed since the peer was silent or took nothing. */
        SILENT_PEER,
        /** Connections that could not be opened or were refused. */
        CONNECT_FAILURE,
        /** Connections opened and greeted. */
        CONNECTED,
        /** TLS handshakes that failed. */
        TLS_FAILURE,
        /** Blocks that arrived with another CRC32C than the device sent. */
        CORRUPT_BLOCK
    }

    private final LongAdder[] requests = adders(FrameType.values().length);
    private final LongAdder[] rejections = adders(Rejection.values().length);
    private final LongAdder[] events = adders(Event.values().length);
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    final AtomicLong connections = new AtomicLong();
    final AtomicLong streams = new AtomicLong();
    final AtomicLong pooled = new AtomicLong();

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    void request(FrameType type) {
        requests[type.ordinal()].increment();
    }

    void rejected(Rejection why) {
        rejections[why.ordinal()].increment();
    }

    void happened(Event event) {
        events[event.ordinal()].increment();
    }

    void in(int bytes) {
        bytesIn.add(bytes);
    }

    void out(int bytes) {
        bytesOut.add(bytes);
    }

    /** Requests that were opened with a frame of this type. */
    public long requests(FrameType type) {
        return requests[type.ordinal()].sum();
    }

    public long rejections(Rejection why) {
        return rejections[why.ordinal()].sum();
    }

    public long events(Event event) {
        return events[event.ordinal()].sum();
    }

    /** Bytes received, of all frames, without TLS's own. */
    public long bytesIn() {
        return bytesIn.sum();
    }

    /** Bytes handed to the transport, of all frames, without TLS's own. */
    public long bytesOut() {
        return bytesOut.sum();
    }

    /** Connections open now. */
    public long connections() {
        return connections.get();
    }

    /** Requests open now. */
    public long streams() {
        return streams.get();
    }

    /** Server: pieces of work queued or running in device pools now. */
    public long queueDepth() {
        return pooled.get();
    }
}
