package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.GetResult;
import java.io.IOException;

/**
 * Where a download's bytes go. Calls come one at a time; {@link #abort} may come from any thread.
 */
interface BodySink {
    /** Once, before the first byte. */
    void start(GetResult what) throws IOException;

    /**
     * The next bytes.
     *
     * @param release to be run, once and by any thread, when the bytes are no longer held: the next
     *     ones are asked for then
     */
    void data(ByteString bytes, Runnable release) throws IOException;

    /** All bytes have come and are verified. */
    void end() throws IOException;

    /** The download has failed for good; nothing of it may stay. */
    void abort(Throwable failure);
}
