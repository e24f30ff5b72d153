package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.google.protobuf.Message;
import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that is being saved. Complete when {@link #close()} returns without an error set;
 * otherwise its staging folder is wiped. Used by one thread at a time.
 */
final class SavingSnapshot extends SnapshotWriter {
    private final SnapshotFolder folder;
    private final Path staging;
    private @Nullable SnapshotMeta meta;
    private long appliedIndex;
    private long appliedTerm;

    SavingSnapshot(SnapshotFolder folder, Path staging) {
        this.folder = folder;
        this.staging = staging;
    }

    @Override
    public boolean init(@Nullable Void options) {
        return true;
    }

    Path path() {
        return staging;
    }

    /** What the state had applied when it wrote its checkpoint. */
    void applied(long index, long term) {
        appliedIndex = index;
        appliedTerm = term;
    }

    @Override
    public String getPath() {
        return staging.toString();
    }

    @Override
    public boolean saveMeta(SnapshotMeta saved) {
        this.meta = saved;
        return true;
    }

    @Override
    public boolean addFile(String fileName, @Nullable Message fileMeta) {
        // Whatever lies in the folder at the end belongs to the snapshot.
        return true;
    }

    @Override
    public boolean removeFile(String fileName) {
        return false;
    }

    private List<SnapshotManifest.Entry> entries() throws IOException {
        List<SnapshotManifest.Entry> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(staging)) {
            for (Path each : found) {
                files.add(
                        new SnapshotManifest.Entry(
                                each.getFileName().toString(), Files.size(each)));
            }
        }
        return files;
    }

    @Override
    public Set<String> listFiles() {
        try {
            Set<String> names = new HashSet<>();
            entries().forEach(entry -> names.add(entry.name()));
            return names;
        } catch (IOException e) {
            throw folder.halt(e);
        }
    }

    @Override
    public @Nullable Message getFileMeta(String fileName) {
        return null;
    }

    @Override
    public void close() {
        close(false);
    }

    @Override
    public void close(boolean keepOnError) {
        try {
            if (isOk() && meta != null) {
                folder.complete(
                        staging, new SnapshotManifest(meta, appliedIndex, appliedTerm, entries()));
            } else {
                DurableFiles.deleteTree(staging);
            }
        } catch (IOException e) {
            throw folder.halt(e);
        }
    }

    @Override
    public void shutdown() {
        // Holds no open file.
    }
}
