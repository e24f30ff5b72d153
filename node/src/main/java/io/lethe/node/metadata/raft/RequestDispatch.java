package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.ReadIndexRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests of other nodes to the library's core processors; there is none for reading files
 * and none of the command line's.
 *
 * <p>Appends of a group go through one stripe: one thread, and one processor with attributes of its
 * own on each session. So they keep their order, and a session's end is seen after its last append
 * and before the first of the next session.
 */
final class RequestDispatch implements RaftTransport.Service {
    /** Decides whether an append fits into memory, and serves snapshots. */
    interface Groups {
        /** False: answer busy. */
        boolean admits(AppendEntriesRequest append);

        SnapshotRead.@Nullable Part read(String group, SnapshotRead read);
    }

    /** The threads on which requests run; see {@link RaftThreads}. */
    interface Threads {
        int stripes();

        Executor stripe(int number);

        Executor requests();

        Executor installs();

        Executor snapshotReads();
    }

    private final Threads threads;
    private final Groups groups;
    private final List<AppendEntriesRequestProcessor> appends = new ArrayList<>();
    private final Map<Integer, RpcProcessor<?>> others =
            Map.of(
                    RaftMessages.PING, new PingRequestProcessor(null),
                    RaftMessages.REQUEST_VOTE, new RequestVoteRequestProcessor(null),
                    RaftMessages.INSTALL_SNAPSHOT, new InstallSnapshotRequestProcessor(null),
                    RaftMessages.TIMEOUT_NOW, new TimeoutNowRequestProcessor(null),
                    RaftMessages.READ_INDEX, new ReadIndexRequestProcessor(null));
    private final LongAdder rejected = new LongAdder();

    RequestDispatch(Threads threads, Groups groups) {
        this.threads = threads;
        this.groups = groups;
        for (int i = 0; i < threads.stripes(); i++) {
            appends.add(new AppendEntriesRequestProcessor(null));
        }
    }

    @Override
    public void handle(
            RaftTransport.Session session,
            RaftTransport.Message request,
            RaftTransport.Responder responder) {
        Context context = new Context(session, stripe(request.group()), request, responder);
        Executor executor =
                switch (request.type()) {
                    case RaftMessages.APPEND_ENTRIES -> threads.stripe(context.stripe());
                    case RaftMessages.INSTALL_SNAPSHOT -> threads.installs();
                    case RaftMessages.SNAPSHOT_READ -> threads.snapshotReads();
                    default -> threads.requests();
                };
        try {
            executor.execute(() -> run(context));
        } catch (RejectedExecutionException e) {
            rejected.increment();
            context.fail(RaftError.EBUSY, "too many requests wait here");
        }
    }

    private int stripe(String group) {
        return Math.floorMod(group.hashCode(), appends.size());
    }

    private void run(Context context) {
        RaftTransport.Message request = context.request();
        try {
            if (request.type() == RaftMessages.SNAPSHOT_READ) {
                snapshotRead(context);
                return;
            }
            Message message = RaftMessages.decode(request);
            if (message instanceof AppendEntriesRequest append) {
                append(context, append);
                return;
            }
            RpcProcessor<?> processor = others.get(request.type());
            if (processor == null) {
                context.fail(RaftError.EINVAL, "no request has type " + request.type());
            } else {
                handle(processor, context, message);
            }
        } catch (InvalidProtocolBufferException e) {
            context.fail(RaftError.EINVAL, "the request cannot be read");
        }
    }

    /** The table above pairs each code with the processor of its message. */
    @SuppressWarnings("unchecked")
    private static <T> void handle(RpcProcessor<T> processor, Context context, Message message) {
        processor.handleRequest(context, (T) message);
    }

    private void append(Context context, AppendEntriesRequest append) {
        if (append.getEntriesCount() > 0 && !groups.admits(append)) {
            context.fail(RaftError.EBUSY, "too many bytes of appends wait here");
        } else {
            appends.get(context.stripe()).handleRequest(context, append);
        }
    }

    private void snapshotRead(Context context) {
        RaftTransport.Message request = context.request();
        SnapshotRead.Part part =
                groups.read(request.group(), SnapshotRead.decode(request.payload()));
        byte[] answer = (part == null ? SnapshotRead.Part.GONE : part).encode();
        context.responder()
                .reply(
                        new RaftTransport.Message(
                                request.group(), RaftMessages.SNAPSHOT_PART, answer));
    }

    @Override
    public void closed(RaftTransport.Session session) {
        for (int i = 0; i < appends.size(); i++) {
            int stripe = i;
            try {
                threads.stripe(i)
                        .execute(
                                () ->
                                        appends.get(stripe)
                                                .onClosed(
                                                        session.remote(),
                                                        new StripeConnection(session, stripe)));
            } catch (RejectedExecutionException e) {
                // The node is closing: nothing comes after this.
                return;
            }
        }
    }

    /** Requests refused because their queue was full. */
    long rejected() {
        return rejected.sum();
    }

    /** Releases what the processors hold for open sessions. */
    void destroy() {
        appends.forEach(AppendEntriesRequestProcessor::destroy);
    }

    private record Context(
            RaftTransport.Session session,
            int stripe,
            RaftTransport.Message request,
            RaftTransport.Responder responder)
            implements RpcContext {
        @Override
        public void sendResponse(Object response) {
            responder.reply(RaftMessages.encode(request.group(), response));
        }

        void fail(RaftError error, String message) {
            sendResponse(
                    ErrorResponse.newBuilder()
                            .setErrorCode(error.getNumber())
                            .setErrorMsg(message)
                            .build());
        }

        @Override
        public Connection getConnection() {
            return new StripeConnection(session, stripe);
        }

        @Override
        public String getRemoteAddress() {
            return session.remote();
        }
    }

    /** A session as the processor of one stripe sees it. */
    private record StripeConnection(RaftTransport.Session session, int stripe)
            implements Connection {
        @Override
        public @Nullable Object getAttribute(String key) {
            return session.attribute(stripe + key);
        }

        @Override
        public void setAttribute(String key, Object value) {
            session.setAttribute(stripe + key, value);
        }

        @Override
        public @Nullable Object setAttributeIfAbsent(String key, Object value) {
            return session.setAttributeIfAbsent(stripe + key, value);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
