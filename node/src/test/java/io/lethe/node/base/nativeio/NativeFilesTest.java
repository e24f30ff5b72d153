package io.lethe.node.base.nativeio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFilesTest {
    @TempDir Path temp;
    private final NativeFiles natives = NativeFiles.real();

    private Path file(byte[] bytes) throws IOException {
        return Files.write(temp.resolve("file"), bytes);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aPunchedRangeReadsAsZerosAndTheSizeStays() throws IOException {
        byte[] bytes = random(5 * 4096);
        Path file = file(bytes);
        Assumptions.assumeTrue(natives.punchHole(file, 4096, 2 * 4096), "no holes here");
        byte[] expected = bytes.clone();
        Arrays.fill(expected, 4096, 3 * 4096, (byte) 0);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    @Test
    void aMissingFileIsAnErrorWithItsNumber() {
        assertThatThrownBy(() -> natives.punchHole(temp.resolve("none"), 0, 4096))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("errno 2");
    }

    @Test
    void directReadsSeeWhatWasWrittenAndRefuseTheEnd() throws IOException {
        byte[] bytes = random((3 << 20) + 4096);
        Path file = file(bytes);
        Assumptions.assumeTrue(natives.inPlace(temp).accepted(), "no O_DIRECT to count on");
        byte[] got = new byte[bytes.length];
        try (NativeFiles.DirectFile direct = natives.openDirect(file)) {
            direct.read(0, got, got.length);
            assertThat(got).isEqualTo(bytes);
            direct.read(4096, got, 8192);
            assertThat(Arrays.copyOf(got, 8192))
                    .isEqualTo(Arrays.copyOfRange(bytes, 4096, 4096 + 8192));
            assertThatThrownBy(() -> direct.read(bytes.length - 4096, got, 8192))
                    .hasMessageContaining("ends");
        }
    }

    @Test
    void aFileForDirectReadsIsHandedFromThreadToThread() throws Exception {
        byte[] bytes = random(8192);
        Path file = file(bytes);
        Assumptions.assumeTrue(natives.inPlace(temp).accepted(), "no O_DIRECT to count on");
        NativeFiles.DirectFile direct = natives.openDirect(file);
        byte[] got = new byte[8192];
        CompletableFuture<Boolean> other =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                direct.read(0, got, got.length);
                                direct.close();
                                return true;
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(got).isEqualTo(bytes);
    }

    @Test
    void theInnermostMountDecides() {
        List<String> mounts =
                List.of(
                        "1 0 8:1 / / rw - ext4 /dev/a rw,errors=continue",
                        "2 1 8:2 / /data rw shared:1 - xfs /dev/b rw,attr2",
                        "3 1 8:3 / /data/my\\040disk rw - ext4 /dev/c rw,data=journal",
                        "4 1 8:4 / /tmp rw - tmpfs tmpfs rw",
                        "garbage");
        assertThat(Mount.of(Path.of("/home/x"), mounts).ext4Refusal()).isNull();
        assertThat(Mount.of(Path.of("/data/x"), mounts).type()).isEqualTo("xfs");
        assertThat(Mount.of(Path.of("/database"), mounts).type()).isEqualTo("ext4");
        assertThat(Mount.of(Path.of("/data/my disk/x"), mounts).ext4Refusal())
                .contains("data=journal");
        assertThat(Mount.of(Path.of("/tmp/x"), mounts).ext4Refusal()).contains("tmpfs");
    }

    @Test
    void memoryFileSystemsAreNotAcceptedForErasing() throws IOException {
        Path shm = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isDirectory(shm), "no /dev/shm");
        NativeFiles.InPlace answer = natives.inPlace(shm);
        Assumptions.assumeTrue(answer.fileSystem().equals("tmpfs"), "not a tmpfs");
        assertThat(answer.accepted()).isFalse();
        assertThat(answer.refusal()).contains("tmpfs").contains("ext4");
    }
}
