package io.lethe.node.rpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lethe.node.metadata.raft.RaftTransport;
import io.lethe.proto.internal.v1.RaftFrame;
import io.lethe.proto.internal.v1.RaftServiceGrpc.RaftServiceImplBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams from nodes that call this one. A sender has one session at a time: its next stream
 * ends the former one before anything of the next is handed over, whichever the network shows
 * first. Safe for any thread.
 */
final class RaftStreams extends RaftServiceImplBase {
    private final Map<String, Stream> bySender = new HashMap<>();
    private RaftTransport.@Nullable Service service;
    private boolean closed;

    synchronized void serve(RaftTransport.Service newService) {
        service = newService;
    }

    @Override
    public StreamObserver<RaftFrame> exchange(StreamObserver<RaftFrame> replies) {
        Opening opening = new Opening(replies);
        // With a handler, a reply after the caller went away is dropped instead of thrown.
        ((ServerCallStreamObserver<RaftFrame>) replies).setOnCancelHandler(opening::endStream);
        return opening;
    }

    /** Begins a sender's session; null when nothing is served here. */
    private synchronized @Nullable Stream begin(String sender, StreamObserver<RaftFrame> replies) {
        RaftTransport.Service serving = service;
        if (serving == null || closed) {
            return null;
        }
        Stream stream = new Stream(sender, replies, serving);
        Stream former = bySender.put(sender, stream);
        if (former != null) {
            var _ = former.end();
        }
        return stream;
    }

    private synchronized void forget(Stream stream) {
        bySender.remove(stream.remote(), stream);
    }

    void close() {
        List<Stream> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(bySender.values());
            bySender.clear();
        }
        open.forEach(Stream::close);
    }

    /** Waits for the first frame, which names the sender. */
    private final class Opening implements StreamObserver<RaftFrame> {
        private final StreamObserver<RaftFrame> replies;
        private @Nullable Stream stream;
        private boolean refused;

        Opening(StreamObserver<RaftFrame> replies) {
            this.replies = replies;
        }

        @Override
        public void onNext(RaftFrame frame) {
            if (stream != null) {
                stream.handle(frame);
                return;
            }
            if (refused) {
                return;
            }
            stream = begin(frame.getSender(), replies);
            if (stream == null) {
                refused = true;
                replies.onError(
                        Status.UNAVAILABLE
                                .withDescription("this node holds no replicas")
                                .asRuntimeException());
            }
        }

        @Override
        public void onError(Throwable failure) {
            endStream();
        }

        @Override
        public void onCompleted() {
            if (stream != null) {
                stream.close();
            } else if (!refused) {
                replies.onCompleted();
            }
        }

        private void endStream() {
            Stream present = stream;
            if (present != null) {
                forget(present);
                var _ = present.end();
            }
        }
    }

    private final class Stream extends RaftTransport.Session {
        private final StreamObserver<RaftFrame> replies;
        private final RaftTransport.Service serving;
        private boolean ended;

        Stream(String sender, StreamObserver<RaftFrame> replies, RaftTransport.Service serving) {
            super(sender);
            this.replies = replies;
            this.serving = serving;
        }

        /** Holds the lock over the hand-over, so that nothing follows the session's end. */
        synchronized void handle(RaftFrame frame) {
            if (ended) {
                return;
            }
            long id = frame.getRequestId();
            serving.handle(
                    this,
                    new RaftTransport.Message(
                            frame.getGroup(), frame.getType(), frame.getPayload().toByteArray()),
                    reply -> reply(id, reply));
        }

        private synchronized void reply(long id, RaftTransport.Message reply) {
            if (!ended) {
                replies.onNext(
                        RaftFrame.newBuilder()
                                .setGroup(reply.group())
                                .setType(reply.type())
                                .setRequestId(id)
                                .setPayload(UnsafeByteOperations.unsafeWrap(reply.payload()))
                                .build());
            }
        }

        /** The session is over; nothing is handed over or answered any more. */
        synchronized boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            serving.closed(this);
            return true;
        }

        @Override
        public void close() {
            forget(this);
            if (end()) {
                synchronized (this) {
                    replies.onCompleted();
                }
            }
        }
    }
}
