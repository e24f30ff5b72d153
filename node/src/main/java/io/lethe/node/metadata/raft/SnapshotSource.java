package io.lethe.node.metadata.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Answers reads of one group's snapshots. Blocking; any thread. */
final class SnapshotSource {
    /** Copies that may run at once: the followers and learners that lag at a time. */
    private static final int MOST_COPIES = 16;

    private final SnapshotFolder folder;
    private final ReplicatedState state;

    /** Keys as they were when a copy asked for their beginning; the oldest copy gives way. */
    private final Map<Long, byte[]> keysByCopy = new LinkedHashMap<>();

    SnapshotSource(SnapshotFolder folder, ReplicatedState state) {
        this.folder = folder;
        this.state = state;
    }

    synchronized SnapshotRead.Part read(SnapshotRead asked) throws IOException {
        SnapshotManifest manifest = folder.manifest(asked.index());
        if (manifest == null || !folder.pin(asked.index(), asked.copy())) {
            return SnapshotRead.Part.GONE;
        }
        return switch (asked.what()) {
            case MANIFEST -> part(manifest.encode(), asked.offset());
            case FILE -> file(manifest, asked);
            case KEYS -> keys(asked);
        };
    }

    private SnapshotRead.Part keys(SnapshotRead asked) {
        if (asked.offset() == 0) {
            Optional<byte[]> exported = state.exportKeysFor(asked.reader());
            if (exported.isEmpty()) {
                return SnapshotRead.Part.GONE;
            }
            keysByCopy.put(asked.copy(), exported.get());
            if (keysByCopy.size() > MOST_COPIES) {
                keysByCopy.remove(keysByCopy.keySet().iterator().next());
            }
        }
        byte[] keys = keysByCopy.get(asked.copy());
        if (keys == null) {
            return SnapshotRead.Part.GONE;
        }
        SnapshotRead.Part part = part(keys, asked.offset());
        if (asked.offset() + part.chunk().length >= keys.length) {
            keysByCopy.remove(asked.copy());
            folder.unpin(asked.copy());
        }
        return part;
    }

    private SnapshotRead.Part file(SnapshotManifest manifest, SnapshotRead asked)
            throws IOException {
        if (asked.file() >= manifest.files().size()) {
            return SnapshotRead.Part.GONE;
        }
        SnapshotManifest.Entry entry = manifest.files().get(asked.file());
        long left = entry.lengthBytes() - asked.offset();
        if (asked.offset() < 0 || left < 0) {
            return SnapshotRead.Part.GONE;
        }
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(left, SnapshotRead.MOST_CHUNK_BYTES));
        try (FileChannel channel =
                FileChannel.open(
                        folder.path(manifest.index()).resolve(entry.name()),
                        StandardOpenOption.READ)) {
            while (chunk.hasRemaining()) {
                if (channel.read(chunk, asked.offset() + chunk.position()) < 0) {
                    throw new IOException(entry.name() + " ends early");
                }
            }
        }
        return new SnapshotRead.Part(true, entry.lengthBytes(), chunk.array());
    }

    private static SnapshotRead.Part part(byte[] whole, long offset) {
        if (offset < 0 || offset > whole.length) {
            return SnapshotRead.Part.GONE;
        }
        int from = (int) offset;
        int to = Math.min(whole.length, from + SnapshotRead.MOST_CHUNK_BYTES);
        return new SnapshotRead.Part(true, whole.length, Arrays.copyOfRange(whole, from, to));
    }

    /** Refuses the running copies. */
    synchronized void abort() {
        folder.unpin();
        keysByCopy.clear();
    }
}
