package io.lethe.node.chunk.wire;

/** The peer does not keep to the protocol; the connection is told so and closed. */
final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProtocolViolation(String message) {
        super(message);
    }
}
