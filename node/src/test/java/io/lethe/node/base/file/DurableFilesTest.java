package io.lethe.node.base.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    @TempDir private Path folder;

    @Test
    void replacingMakesTheFileOrTakesItsPlaceAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("identity");
        DurableFiles.replace(file, bytes("the first, which is longer"));
        assertThat(file).hasContent("the first, which is longer");
        DurableFiles.replace(file, bytes("the second"));
        assertThat(file).hasContent("the second");
        assertThat(names()).containsExactly("identity");
    }

    @Test
    void whatACrashLeftBesideAFileDoesNotShowInTheNextOne() throws IOException {
        Path file = folder.resolve("identity");
        DurableFiles.replace(file, bytes("old"));
        Files.writeString(folder.resolve("identity.new"), "half of something that was longer");
        assertThat(file).hasContent("old");
        DurableFiles.replace(file, bytes("new"));
        assertThat(file).hasContent("new");
        assertThat(names()).containsExactly("identity");
    }

    @Test
    void aReplacementThatCanNotBeMadeLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("identity");
        DurableFiles.replace(file, bytes("old"));
        Files.createDirectory(folder.resolve("identity.new"));
        assertThatThrownBy(() -> DurableFiles.replace(file, bytes("new")))
                .isInstanceOf(IOException.class);
        assertThat(file).hasContent("old");
    }

    @Test
    void aGuardedFileHasItsPermissionsWhetherItIsMadeOrReplaced() throws IOException {
        Path file = folder.resolve("root.keys");
        DurableFiles.replaceGuarded(file, bytes("first"), OWNER);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(OWNER);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        DurableFiles.replaceGuarded(file, bytes("second"), OWNER);
        assertThat(file).hasContent("second");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(OWNER);
        assertThat(names()).containsExactly("root.keys");
    }

    @Test
    void whatACrashLeftBesideAGuardedFileIsNamedAndLeftAlone() throws IOException {
        Path file = folder.resolve("root.keys");
        DurableFiles.replaceGuarded(file, bytes("old"), OWNER);
        Path left = folder.resolve("root.keys.new");
        Files.writeString(left, "half");
        assertThatThrownBy(() -> DurableFiles.replaceGuarded(file, bytes("new"), OWNER))
                .isInstanceOf(ConfigException.class)
                .hasMessage(left + " is left from an attempt that did not finish: remove it");
        assertThat(file).hasContent("old");
        assertThat(left).hasContent("half");

        Files.delete(left);
        DurableFiles.replaceGuarded(file, bytes("new"), OWNER);
        assertThat(file).hasContent("new");
    }

    @Test
    void aFileIsWrittenAnewAndSyncedWhereItIs() throws IOException {
        Path file = folder.resolve("manifest");
        DurableFiles.write(file, bytes("long content"));
        DurableFiles.write(file, bytes("short"));
        DurableFiles.sync(file);
        DurableFiles.syncParent(file);
        assertThat(file).hasContent("short");
        assertThatThrownBy(() -> DurableFiles.sync(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aTreeIsRemovedWithAllInItAndNoneIsNoFault() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("a/b/c")).resolve("file");
        Files.writeString(tree, "x");
        DurableFiles.deleteTree(folder.resolve("a"));
        DurableFiles.deleteTree(folder.resolve("a"));
        assertThat(names()).isEmpty();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
