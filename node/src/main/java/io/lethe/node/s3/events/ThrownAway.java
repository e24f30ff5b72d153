package io.lethe.node.s3.events;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Keeps nothing of an answer's body, and breaks off one that is longer than {@link #MOST_BYTES}: to
 * read on would cost more than a new connection. One answer; called by the client, one call after
 * the other.
 */
final class ThrownAway implements HttpResponse.BodySubscriber<@Nullable Void> {
    /** Longer than any word of thanks. */
    static final long MOST_BYTES = 64 * 1024;

    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long bytes;

    @Override
    public CompletionStage<@Nullable Void> getBody() {
        return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
        subscription = to;
        to.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        Flow.Subscription from = subscription;
        for (ByteBuffer one : item) {
            bytes += one.remaining();
        }
        if (from == null) {
            return;
        }
        if (bytes > MOST_BYTES) {
            from.cancel();
            boolean _ = end.complete(null);
        } else {
            from.request(1);
        }
    }

    @Override
    public void onError(Throwable cause) {
        boolean _ = end.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
        boolean _ = end.complete(null);
    }
}
