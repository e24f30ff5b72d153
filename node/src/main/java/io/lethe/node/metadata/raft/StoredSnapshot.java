package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.google.protobuf.Message;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A complete snapshot as the library wants it. Immutable. */
final class StoredSnapshot extends SnapshotReader {
    /**
     * Where a snapshot can be copied from, as the leader tells it to a follower: {@code
     * lethe://host:port:generation/index}.
     */
    record Source(RaftPeer peer, long index) {
        private static final String SCHEME = "lethe://";

        String uri() {
            return SCHEME + peer + '/' + index;
        }

        /**
         * @throws IllegalArgumentException when the text is no such place
         */
        static Source parse(String uri) {
            int slash = uri.lastIndexOf('/');
            if (!uri.startsWith(SCHEME) || slash <= SCHEME.length()) {
                throw new IllegalArgumentException("a snapshot is offered at '" + uri + "'");
            }
            String[] peer = uri.substring(SCHEME.length(), slash).split(":", -1);
            if (peer.length != 3) {
                throw new IllegalArgumentException("a snapshot is offered at '" + uri + "'");
            }
            return new Source(
                    new RaftPeer(peer[0], Integer.parseInt(peer[1]), Integer.parseInt(peer[2])),
                    Long.parseLong(uri.substring(slash + 1)));
        }
    }

    private final SnapshotFolder folder;
    private final SnapshotManifest manifest;

    StoredSnapshot(SnapshotFolder folder, SnapshotManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    @Override
    public boolean init(@Nullable Void options) {
        return true;
    }

    @Override
    public SnapshotMeta load() {
        return manifest.meta();
    }

    /** Does not pin: whoever is told of it may be away, and reading will. */
    @Override
    public String generateURIForCopy() {
        return new Source(folder.self(), manifest.index()).uri();
    }

    SnapshotManifest manifest() {
        return manifest;
    }

    Path path() {
        return folder.path(manifest.index());
    }

    @Override
    public String getPath() {
        return path().toString();
    }

    @Override
    public Set<String> listFiles() {
        return manifest.files().stream()
                .map(SnapshotManifest.Entry::name)
                .collect(Collectors.toSet());
    }

    @Override
    public @Nullable Message getFileMeta(String fileName) {
        return null;
    }

    @Override
    public void shutdown() {
        // Holds nothing.
    }

    @Override
    public void close() {
        // The pin ends by time, since the follower may go on after the leader's call has failed.
    }
}
