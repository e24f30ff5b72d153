package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotFolderTest {
    private static final RaftPeer READER = new RaftPeer("other", 9002, 1);

    private static final RaftPeer SELF = new RaftPeer("a", 1, 0);

    @TempDir Path dir;
    private final SteppedClock clock = new SteppedClock();

    private SnapshotFolder folder() {
        return folder(DurableFiles::deleteTree);
    }

    private SnapshotFolder folder(SnapshotFolder.Removal removal) {
        SnapshotFolder folder =
                new SnapshotFolder(
                        dir,
                        "g",
                        SELF,
                        clock,
                        (component, cause) -> {
                            throw new AssertionError(cause);
                        },
                        (into, from, index) -> {
                            throw new AssertionError("nothing is copied here");
                        },
                        removal);
        assertThat(folder.init(null)).isTrue();
        return folder;
    }

    private static void save(SnapshotFolder folder, long index) throws IOException {
        SavingSnapshot saving = (SavingSnapshot) folder.create();
        Files.writeString(saving.path().resolve("state"), "state at " + index);
        saving.applied(index, 1);
        saving.saveMeta(
                SnapshotMeta.newBuilder()
                        .setLastIncludedIndex(index)
                        .setLastIncludedTerm(1)
                        .addPeers("a:1")
                        .build());
        saving.close();
    }

    private static long opened(SnapshotFolder folder) {
        SnapshotReader reader = folder.open();
        return reader == null ? 0 : reader.load().getLastIncludedIndex();
    }

    @Test
    void theNewestSnapshotReplacesTheOlderAndIsFoundAgain() throws IOException {
        SnapshotFolder folder = folder();
        assertThat(folder.open()).isNull();
        save(folder, 10);
        save(folder, 20);
        assertThat(opened(folder)).isEqualTo(20);
        assertThat(dir.resolve("snapshot-10")).doesNotExist();
        SnapshotFolder again = folder();
        assertThat(opened(again)).isEqualTo(20);
        assertThat(again.newest()).isEqualTo(20);
    }

    @Test
    void aSnapshotThatIsBeingCopiedStaysAndIsOfferedAgain() throws IOException {
        SnapshotFolder folder = folder();
        save(folder, 10);
        assertThat(folder.pin(10, 1)).isTrue();
        assertThat(folder.transferring()).isTrue();
        save(folder, 20);
        assertThat(opened(folder)).isEqualTo(10);
        assertThat(folder.pin(20, 2)).isFalse();
        assertThat(folder.pin(10, 3)).isTrue();
        folder.unpin(1);
        assertThat(folder.transferring()).isTrue();
        folder.unpin(3);
        assertThat(folder.transferring()).isFalse();
        assertThat(opened(folder)).isEqualTo(20);
    }

    @Test
    void aCopierThatStoppedReadingIsForgotten() throws IOException {
        SnapshotFolder folder = folder();
        save(folder, 10);
        assertThat(folder.pin(10, 1)).isTrue();
        clock.advance(SnapshotFolder.PIN_NANOS + 1);
        assertThat(folder.transferring()).isFalse();
        save(folder, 20);
        assertThat(dir.resolve("snapshot-10")).doesNotExist();
        assertThat(folder.pin(10, 1)).isFalse();
    }

    /** Found by killing nodes under load: the replica was taken for damaged, and made anew. */
    @Test
    void aCrashWhileAnOldSnapshotGoesIsNoDamage() throws IOException {
        SnapshotFolder folder =
                folder(
                        old -> {
                            Files.delete(old.resolve("state"));
                            throw new IOException("the process was killed");
                        });
        save(folder, 10);
        assertThatThrownBy(() -> save(folder, 20)).hasStackTraceContaining("was killed");
        assertThat(opened(folder())).isEqualTo(20);
        assertThat(dir.resolve("deleting")).doesNotExist();
    }

    @Test
    void stagingIsWipedAtStart() throws IOException {
        SnapshotFolder folder = folder();
        Files.writeString(folder.freshStaging(true).resolve("half"), "half");
        Files.writeString(folder.freshStaging(false).resolve("half"), "half");
        folder();
        assertThat(dir.resolve("saving")).doesNotExist();
        assertThat(dir.resolve("installing")).doesNotExist();
    }

    @Test
    void aFailedSaveLeavesNothing() throws IOException {
        SnapshotFolder folder = folder();
        SavingSnapshot saving = (SavingSnapshot) folder.create();
        saving.setError(RaftError.ECANCELED, "not today");
        saving.close();
        assertThat(folder.open()).isNull();
        assertThat(dir.resolve("saving")).doesNotExist();
    }

    @Test
    void aDamagedSnapshotIsRefused() throws IOException {
        save(folder(), 10);
        Files.writeString(dir.resolve("snapshot-10").resolve("state"), "longer than it was before");
        assertThatThrownBy(this::folder)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("new generation");
    }

    @Test
    void partsOfASnapshotAreServedInChunks() throws IOException {
        SnapshotFolder folder = folder();
        save(folder, 10);
        byte[] keys = new byte[SnapshotRead.MOST_CHUNK_BYTES + 10];
        SnapshotSource source =
                new SnapshotSource(
                        folder,
                        new SequenceState(dir.resolve("none")) {
                            @Override
                            public synchronized byte[] exportKeys() {
                                return keys.clone();
                            }
                        });
        SnapshotRead.Part file =
                source.read(new SnapshotRead(10, 1, SnapshotRead.What.FILE, 0, 6, READER));
        assertThat(new String(file.chunk(), StandardCharsets.UTF_8)).isEqualTo("at 10");
        SnapshotRead.Part first =
                source.read(new SnapshotRead(10, 1, SnapshotRead.What.KEYS, 0, 0, READER));
        assertThat(first.chunk()).hasSize(SnapshotRead.MOST_CHUNK_BYTES);
        assertThat(folder.transferring()).isTrue();
        SnapshotRead.Part second =
                source.read(
                        new SnapshotRead(
                                10,
                                1,
                                SnapshotRead.What.KEYS,
                                0,
                                SnapshotRead.MOST_CHUNK_BYTES,
                                READER));
        assertThat(second.chunk()).hasSize(10);
        assertThat(folder.transferring()).isFalse();
        assertThat(
                        source.read(
                                        new SnapshotRead(
                                                11, 1, SnapshotRead.What.MANIFEST, 0, 0, READER))
                                .found())
                .isFalse();
        assertThat(
                        source.read(new SnapshotRead(10, 1, SnapshotRead.What.FILE, 7, 0, READER))
                                .found())
                .isFalse();
        assertThat(
                        source.read(new SnapshotRead(10, 1, SnapshotRead.What.FILE, 0, 999, READER))
                                .found())
                .isFalse();
    }

    @Test
    void anAbortLetsGoOfCopies() throws IOException {
        SnapshotFolder folder = folder();
        save(folder, 10);
        SnapshotSource source = new SnapshotSource(folder, new SequenceState(dir.resolve("none")));
        assertThat(
                        source.read(
                                        new SnapshotRead(
                                                10, 1, SnapshotRead.What.MANIFEST, 0, 0, READER))
                                .found())
                .isTrue();
        source.abort();
        assertThat(folder.transferring()).isFalse();
    }

    @Test
    void anOfferNamesItsPlace() {
        StoredSnapshot.Source offered = new StoredSnapshot.Source(new RaftPeer("h", 9, 2), 77);
        assertThat(StoredSnapshot.Source.parse(offered.uri())).isEqualTo(offered);
        for (String bad :
                new String[] {"", "remote://h:1/2", "lethe://h:1/2", "lethe://", "lethe:///"}) {
            assertThatThrownBy(() -> StoredSnapshot.Source.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
