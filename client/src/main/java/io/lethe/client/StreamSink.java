package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.GetResult;
import java.io.IOException;
import java.io.OutputStream;

/** Writes to the caller's stream, at its pace. */
final class StreamSink implements BodySink {
    private final OutputStream stream;

    StreamSink(OutputStream stream) {
        this.stream = stream;
    }

    @Override
    public void start(GetResult what) {}

    @Override
    public void data(ByteString bytes, Runnable release) throws IOException {
        bytes.writeTo(stream);
        release.run();
    }

    @Override
    public void end() throws IOException {
        stream.flush();
    }

    @Override
    public void abort(Throwable failure) {}
}
