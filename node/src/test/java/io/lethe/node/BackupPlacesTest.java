package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.backup.BackupPlace;
import io.lethe.node.backup.BytesContent;
import io.lethe.node.backup.Content;
import io.lethe.node.backup.FolderPlace;
import io.lethe.node.backup.SharedFiles;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.object.ObjectWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both places of backups keep files, list and remove them alike. */
class BackupPlacesTest {
    private static final Id128 FIRST = new Id128(1, 9);
    private static final Id128 SECOND = new Id128(2, 5);

    /** Two segments' worth of nothing in particular would be long; some cells are enough. */
    private static final int LONG_BYTES = 700_000;

    @TempDir Path temp;

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RandomSource.seeded(length).fill(bytes);
        return bytes;
    }

    private List<BackupPlace> places() throws IOException, InterruptedException {
        ObjectWorld world = new ObjectWorld();
        DirectoryReply made =
                world.metadata
                        .directory
                        .execute(
                                new DirectoryCommand.PutTenant(
                                        new TenantRecord(
                                                ObjectWorld.CALLER.tenant(),
                                                "operator",
                                                "Operator",
                                                1,
                                                Bytes.hex("00"))),
                                0,
                                0)
                        .reply();
        assertThat(made).isEqualTo(new DirectoryReply.Done());
        return List.of(
                new FolderPlace(Files.createDirectory(temp.resolve("backups")), NativeFiles.real()),
                new BucketPlace(
                        new BucketPlace.Ports(
                                world.tasks,
                                RandomSource.seeded(1),
                                world.ports.directory(),
                                world.objects,
                                world.buckets)));
    }

    private static byte[] read(Content content) throws IOException, InterruptedException {
        try (content) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[1_000];
            for (int count = content.read(buffer, 0, 999); count >= 0; ) {
                all.write(buffer, 0, count);
                count = content.read(buffer, 0, 999);
            }
            return all.toByteArray();
        }
    }

    @Test
    void whatIsWrittenIsReadBackListedAndRemoved() throws Exception {
        for (BackupPlace place : places()) {
            assertThat(place.list()).as(place.name()).isEmpty();
            place.write(SECOND, BackupPlace.OWNER, new BytesContent(bytes(33)));
            place.write(FIRST, BackupPlace.OWNER, new BytesContent(bytes(33)));
            place.write(SECOND, "partition-1.rows", new BytesContent(bytes(LONG_BYTES)));
            place.write(SECOND, "manifest", new BytesContent(bytes(10)));
            place.write(FIRST, "partition-1.keys", new BytesContent(bytes(0)));
            place.write(FIRST, "partition-1.keys", new BytesContent(bytes(300)));
            assertThat(place.list()).as(place.name()).containsExactly(FIRST, SECOND);
            assertThat(read(place.open(SECOND, "partition-1.rows"))).isEqualTo(bytes(LONG_BYTES));
            assertThat(read(place.open(FIRST, "partition-1.keys"))).isEqualTo(bytes(300));
            assertThatThrownBy(() -> place.open(FIRST, "manifest"))
                    .isInstanceOf(NoSuchFileException.class);
            var _ = place.delete(SECOND);
            var _ = place.delete(SECOND);
            assertThat(place.list()).as(place.name()).containsExactly(FIRST);
        }
    }

    @Test
    void aFolderThatIsNotMountedIsNoPlace() {
        BackupPlace place = new FolderPlace(temp.resolve("nowhere"), NativeFiles.real());
        assertThatThrownBy(place::list).isInstanceOf(IOException.class);
        for (String file : List.of(BackupPlace.OWNER, "manifest")) {
            assertThatThrownBy(() -> place.write(FIRST, file, new BytesContent(bytes(1))))
                    .isInstanceOf(IOException.class);
        }
        assertThat(temp.resolve("nowhere")).doesNotExist();
    }

    @Test
    void onlyKeysThatWereNeverMadeAreGoneFromAFolderThatDoesNotOverwriteInPlace() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("shared"));
        BackupPlace place = new FolderPlace(folder, new SharedFiles());
        place.write(FIRST, BackupPlace.OWNER, new BytesContent(bytes(33)));
        place.write(FIRST, "directory.rows", new BytesContent(bytes(33)));
        assertThat(place.delete(FIRST)).as("without keys").isTrue();
        assertThat(place.delete(FIRST)).as("perhaps it is on a disk that is away").isFalse();
        place.write(SECOND, BackupPlace.OWNER, new BytesContent(bytes(33)));
        place.write(SECOND, "partition-1.keys", new BytesContent(bytes(33)));
        assertThat(place.delete(SECOND)).as("with keys").isFalse();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsUnmountedWithinABackupGetsNoMoreOfIt() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("mounted"));
        BackupPlace place = new FolderPlace(folder, NativeFiles.real());
        place.write(FIRST, BackupPlace.OWNER, new BytesContent(bytes(33)));
        Files.move(folder, temp.resolve("elsewhere"));
        Files.createDirectory(folder);
        assertThatThrownBy(
                        () -> place.write(FIRST, "partition-1.keys", new BytesContent(bytes(33))))
                .isInstanceOf(IOException.class);
        assertThat(place.delete(FIRST)).isFalse();
        assertThat(folder).isEmptyDirectory();
    }
}
