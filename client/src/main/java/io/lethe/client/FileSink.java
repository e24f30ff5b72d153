package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.GetResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes to {@code .NAME.ID.part} beside the file and renames it at the end, so that no half file
 * is ever seen under the name. The monitor orders the abort of another thread with the writes.
 */
final class FileSink implements BodySink {
    private final Path target;
    private final Path part;
    private @Nullable FileChannel channel;
    private boolean aborted;

    /**
     * @param id makes the hidden file's name unique
     */
    FileSink(Path target, String id) {
        this.target = target;
        Path name = target.getFileName();
        this.part = target.resolveSibling("." + name + "." + id + ".part");
    }

    @Override
    public synchronized void start(GetResult what) throws IOException {
        if (aborted) {
            throw new IOException("the download was given up");
        }
        if (Files.isDirectory(target)) {
            throw new IOException(target + " is a directory; name a file");
        }
        channel = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public synchronized void data(ByteString bytes, Runnable release) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException("the download was given up");
        }
        for (ByteBuffer buffer : bytes.asReadOnlyByteBufferList()) {
            while (buffer.hasRemaining()) {
                int unusedWritten = open.write(buffer);
            }
        }
        release.run();
    }

    @Override
    public synchronized void end() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException("the download was given up");
        }
        channel = null;
        open.close();
        Path unusedMoved =
                Files.move(
                        part,
                        target,
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public synchronized void abort(Throwable failure) {
        aborted = true;
        FileChannel open = channel;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
            boolean unusedThere = Files.deleteIfExists(part);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
