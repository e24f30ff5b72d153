package io.lethe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.lethe.fake.FakeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** mb, rb, ls, put, get, rm, cp, stat: what they do, print and end with. */
final class ObjectCommandsTest {
    private static final String HELLO_SHA256 =
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir private Path directory = Path.of("");

    private final FakeCluster cluster = FakeCluster.start(1);
    private Shell shell = new Shell(directory);

    @BeforeEach
    void configure() {
        shell = new Shell(directory);
        shell.configure(cluster);
        assertThat(shell.run("mb", "box")).isZero();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void put(String key, String text) {
        shell.input(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(shell.run("put", "-", key)).as(shell.err()).isZero();
    }

    @Test
    void theStorageClassIsShownAndSet() {
        assertThat(shell.run("storage-class", "box")).isZero();
        assertThat(shell.err()).contains("the storage class of box is standard\n");
        assertThat(shell.run("storage-class", "box", "archive")).isZero();
        assertThat(shell.err()).contains("is archive; older objects are being brought over");
        assertThat(shell.run("storage-class", "box", "--json")).isZero();
        assertThat(shell.out()).contains("\"storage_class\":\"archive\",\"recoding\":true");
        assertThat(shell.run("storage-class", "box", "none")).isEqualTo(1);
    }

    @Test
    void bucketIsMadeListedShownAndRemoved() {
        assertThat(shell.run("mb", "--json", "--versioning", "--class", "cold", "vault")).isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden("bucket.json"));
        assertThat(shell.run("ls")).isZero();
        assertThat(shell.out())
                .isEqualTo(
                        """
                        CREATED              CLASS     VERSIONING  BUCKET
                        2025-06-15 15:06:41  standard  off         box
                        2025-06-15 15:06:42  cold      enabled     vault
                        """);
        assertThat(shell.run("ls", "--json")).isZero();
        assertThat(shell.out().lines()).hasSize(2);
        assertThat(shell.run("stat", "vault")).isZero();
        assertThat(shell.out()).contains("versioning  enabled");
        assertThat(shell.run("rb", "--json", "vault")).isZero();
        assertThat(shell.out()).isEqualTo("{\"removed\":\"vault\"}\n");
        assertThat(shell.run("stat", "vault")).isEqualTo(3);
    }

    @Test
    void versioningIsShownEnabledAndSuspendedAndNothingElse() {
        assertThat(shell.run("versioning", "box")).isZero();
        assertThat(shell.err()).contains("versioning of box is off");
        assertThat(shell.run("versioning", "box", "enabled")).isZero();
        assertThat(shell.run("versioning", "--json", "box", "suspended")).isZero();
        assertThat(shell.out()).contains("\"versioning\":\"suspended\"");
        assertThat(shell.run("versioning", "box", "off")).isEqualTo(2);
        assertThat(shell.err()).contains("enabled, suspended");
        assertThat(shell.run("versioning", "none", "enabled")).isEqualTo(3);
        assertThat(shell.run("versioning", "box/key")).isEqualTo(2);
    }

    @Test
    void bucketThatExistsOrIsNotEmptyIsAConflict() {
        assertThat(shell.run("mb", "box")).isEqualTo(6);
        assertThat(shell.err())
                .contains("there is a bucket 'box' already")
                .contains("what to do: use it, or choose another name")
                .contains("BUCKET_ALREADY_EXISTS, request 0123456789abcdef");
        put("box/k", "x");
        assertThat(shell.run("rb", "box")).isEqualTo(6);
        assertThat(shell.run("rb", "box/k")).isEqualTo(2);
    }

    @Test
    void fileIsPutAndGotBack() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(3).nextBytes(bytes);
        Path file = shell.write("photo.jpg", bytes);
        assertThat(shell.run("put", "photo.jpg", "box/album/")).as(shell.err()).isZero();
        assertThat(shell.err()).isEqualTo("put box/album/photo.jpg  3000000\n");
        assertThat(shell.out()).isEmpty();
        Files.delete(file);
        assertThat(shell.run("get", "box/album/photo.jpg")).as(shell.err()).isZero();
        assertThat(file).hasBinaryContent(bytes);
        assertThat(shell.run("get", "box/album/photo.jpg", "other.jpg")).isZero();
        assertThat(directory.resolve("other.jpg")).hasBinaryContent(bytes);
        assertThat(shell.run("get", "box/album/photo.jpg", "-")).isZero();
        assertThat(shell.outBytes()).isEqualTo(bytes);
    }

    @Test
    void jsonOfPutStatListAndRemoveStays() {
        shell.write("hello.txt", "hello");
        assertThat(
                        shell.run(
                                "put",
                                "--json",
                                "--content-type=text/plain",
                                "--meta",
                                "b=2",
                                "--meta",
                                "a=1",
                                "--tag",
                                "t=v",
                                "hello.txt",
                                "box/h"))
                .as(shell.err())
                .isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden("put.json"));
        assertThat(shell.run("ls", "--json", "box")).isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden("ls.json"));
        assertThat(shell.run("stat", "--json", "box/h")).isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden("stat.json"));
        assertThat(shell.run("get", "--json", "box/h", "got.txt")).isZero();
        assertThat(shell.out())
                .startsWith(Shell.golden("stat.json").replace("}\n", ",\"file\":\""))
                .endsWith("got.txt\",\"range_start\":0,\"range_length\":5}\n");
        assertThat(shell.run("rm", "--json", "box/h")).isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden("rm.json"));
    }

    @Test
    void listingShowsFoldersAndGoesIntoThemWhenAsked() {
        put("box/a.txt", "aa");
        put("box/docs/b.txt", "bbb");
        put("box/docs/deep/c.txt", "");
        assertThat(shell.run("ls", "box")).isZero();
        assertThat(shell.out().lines().map(String::stripLeading))
                .containsExactly(
                        "MODIFIED             SIZE  KEY",
                        "2025-06-15 15:06:43     2  a.txt",
                        "docs/");
        assertThat(shell.run("ls", "-r", "box")).isZero();
        assertThat(shell.out()).contains("a.txt", "docs/b.txt", "docs/deep/c.txt");
        assertThat(shell.run("ls", "--json", "box/docs/")).isZero();
        assertThat(shell.out())
                .contains("\"key\":\"docs/b.txt\"")
                .contains("{\"type\":\"prefix\",\"prefix\":\"docs/deep/\"}");
        assertThat(shell.run("ls", "-r", "--json", "--limit", "1", "--start-after", "a.txt", "box"))
                .isZero();
        assertThat(shell.out().lines()).singleElement().asString().contains("docs/b.txt");
    }

    @Test
    void sizesAreForPeopleOnATerminalOrWhenAsked() {
        put("box/k", "x".repeat(1536));
        assertThat(shell.run("ls", "box")).isZero();
        assertThat(shell.out()).contains(" 1536  k");
        assertThat(shell.run("ls", "-H", "box")).isZero();
        assertThat(shell.out()).contains("1.5 KiB  k");
        shell.onTerminal();
        assertThat(shell.run("ls", "box")).isZero();
        assertThat(shell.out()).contains("1.5 KiB  k");
        assertThat(shell.run("ls", "--no-human", "box")).isZero();
        assertThat(shell.out()).contains(" 1536  k");
    }

    @Test
    void directoryIsPutGotAndRemoved() {
        shell.write("tree/one.txt", "1");
        shell.write("tree/sub/two.txt", "22");
        shell.write("tree/sub/empty", "");
        assertThat(shell.run("put", "tree", "box/t")).isEqualTo(2);
        assertThat(shell.err()).contains("is a directory; -r stores what is in it");
        assertThat(shell.run("put", "-r", "tree", "box/t")).as(shell.err()).isZero();
        put("box/t2", "not below t");
        assertThat(shell.run("get", "-r", "box/t", "back")).as(shell.err()).isZero();
        assertThat(directory.resolve("back/one.txt")).hasContent("1");
        assertThat(directory.resolve("back/sub/two.txt")).hasContent("22");
        assertThat(directory.resolve("back/sub/empty")).isEmptyFile();
        assertThat(directory.resolve("back")).isDirectoryNotContaining("glob:**2");
        assertThat(shell.run("rm", "-r", "box/t")).isZero();
        assertThat(shell.run("ls", "-r", "--json", "box")).isZero();
        assertThat(shell.out().lines()).singleElement().asString().contains("\"key\":\"t2\"");
    }

    @Test
    void severalFilesKeepTheirNamesAndOneFailureDoesNotStopTheOthers() {
        shell.write("a", "1");
        shell.write("b", "2");
        cluster.faults().refuseNext("PutObject", Status.Code.INVALID_ARGUMENT, "KEY_TOO_LONG");
        assertThat(shell.run("put", "-j", "1", "a", "b", "box")).isEqualTo(1);
        assertThat(shell.err()).contains("box/a: told to fail").contains("put box/b");
        assertThat(shell.run("get", "box/a", "box/b", "out/")).isEqualTo(3);
        assertThat(directory.resolve("out/b")).hasContent("2");
        assertThat(directory.resolve("out/a")).doesNotExist();
    }

    @Test
    void keysThatWouldLeaveTheDirectoryAreNotWritten() {
        put("box/d/../../evil", "x");
        put("box/d//double", "x");
        put("box/d/good", "x");
        assertThat(shell.run("get", "-r", "box/d", "in")).isEqualTo(1);
        assertThat(shell.err()).contains("cannot be a file's name here");
        assertThat(directory.resolve("in/good")).exists();
        assertThat(directory.resolve("evil")).doesNotExist();
        assertThat(directory.resolve("in/double")).doesNotExist();
    }

    @Test
    void rangesAreRead() {
        put("box/k", "0123456789");
        assertThat(shell.run("get", "--range", "2-4", "box/k", "-")).isZero();
        assertThat(shell.out()).isEqualTo("234");
        assertThat(shell.run("get", "--range=-3", "box/k", "-")).isZero();
        assertThat(shell.out()).isEqualTo("789");
        assertThat(shell.run("get", "--range=7-", "box/k", "-")).isZero();
        assertThat(shell.out()).isEqualTo("789");
        assertThat(shell.run("get", "--range=20-", "box/k", "-")).isEqualTo(1);
        assertThat(shell.run("get", "--range=4-2", "box/k", "-")).isEqualTo(2);
        assertThat(shell.run("get", "--range=x", "box/k", "-")).isEqualTo(2);
    }

    @Test
    void versionsAreListedReadAndRemoved() {
        assertThat(shell.run("mb", "--versioning", "old")).isZero();
        put("old/k", "first");
        put("old/k", "second");
        assertThat(shell.run("rm", "old/k")).isZero();
        assertThat(shell.run("get", "old/k", "-")).isEqualTo(3);
        assertThat(shell.run("ls", "--versions", "old")).isZero();
        assertThat(shell.out().lines()).hasSize(4);
        assertThat(shell.out()).contains("deleted  v");
        String first =
                shell.out()
                        .lines()
                        .skip(3)
                        .findFirst()
                        .orElseThrow()
                        .replaceAll(".* (v[0-9]+) .*", "$1");
        assertThat(shell.run("get", "--version-id", first, "old/k", "-")).isZero();
        assertThat(shell.out()).isEqualTo("first");
        assertThat(shell.run("rb", "old")).isEqualTo(6);
        assertThat(shell.run("rm", "-r", "--all-versions", "old")).isZero();
        assertThat(shell.run("rb", "old")).as(shell.err()).isZero();
    }

    @Test
    void objectIsCopied() {
        put("box/a/k", "hello");
        assertThat(shell.run("cp", "--json", "box/a/k", "box")).isZero();
        assertThat(shell.out()).contains("\"key\":\"k\"", "\"source_key\":\"a/k\"", HELLO_SHA256);
        assertThat(shell.run("cp", "--if-absent", "box/a/k", "box/k")).isEqualTo(6);
        assertThat(shell.run("get", "box/k", "-")).isZero();
        assertThat(shell.out()).isEqualTo("hello");
    }

    @Test
    void conditionalPutIsRefused() {
        shell.write("f", "1");
        assertThat(shell.run("put", "--if-absent", "f", "box/f")).isZero();
        assertThat(shell.run("put", "--if-absent", "f", "box/f")).isEqualTo(6);
        assertThat(shell.run("put", "--if-match", "0", "f", "box/f")).isEqualTo(6);
        assertThat(shell.run("put", "--if-match", "0", "--if-absent", "f", "box/f")).isEqualTo(2);
    }

    @Test
    void missingThingsEndWithThree() {
        assertThat(shell.run("get", "box/none")).isEqualTo(3);
        assertThat(shell.err()).contains("there is no object 'none'");
        assertThat(shell.run("stat", "box/none")).isEqualTo(3);
        assertThat(shell.run("ls", "nobox")).isEqualTo(3);
        assertThat(shell.run("--json", "ls")).isEqualTo(2);
        assertThat(shell.run("stat", "--json", "box/none")).isEqualTo(3);
        assertThat(shell.err()).isEqualTo(Shell.golden("error.json"));
    }

    @Test
    void wrongBytesEndWithSevenAndLeaveNothing() {
        put("box/k", "hello");
        cluster.faults().flipBytes();
        assertThat(shell.run("get", "box/k", "got")).isEqualTo(7);
        assertThat(directory.resolve("got")).doesNotExist();
    }

    @Test
    void localProblemsAreSaidPlainly() {
        assertThat(shell.run("put", "no-such-file", "box")).isEqualTo(2);
        assertThat(shell.err()).contains("there is no file no-such-file");
        put("box/k", "x");
        shell.write("file", "x");
        assertThat(shell.run("get", "box/k", "file/below")).isEqualTo(1);
        assertThat(shell.err()).startsWith("lethe: ");
    }

    @Test
    void progressIsShownOnATerminalOnly() {
        shell.write("f", new byte[2_000_000]);
        assertThat(shell.run("put", "f", "box/f")).isZero();
        assertThat(shell.err()).doesNotContain("%");
        shell.onTerminal();
        assertThat(shell.run("put", "f", "box/f")).isZero();
        assertThat(shell.err()).contains("%").contains("/s").contains("left").contains("\r");
        assertThat(shell.run("put", "-q", "f", "box/f")).isZero();
        assertThat(shell.err()).isEmpty();
        assertThat(shell.run("get", "box/f", "g")).isZero();
        assertThat(shell.err()).contains("100%");
    }

    @Test
    void interruptEndsThePutAndLeavesNoHalfFile() throws Exception {
        shell.write("f", new byte[8_000_000]);
        assertThat(shell.run("put", "f", "box/f")).isZero();
        cluster.faults().ignoreData();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger status = new AtomicInteger(-1);
        int before = cluster.faults().calls("PutObject");
        Thread command =
                new Thread(
                        () -> {
                            begun.countDown();
                            status.set(shell.run("put", "f", "box/g"));
                        });
        command.start();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        while (cluster.faults().calls("PutObject") == before) {
            Thread.onSpinWait();
        }
        shell.interrupts.run();
        command.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(status.get()).isEqualTo(130);
        assertThat(shell.err()).doesNotContain("lethe:");
    }
}
