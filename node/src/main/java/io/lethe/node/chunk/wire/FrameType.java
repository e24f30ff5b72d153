package io.lethe.node.chunk.wire;

import org.jspecify.annotations.Nullable;

/**
 * Every kind of frame, its code on the wire, and who may send it.
 *
 * <p>A conversation on one connection:
 *
 * <pre>
 * client                                   server
 * HELLO                              -&gt;    OK (server's hello), or ERROR and close
 * WRITE_OPEN, WRITE_DATA*, WRITE_FINISH -&gt; WINDOW*, then OK or ERROR
 * READ                               -&gt;    READ_HEAD, READ_DATA*, or ERROR at any point
 * DELETE DOOM VERIFY STATUS LIST UNRESOLVED ERASE REFUSE_BELOW -&gt; OK or ERROR
 * CANCEL                             -&gt;    nothing: the request ends without an answer
 * PING (either side)                 -&gt;    PONG with the same request id
 * </pre>
 *
 * HELLO is the first frame. Request ids of opening frames rise strictly on a connection. A client
 * need not wait for an answer to WRITE_OPEN before it sends data; data for a request that the
 * server has ended already are skipped. A client's type that is unknown opens a request that only a
 * newer build knows: ERROR answers it. An unknown version or type of a server, a frame out of
 * order, or more data than the window allows is answered by ERROR with request id 0, and the
 * connection closes. What takes more than one frame, or changes one, a client sends only where the
 * server's HELLO has a feature for it.
 */
public enum FrameType {
    /** Stands for all of a client's types that this build does not know; never sent. */
    UNKNOWN(0x00, Sender.CLIENT),
    HELLO(0x01, Sender.CLIENT),
    WRITE_OPEN(0x02, Sender.CLIENT),
    WRITE_DATA(0x03, Sender.CLIENT),
    WRITE_FINISH(0x04, Sender.CLIENT),
    READ(0x05, Sender.CLIENT),
    DELETE(0x06, Sender.CLIENT),
    DOOM(0x07, Sender.CLIENT),
    VERIFY(0x08, Sender.CLIENT),
    STATUS(0x09, Sender.CLIENT),
    LIST(0x0a, Sender.CLIENT),
    UNRESOLVED(0x0b, Sender.CLIENT),
    ERASE(0x0c, Sender.CLIENT),
    CANCEL(0x0d, Sender.CLIENT),
    PING(0x0e, Sender.BOTH),
    PONG(0x0f, Sender.BOTH),
    REFUSE_BELOW(0x10, Sender.CLIENT),
    OK(0x81, Sender.SERVER),
    ERROR(0x82, Sender.SERVER),
    READ_HEAD(0x83, Sender.SERVER),
    READ_DATA(0x84, Sender.SERVER),
    WINDOW(0x85, Sender.SERVER);

    enum Sender {
        CLIENT,
        SERVER,
        BOTH
    }

    private static final int LEAST_OF_SERVERS = 0x80;
    private static final @Nullable FrameType[] BY_CODE = new @Nullable FrameType[256];

    static {
        for (FrameType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final Sender sender;

    FrameType(int code, Sender sender) {
        this.code = code;
        this.sender = sender;
    }

    int code() {
        return code;
    }

    Sender sender() {
        return sender;
    }

    /** Whether it begins a request: it has an id of its own, a deadline and a ticket. */
    boolean opensRequest() {
        return switch (this) {
            case WRITE_OPEN, READ, DELETE, DOOM, VERIFY, STATUS -> true;
            case LIST, UNRESOLVED, ERASE, REFUSE_BELOW -> true;
            case UNKNOWN, HELLO, WRITE_DATA, WRITE_FINISH, CANCEL, PING, PONG -> false;
            case OK, ERROR, READ_HEAD, READ_DATA, WINDOW -> false;
        };
    }

    /** Whether raw bytes follow the header: at least one, at most {@link FrameHead#MOST_BODY}. */
    boolean carriesBody() {
        return this == WRITE_DATA || this == READ_DATA;
    }

    /**
     * @throws ProtocolViolation when a server can't have sent it in answer to anything
     */
    static FrameType of(int code) {
        FrameType type = BY_CODE[code];
        if (type == null && code < LEAST_OF_SERVERS) {
            return UNKNOWN;
        }
        if (type == null) {
            throw new ProtocolViolation("a frame of unknown type " + code);
        }
        return type;
    }
}
