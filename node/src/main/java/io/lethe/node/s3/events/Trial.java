package io.lethe.node.s3.events;

import java.io.IOException;
import java.util.Optional;

/** Tries a sink with S3's test message before a bucket's configuration names it. One task. */
public final class Trial {
    private final Sink sink;

    private Trial(Sink sink) {
        this.sink = sink;
    }

    /**
     * @param name of a sink that is there
     */
    public static Trial of(Sinks sinks, String name) {
        return new Trial(sinks.get(name).orElseThrow());
    }

    /** Returns why the sink did not take it; empty where it did. */
    public Optional<String> run(String bucket, long nowMillis, String requestId)
            throws InterruptedException {
        try {
            sink.test(EventJson.test(bucket, nowMillis, requestId));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }
}
