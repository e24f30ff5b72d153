package io.lethe.node.metadata.raft;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries Raft messages between nodes. Requests of one node to another travel over one connection
 * and are handed over in the order in which they were sent; none arrives after its connection was
 * reported closed. No method blocks, and callbacks must not block either. Safe for any thread.
 */
public interface RaftTransport {
    /** The most bytes that a message may carry: one append of the largest command, with room. */
    int MOST_PAYLOAD_BYTES = 16 * 1024 * 1024;

    /** Begins to hand requests of others to {@code service}. Called once. */
    void serve(Service service);

    /**
     * Sends a request, connecting first where needed.
     *
     * @param timeoutNanos after which the callback fails
     */
    void call(RaftAddress to, Message request, long timeoutNanos, Callback callback);

    /** Closes the connection to a node; calls in flight fail. */
    void disconnect(RaftAddress to);

    /** Stops serving and closes every connection. */
    void close();

    /**
     * A request or a reply.
     *
     * @param group the group that it concerns
     * @param type a code of {@link RaftMessages}
     */
    record Message(String group, int type, byte[] payload) {}

    /** The receiving side. */
    interface Service {
        /** Called for one connection's requests one after the other, in the order of sending. */
        void handle(Session session, Message request, Responder responder);

        /** The session's last call. */
        void closed(Session session);
    }

    /** Answers one request, once; later calls change nothing. */
    interface Responder {
        void reply(Message reply);
    }

    /** Receives what became of a call, once. */
    interface Callback {
        void reply(Message reply);

        void failed(Failure failure, String reason);
    }

    /** Why a call has no reply. */
    enum Failure {
        TIMEOUT,
        /** Not connected, or the connection broke. */
        DISCONNECTED
    }

    /** One incoming connection, with the attributes that the library keeps on it. */
    abstract class Session {
        private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();
        private final String remote;

        protected Session(String remote) {
            this.remote = remote;
        }

        public String remote() {
            return remote;
        }

        public @Nullable Object attribute(String key) {
            return attributes.get(key);
        }

        public void setAttribute(String key, Object value) {
            attributes.put(key, value);
        }

        public @Nullable Object setAttributeIfAbsent(String key, Object value) {
            return attributes.putIfAbsent(key, value);
        }

        public abstract void close();
    }
}
