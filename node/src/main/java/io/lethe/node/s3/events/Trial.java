package io.lethe.node.s3.events;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Tries a sink with S3's test message before a bucket's configuration names it. A sink that is away
 * takes its time, so it is tried by a task of its own, one at a time: whoever waits for it gives up
 * in time, and others are told to come again. Safe for any task.
 */
public final class Trial {
    /** A request waits this long for all its trials; as Kafka's client for its brokers. */
    public static final Duration WITHIN = Duration.ofSeconds(10);

    private final Promise<String> failure;

    private Trial(Promise<String> failure) {
        this.failure = failure;
    }

    /**
     * Begins to try a sink; the trial ends by the sink's own limits, waited for or not.
     *
     * @param name of a sink that is there
     * @param message as of {@link EventJson#test}
     * @return empty while another trial of the sink runs
     */
    static Optional<Trial> begin(Tasks tasks, Sinks sinks, String name, String message) {
        Sink sink = sinks.get(name).orElseThrow();
        if (!sinks.beginTrial(name)) {
            return Optional.empty();
        }
        Promise<String> failure = tasks.promise();
        var _ =
                tasks.fork(
                        "trial-" + name,
                        () -> {
                            String why = "";
                            try {
                                sink.test(message);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                                why = "interrupted";
                            } catch (IOException | RuntimeException e) {
                                // The root of the task: whatever it is, the sink took no message.
                                why = String.valueOf(e.getMessage() == null ? e : e.getMessage());
                            } finally {
                                sinks.endTrial(name);
                            }
                            failure.complete(why);
                        });
        return Optional.of(new Trial(failure));
    }

    /** As {@link #begin}, with S3's test message about a bucket. */
    public static Optional<Trial> begin(
            Tasks tasks, Sinks sinks, String name, String bucket, String requestId) {
        return begin(
                tasks, sinks, name, EventJson.test(bucket, tasks.clock().wallMillis(), requestId));
    }

    /** Waits, and returns why the sink did not take the message; empty where it did. */
    public Optional<String> failure(long deadlineNanos) throws InterruptedException {
        try {
            return Optional.of(failure.await(deadlineNanos)).filter(why -> !why.isEmpty());
        } catch (TimeoutException e) {
            return Optional.of("it did not answer in time");
        }
    }
}
