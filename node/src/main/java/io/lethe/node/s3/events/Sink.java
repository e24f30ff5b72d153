package io.lethe.node.s3.events;

import java.io.IOException;
import java.util.List;

/** Where events go. Used by one task at a time, except for {@link #close}. */
public interface Sink extends AutoCloseable {
    /**
     * One event on its way.
     *
     * @param key of what it is about, {@code ACCOUNT--BUCKET/KEY}: events of a key stay in their
     *     order
     * @param record one entry of {@code Records} of S3's event message, in JSON
     */
    record Message(String key, String record) {
        /** A whole message about one event. */
        String alone() {
            return "{\"Records\":[" + record + "]}";
        }
    }

    /**
     * Hands messages over, in order; when it returns, the sink has them.
     *
     * @throws IOException when it can't be known that it has all of them; they come again
     */
    void deliver(List<Message> messages) throws IOException, InterruptedException;

    /**
     * Hands over what is no event: S3's test message.
     *
     * @param document JSON
     */
    void test(String document) throws IOException, InterruptedException;

    @Override
    void close();
}
