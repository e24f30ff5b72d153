package io.lethe.client;

import com.google.protobuf.MessageLite;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request, one answer. */
final class UnaryCall<Q extends MessageLite, S, T> extends RetriedCall<Q, S, T> {
    private final Q request;
    private final Function<S, T> answer;
    private final long attemptTimeoutNanos;
    private @Nullable ErrorCode doneByRepeat;
    private @Nullable T doneValue;
    private boolean ambiguous;

    private UnaryCall(
            Wiring wiring,
            MethodDescriptor<Q, S> method,
            long allowedNanos,
            Q request,
            Function<S, T> answer,
            long attemptTimeoutNanos) {
        super(wiring, method, allowedNanos);
        this.request = request;
        this.answer = answer;
        this.attemptTimeoutNanos = attemptTimeoutNanos;
    }

    /**
     * @param answer turns the server's message into the caller's value
     */
    UnaryCall(
            Wiring wiring,
            MethodDescriptor<Q, S> method,
            long allowedNanos,
            Q request,
            Function<S, T> answer) {
        this(
                wiring,
                method,
                allowedNanos,
                request,
                answer,
                wiring.policy().attemptTimeout().toNanos());
    }

    /** A call whose attempt may take all the time there is: a copy of a large object. */
    static <Q extends MessageLite, S, T> UnaryCall<Q, S, T> unhurried(
            Wiring wiring,
            MethodDescriptor<Q, S> method,
            long allowedNanos,
            Q request,
            Function<S, T> answer) {
        return new UnaryCall<>(wiring, method, allowedNanos, request, answer, Retries.UNLIMITED);
    }

    /**
     * Takes {@code code} for success where an earlier attempt may have done the work: a bucket that
     * is gone when its deletion is repeated was deleted.
     */
    CompletableFuture<T> runForgiving(ErrorCode code, T value) {
        doneByRepeat = code;
        doneValue = value;
        return run();
    }

    @Override
    Q firstMessage() {
        return request;
    }

    @Override
    long attemptNanos() {
        return Math.min(retries.remainingNanos(), attemptTimeoutNanos);
    }

    @Override
    void beforeRepeat(LetheException failure) {
        // Work that was shed was never begun.
        ambiguous |= failure.code() != ErrorCode.OVERLOADED;
    }

    @Override
    boolean forgiven(LetheException failure) {
        T value = doneValue;
        return ambiguous
                && failure.code() == doneByRepeat
                && value != null
                && result.complete(value);
    }

    @Override
    Attempt newAttempt(Endpoint endpoint, ClientCall<Q, S> call) {
        return new Single(endpoint, call);
    }

    private final class Single extends Attempt {
        private @Nullable S message;

        Single(Endpoint endpoint, ClientCall<Q, S> call) {
            super(endpoint, call);
        }

        @Override
        void started() {
            call.halfClose();
            call.request(2);
        }

        @Override
        public void onMessage(S received) {
            message = received;
        }

        @Override
        @Nullable LetheException succeeded() {
            S received = message;
            if (received == null) {
                return LetheException.of(
                        ErrorCode.UNAVAILABLE, endpoint.address() + " ended the call unanswered");
            }
            result.complete(answer.apply(received));
            return null;
        }
    }
}
