package io.lethe.client;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of the API: attempts, one after the other, until one ends it or none may follow.
 *
 * <p>States: attempt → (answer) done | (failure that may pass, and {@link #repeatable}) pause →
 * attempt on another endpoint | (any other failure) failed. Completing {@link #result} from outside
 * (cancel, close of the client) ends the attempt that runs.
 *
 * <p>Threads: gRPC calls an attempt's listener on its executor, one callback at a time, and an
 * attempt begins after the one before has been closed, so that state of the call needs no lock;
 * state that the caller's threads touch as well is guarded where it is declared. {@link #begin}
 * sends under the attempt's monitor, so that {@code onReady} cannot overtake the first message.
 *
 * @param <Q> request message
 * @param <S> response message
 * @param <T> what the caller gets
 */
abstract class RetriedCall<Q extends MessageLite, S, T> {
    /** 1 MiB may wait in gRPC for the socket: four messages, so that the wire never runs dry. */
    private static final int SEND_AHEAD_BYTES = 1024 * 1024;

    final Wiring wiring;
    final Retries retries;
    final CompletableFuture<T> result = new CompletableFuture<>();
    private final MethodDescriptor<Q, S> method;
    private volatile @Nullable Attempt current;

    RetriedCall(Wiring wiring, MethodDescriptor<Q, S> method, long allowedNanos) {
        this.wiring = wiring;
        this.method = method;
        this.retries =
                new Retries(wiring, String.valueOf(method.getBareMethodName()), allowedNanos);
    }

    /** The message that opens an attempt, and is signed. */
    abstract Q firstMessage() throws LetheException;

    abstract Attempt newAttempt(Endpoint endpoint, ClientCall<Q, S> call);

    /** Time for one attempt, or {@link Retries#UNLIMITED}. */
    abstract long attemptNanos();

    /** Whether another attempt can follow this failure, which may pass. */
    boolean repeatable() {
        return true;
    }

    /** The failure as the caller should see it where no attempt can follow. */
    LetheException unrepeatable(LetheException failure) {
        return failure;
    }

    /**
     * Whether this failure means that an earlier attempt succeeded; the result is complete then.
     */
    boolean forgiven(LetheException failure) {
        return false;
    }

    /** Told before another attempt follows this failure. */
    void beforeRepeat(LetheException failure) {}

    /** Starts the first attempt. */
    final CompletableFuture<T> run() {
        Runnable end =
                () ->
                        result.completeExceptionally(
                                LetheException.of(ErrorCode.CANCELLED, "the client was closed"));
        wiring.running().add(end);
        CompletableFuture<T> unusedStage =
                result.whenComplete(
                        (value, failure) -> {
                            wiring.running().remove(end);
                            Attempt running = current;
                            if (failure != null && running != null) {
                                running.call.cancel("given up by the caller", null);
                            }
                        });
        attempt(null);
        return result;
    }

    /** The root of an attempt's thread: whatever goes wrong here must reach the caller. */
    private void attempt(@Nullable Endpoint avoid) {
        if (result.isDone()) {
            return;
        }
        try {
            begin(wiring.endpoints().pick(avoid, wiring.nanos().getAsLong()));
        } catch (LetheException e) {
            result.completeExceptionally(e);
        } catch (RuntimeException e) {
            result.completeExceptionally(
                    LetheException.of(ErrorCode.LOCAL, "the call could not be sent: " + e, e));
        }
    }

    private void begin(Endpoint endpoint) {
        Q first = firstMessage();
        ClientCall<Q, S> call = endpoint.channel().newCall(method, options());
        Attempt attempt = newAttempt(endpoint, call);
        synchronized (attempt) {
            call.start(
                    attempt, wiring.signer().sign(method.getFullMethodName(), first.toByteArray()));
            call.sendMessage(first);
            attempt.started();
        }
        current = attempt;
        if (result.isCompletedExceptionally()) {
            call.cancel("given up by the caller", null);
        }
    }

    private CallOptions options() {
        CallOptions options = CallOptions.DEFAULT.withOnReadyThreshold(SEND_AHEAD_BYTES);
        long nanos = attemptNanos();
        return nanos == Retries.UNLIMITED
                ? options
                : options.withDeadlineAfter(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }

    private void failed(Attempt attempt, LetheException failure, long serverPauseMillis) {
        attempt.judgeEndpoint(failure);
        if (result.isDone() || forgiven(failure)) {
            return;
        }
        if (failure.retryable() && !repeatable()) {
            result.completeExceptionally(unrepeatable(failure));
            return;
        }
        long pause = retries.pauseNanos(failure, attempt.progressed(), serverPauseMillis);
        if (pause < 0) {
            result.completeExceptionally(retries.verdict(failure));
            return;
        }
        beforeRepeat(failure);
        try {
            Runnable unusedCancel = wiring.timer().after(pause, () -> attempt(attempt.endpoint));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    LetheException.of(ErrorCode.CANCELLED, "the client was closed", e));
        }
    }

    /** One attempt. Callbacks come one at a time. */
    abstract class Attempt extends ClientCall.Listener<S> {
        final Endpoint endpoint;
        final ClientCall<Q, S> call;
        private volatile @Nullable LetheException abandoned;
        private volatile boolean closed;
        private volatile long movedNanos;

        Attempt(Endpoint endpoint, ClientCall<Q, S> call) {
            this.endpoint = endpoint;
            this.call = call;
            this.movedNanos = wiring.nanos().getAsLong();
        }

        /** Called under this attempt's monitor when the first message has been sent. */
        abstract void started();

        /** The server ended it well: completes the result, or says what is wrong with it. */
        abstract @Nullable LetheException succeeded();

        /**
         * It broke, in a way that may pass: true where nothing was missing, and the result is set.
         */
        boolean completeWithoutEnd() {
            return false;
        }

        /** Whether it moved the call on, so that the next attempt counts as a first one. */
        boolean progressed() {
            return false;
        }

        /** Whether the server, and not this client, is to act next. */
        boolean waitsForServer() {
            return true;
        }

        /** Told when it has ended, however it did: gives back what it held. */
        void closed() {}

        /** Notes that bytes have moved. */
        final void moved() {
            movedNanos = wiring.nanos().getAsLong();
        }

        /** Ends it for a reason of this client's own. */
        final void abandon(LetheException why) {
            abandoned = why;
            call.cancel(why.getMessage(), why);
        }

        /** Abandons the attempt when the server moves nothing for as long as the policy says. */
        final void watchForStall() {
            watchForStall(wiring.policy().stallTimeout().toNanos());
        }

        private void watchForStall(long nanos) {
            Runnable unusedCancel = wiring.timer().after(nanos, this::checkStall);
        }

        private void checkStall() {
            if (closed || result.isDone()) {
                return;
            }
            long allowed = wiring.policy().stallTimeout().toNanos();
            if (!waitsForServer()) {
                moved();
            }
            long idle = wiring.nanos().getAsLong() - movedNanos;
            if (idle < allowed) {
                watchForStall(allowed - idle);
                return;
            }
            abandon(
                    LetheException.of(
                            ErrorCode.UNAVAILABLE,
                            endpoint.address()
                                    + " moved no byte for "
                                    + TimeUnit.NANOSECONDS.toMillis(idle)
                                    + " ms"));
        }

        @Override
        public final void onClose(Status status, Metadata trailers) {
            closed = true;
            closed();
            LetheException failure = abandoned;
            if (failure == null) {
                failure =
                        status.isOk()
                                ? succeeded()
                                : Failures.of(status, trailers, endpoint.address());
            }
            if (failure == null) {
                endpoint.succeeded();
            } else if (!failure.retryable() || !completeWithoutEnd()) {
                failed(this, failure, Failures.retryAfterMillis(trailers));
            }
        }

        /** Failures that another gateway might not have make this one avoided for a while. */
        private void judgeEndpoint(LetheException failure) {
            switch (failure.code()) {
                case UNAVAILABLE, OVERLOADED, DEADLINE ->
                        endpoint.failed(wiring.nanos().getAsLong());
                case LOCAL, CANCELLED -> {
                    // Says nothing about the endpoint.
                }
                default -> endpoint.succeeded();
            }
        }
    }
}
