package io.lethe.node.s3.events;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends events to a file, one message in a line, synced before they count as taken. Each node
 * writes a file of its own, {@code NODE.ndjson}; one that is full is renamed to {@code
 * NODE.MILLIS.ndjson}, and is the operator's from then on. A line that a crash tore is followed by
 * a fresh one, with what it should have said.
 */
final class FileSink implements Sink {
    /** Of one file. */
    static final long MOST_BYTES = 64L << 20;

    private final Path folder;
    private final String node;
    private final long mostBytes;
    private @Nullable FileChannel open;

    FileSink(Path folder, String node, long mostBytes) {
        this.folder = folder;
        this.node = node;
        this.mostBytes = mostBytes;
    }

    @Override
    public synchronized void deliver(List<Message> messages) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Message message : messages) {
            lines.append(message.alone()).append('\n');
        }
        append(lines.toString());
    }

    @Override
    public synchronized void test(String document) throws IOException {
        append(document + '\n');
    }

    private void append(String lines) throws IOException {
        try {
            FileChannel file = file();
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                var _ = file.write(bytes);
            }
            file.force(true);
            if (file.size() >= mostBytes) {
                close();
                rename();
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Path path() {
        return folder.resolve(node + ".ndjson");
    }

    private FileChannel file() throws IOException {
        FileChannel known = open;
        if (known != null) {
            return known;
        }
        Files.createDirectories(folder);
        FileChannel file =
                FileChannel.open(
                        path(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        open = file;
        long size = file.size();
        var _ = file.position(size);
        if (size > 0) {
            ByteBuffer last = ByteBuffer.allocate(1);
            var _ = file.read(last, size - 1);
            if (last.get(0) != '\n') {
                var _ = file.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
        }
        return file;
    }

    private void rename() throws IOException {
        long millis = Files.getLastModifiedTime(path()).toMillis();
        Path to = folder.resolve(node + "." + millis + ".ndjson");
        while (Files.exists(to)) {
            millis++;
            to = folder.resolve(node + "." + millis + ".ndjson");
        }
        Path _ = Files.move(path(), to);
        try (FileChannel directory = FileChannel.open(folder)) {
            directory.force(true);
        }
    }

    @Override
    public synchronized void close() {
        FileChannel known = open;
        open = null;
        if (known != null) {
            try {
                known.close();
            } catch (IOException e) {
                // What was taken is synced; the rest comes again.
            }
        }
    }
}
