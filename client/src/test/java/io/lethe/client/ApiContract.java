package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.client.model.Bucket;
import io.lethe.client.model.ByteRange;
import io.lethe.client.model.CommonPrefix;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.CopyResult;
import io.lethe.client.model.DeleteResult;
import io.lethe.client.model.GetResult;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import io.lethe.client.model.PutResult;
import io.lethe.client.model.Versioning;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the public API promises, through the SDK: the same for the fake and for a real cluster. */
public abstract class ApiContract {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** A client of the cluster under test; the subclass closes it. */
    protected abstract LetheClient client();

    private String bucket() {
        return bucket(Versioning.OFF);
    }

    private String bucket(Versioning versioning) {
        String name = "contract-" + System.nanoTime() + "-" + NUMBER.incrementAndGet();
        return client().buckets().create(name, "", versioning).name();
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Source text(String text) {
        return Source.bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] read(String bucket, String key, GetOptions options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        GetResult unusedResult = client().objects().get(bucket, key, Target.stream(bytes), options);
        return bytes.toByteArray();
    }

    private static void assertFails(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        LetheException.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(code);
                            assertThat(failure.requestId()).isPresent();
                            assertThat(failure.getMessage()).isNotBlank();
                        });
    }

    @Test
    void ordersAboutUnknownDevicesAndNodesAreRefusedAndRepairsAreListed() {
        for (String unknown : List.of("x", "0123456789abcdef0123456789abcdef")) {
            assertFails(
                    ErrorCode.INVALID_ARGUMENT, () -> client().cluster().setLeaving(unknown, true));
            assertFails(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> client().cluster().removeDevice(unknown, false));
            assertFails(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> client().cluster().setNodeLeaving(unknown, true));
            assertFails(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> client().cluster().removeNode(unknown, false));
        }
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().cluster().splitPartition("none", "", "", ""));
        assertFails(ErrorCode.INVALID_ARGUMENT, () -> client().cluster().mergePartition("none"));
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().cluster().addDevice("x", "/mnt/d2", 0, false));
        assertFails(ErrorCode.UPGRADE_NEEDED, () -> client().cluster().finishUpgrade(1_000));
        assertThat(client().cluster().upgrade().nodes()).isNotEmpty();
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().cluster().recoverPartition("none", "", false));
        String none = "0123456789abcdef0123456789abcdef";
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().cluster().movePartition("none", none, none));
        client().cluster().setRebalance(true);
        client().cluster().setReclaim(true);
        assertThat(client().cluster().repairs())
                .allMatch(
                        repair -> List.of("RUNNING", "BEGUN", "WAITING").contains(repair.state()));
    }

    @Test
    void bucketIsMadeFoundListedAndRemoved() {
        String name = bucket();
        Bucket found = client().buckets().get(name);
        assertThat(found.name()).isEqualTo(name);
        assertThat(found.versioning()).isEqualTo(Versioning.OFF);
        assertThat(found.storageClass()).isNotEmpty();
        assertThat(client().buckets().list(name)).extracting(Bucket::name).containsExactly(name);
        client().buckets().delete(name);
        assertFails(ErrorCode.NO_SUCH_BUCKET, () -> client().buckets().get(name));
    }

    @Test
    void bucketsAreListedInOrderOverManyPages() {
        String prefix = "pages-" + System.nanoTime() + "-";
        for (int i = 9; i >= 0; i--) {
            Bucket unusedBucket = client().buckets().create(prefix + i);
        }
        List<String> names = new ArrayList<>();
        client().buckets().list(prefix).forEach(bucket -> names.add(bucket.name()));
        assertThat(names).hasSize(10).isSorted();
    }

    @Test
    void bucketOfTheSameNameAndIllegalNamesAreRefused() {
        String name = bucket();
        assertFails(ErrorCode.BUCKET_ALREADY_EXISTS, () -> client().buckets().create(name));
        assertFails(ErrorCode.INVALID_BUCKET_NAME, () -> client().buckets().create("No_Bucket"));
    }

    @Test
    void bucketWithObjectsIsNotRemoved() {
        String name = bucket();
        PutResult unusedPut = client().objects().put(name, "a", text("a"));
        assertFails(ErrorCode.BUCKET_NOT_EMPTY, () -> client().buckets().delete(name));
        DeleteResult unusedDelete = client().objects().delete(name, "a");
        client().buckets().delete(name);
    }

    @Test
    void theStorageClassIsSetAndOneThatThereIsNotIsRefused() {
        String name = bucket();
        String present = client().buckets().get(name).storageClass();
        assertThat(client().buckets().setStorageClass(name, present).recoding()).isTrue();
        assertThat(client().buckets().get(name).storageClass()).isEqualTo(present);
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().buckets().setStorageClass(name, "no-such-class"));
        assertFails(
                ErrorCode.NO_SUCH_BUCKET,
                () -> client().buckets().setStorageClass(name + "-not", present));
    }

    @Test
    void versioningIsSwitchedOnAndSuspendedButNeverOff() {
        String name = bucket();
        assertThat(client().buckets().setVersioning(name, Versioning.ENABLED).versioning())
                .isEqualTo(Versioning.ENABLED);
        assertThat(client().buckets().setVersioning(name, Versioning.SUSPENDED).versioning())
                .isEqualTo(Versioning.SUSPENDED);
        assertFails(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().buckets().setVersioning(name, Versioning.OFF));
    }

    @Test
    void objectComesBackAsItWasPutWithAllThatWasSaidOfIt() {
        String name = bucket();
        PutResult stored =
                client().objects()
                        .put(
                                name,
                                "path/to/ä.txt",
                                text("hello"),
                                PutOptions.builder()
                                        .contentType("text/plain")
                                        .metadata("colour", "blue")
                                        .tag("kind", "greeting")
                                        .build());
        assertThat(stored.etag()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
        assertThat(stored.md5()).isEqualTo(stored.etag());
        assertThat(stored.sha256()).startsWith("2cf24dba5fb0a30e26e83b2ac5b9e29e");
        assertThat(stored.sizeBytes()).isEqualTo(5);

        ObjectVersion head = client().objects().head(name, "path/to/ä.txt");
        assertThat(head.versionId()).isEqualTo(stored.versionId());
        assertThat(head.contentType()).isEqualTo("text/plain");
        assertThat(head.metadata()).isEqualTo(Map.of("colour", "blue"));
        assertThat(head.tags()).isEqualTo(Map.of("kind", "greeting"));
        assertThat(head.lastModified()).isEqualTo(stored.created());
        assertThat(head.latest()).isTrue();
        assertThat(read(name, "path/to/ä.txt", GetOptions.DEFAULT)).asString().isEqualTo("hello");
    }

    @Test
    void objectsOfEverySizeComeBackIdentical() {
        String name = bucket();
        int message = 256 * 1024;
        for (int size : new int[] {0, 1, 16 * 1024, message - 1, message, message + 1, 5_000_000}) {
            byte[] bytes = random(size, size);
            PutResult stored = client().objects().put(name, "k" + size, Source.bytes(bytes));
            assertThat(stored.sizeBytes()).isEqualTo(size);
            assertThat(read(name, "k" + size, GetOptions.DEFAULT))
                    .as("size " + size)
                    .isEqualTo(bytes);
        }
    }

    @Test
    void everyKindOfRangeIsServed() {
        String name = bucket();
        byte[] bytes = random(1, 700_000);
        PutResult unusedPut = client().objects().put(name, "k", Source.bytes(bytes));
        Map<ByteRange, int[]> cuts =
                Map.of(
                        ByteRange.of(0, 0), new int[] {0, 1},
                        ByteRange.of(262_143, 262_145), new int[] {262_143, 262_146},
                        ByteRange.from(699_990), new int[] {699_990, 700_000},
                        ByteRange.of(10, 9_999_999), new int[] {10, 700_000},
                        ByteRange.last(5), new int[] {699_995, 700_000},
                        ByteRange.last(9_999_999), new int[] {0, 700_000});
        cuts.forEach(
                (range, cut) -> {
                    GetOptions options = GetOptions.builder().range(range).build();
                    assertThat(read(name, "k", options))
                            .as(range.toString())
                            .isEqualTo(java.util.Arrays.copyOfRange(bytes, cut[0], cut[1]));
                });
        GetOptions beyond = GetOptions.builder().range(ByteRange.from(700_000)).build();
        assertFails(ErrorCode.INVALID_RANGE, () -> read(name, "k", beyond));
    }

    @Test
    void whatIsNotThereIsSaidExactly() {
        String name = bucket();
        assertFails(
                ErrorCode.NO_SUCH_BUCKET, () -> client().objects().head("no-such-bucket-1", "k"));
        assertFails(
                ErrorCode.NO_SUCH_BUCKET,
                () -> client().objects().put("no-such-bucket-1", "k", text("x")));
        assertFails(ErrorCode.NO_SUCH_KEY, () -> client().objects().head(name, "k"));
        assertFails(ErrorCode.NO_SUCH_KEY, () -> read(name, "k", GetOptions.DEFAULT));
        assertFails(
                ErrorCode.NO_SUCH_BUCKET,
                () ->
                        client().objects()
                                .list("no-such-bucket-1", ListOptions.ALL)
                                .forEach(entry -> {}));
    }

    @Test
    void putsAreConditional() {
        String name = bucket();
        PutOptions absent = PutOptions.builder().conditions(Conditions.absent()).build();
        PutResult first = client().objects().put(name, "k", text("1"), absent);
        assertFails(
                ErrorCode.PRECONDITION_FAILED,
                () -> client().objects().put(name, "k", text("2"), absent));
        PutOptions match = PutOptions.builder().conditions(Conditions.etag(first.etag())).build();
        PutResult unusedSecond = client().objects().put(name, "k", text("2"), match);
        assertFails(
                ErrorCode.PRECONDITION_FAILED,
                () -> client().objects().put(name, "k", text("3"), match));
        assertThat(read(name, "k", GetOptions.DEFAULT)).asString().isEqualTo("2");
    }

    @Test
    void readsAreConditional() {
        String name = bucket();
        PutResult stored = client().objects().put(name, "k", text("1"));
        Conditions same = Conditions.etag(stored.etag());
        Conditions other = Conditions.NONE.withIfNoneMatch(stored.etag());
        assertThat(client().objects().head(name, "k", "", same).etag()).isEqualTo(stored.etag());
        assertFails(
                ErrorCode.PRECONDITION_FAILED, () -> client().objects().head(name, "k", "", other));
        assertFails(
                ErrorCode.PRECONDITION_FAILED,
                () -> read(name, "k", GetOptions.builder().conditions(other).build()));
    }

    @Test
    void declaredDigestsThatDoNotMatchStoreNothing() {
        String name = bucket();
        String wrong = "00".repeat(32);
        assertFails(
                ErrorCode.BAD_DIGEST,
                () ->
                        client().objects()
                                .put(
                                        name,
                                        "k",
                                        text("x"),
                                        PutOptions.builder().sha256(wrong).build()));
        assertFails(
                ErrorCode.BAD_DIGEST,
                () ->
                        client().objects()
                                .put(
                                        name,
                                        "k",
                                        text("x"),
                                        PutOptions.builder().md5("00".repeat(16)).build()));
        assertFails(ErrorCode.NO_SUCH_KEY, () -> client().objects().head(name, "k"));
    }

    @Test
    void deletedObjectIsGoneAndDeletingItAgainIsNoError() {
        String name = bucket();
        PutResult unusedPut = client().objects().put(name, "k", text("x"));
        assertThat(client().objects().delete(name, "k").deleteMarker()).isFalse();
        assertFails(ErrorCode.NO_SUCH_KEY, () -> client().objects().head(name, "k"));
        assertThat(client().objects().delete(name, "k").versionId()).isEmpty();
    }

    @Test
    void whatReplacesAnObjectWithoutVersionsHasItsId() {
        String name = bucket();
        assertThat(client().objects().put(name, "k", text("1")).versionId()).isEqualTo("null");
        assertThat(client().objects().put(name, "k", text("2")).versionId()).isEqualTo("null");
        GetOptions nullVersion = GetOptions.builder().versionId("null").build();
        assertThat(read(name, "k", nullVersion)).asString().isEqualTo("2");
    }

    @Test
    void suspendedBucketReplacesOnlyWhatWasWrittenWithoutVersions() {
        String name = bucket(Versioning.ENABLED);
        PutResult kept = client().objects().put(name, "k", text("1"));
        client().buckets().setVersioning(name, Versioning.SUSPENDED);
        assertThat(client().objects().put(name, "k", text("2")).versionId()).isEqualTo("null");
        DeleteResult marker = client().objects().delete(name, "k");
        assertThat(marker.deleteMarker()).isTrue();
        assertThat(marker.versionId()).isEqualTo("null");
        List<String> ids = new ArrayList<>();
        client().objects()
                .versions(name, ListOptions.ALL)
                .forEach(entry -> ids.add(((ObjectVersion) entry).versionId()));
        assertThat(ids).containsExactly("null", kept.versionId());
    }

    @Test
    void versionedBucketKeepsVersionsAndCoversThemByMarkers() {
        String name = bucket(Versioning.ENABLED);
        PutResult first = client().objects().put(name, "k", text("1"));
        PutResult second = client().objects().put(name, "k", text("2"));
        DeleteResult marker = client().objects().delete(name, "k");
        assertThat(marker.deleteMarker()).isTrue();
        assertFails(ErrorCode.NO_SUCH_KEY, () -> client().objects().head(name, "k"));
        GetOptions old = GetOptions.builder().versionId(first.versionId()).build();
        assertThat(read(name, "k", old)).asString().isEqualTo("1");

        List<String> ids = new ArrayList<>();
        client().objects()
                .versions(name, ListOptions.ALL)
                .forEach(entry -> ids.add(((ObjectVersion) entry).versionId()));
        assertThat(ids).containsExactly(marker.versionId(), second.versionId(), first.versionId());

        DeleteResult removed =
                client().objects().delete(name, "k", marker.versionId(), Conditions.NONE);
        assertThat(removed.versionId()).isEqualTo(marker.versionId());
        assertThat(read(name, "k", GetOptions.DEFAULT)).asString().isEqualTo("2");
        assertFails(
                ErrorCode.NO_SUCH_VERSION,
                () -> client().objects().head(name, "k", marker.versionId(), Conditions.NONE));
    }

    @Test
    void listingIsInOrderCompleteAndPaged() {
        String name = bucket();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            keys.add(String.format("k%02d", i));
        }
        for (String key : keys) {
            PutResult unusedPut = client().objects().put(name, key, text(key));
        }
        List<String> listed = new ArrayList<>();
        for (ListEntry entry : client().objects().list(name, ListOptions.ALL.withPageSize(4))) {
            listed.add(entry.name());
        }
        assertThat(listed).isEqualTo(keys);
        assertThat(
                        client().objects()
                                .list(name, ListOptions.ALL.withStartAfter("k22").withPageSize(1)))
                .extracting(ListEntry::name)
                .containsExactly("k23", "k24");
    }

    @Test
    void delimiterRollsKeysUp() {
        String name = bucket();
        for (String key : List.of("a", "b/1", "b/2", "b/c/3", "c")) {
            PutResult unusedPut = client().objects().put(name, key, text(key));
        }
        ListOptions top = ListOptions.ALL.withDelimiter("/").withPageSize(1);
        assertThat(client().objects().list(name, top))
                .extracting(ListEntry::name)
                .containsExactly("a", "b/", "c");
        assertThat(client().objects().list(name, ListOptions.prefix("b/").withDelimiter("/")))
                .last()
                .isEqualTo(new CommonPrefix("b/c/"));
    }

    @Test
    void copyHasTheSameBytesAndMetadataUnlessReplaced() {
        String name = bucket();
        PutResult source =
                client().objects()
                        .put(
                                name,
                                "from",
                                text("x"),
                                PutOptions.builder().metadata("a", "1").build());
        CopyResult copied = client().objects().copy(name, "from", name, "to");
        assertThat(copied.sourceVersionId()).isEqualTo(source.versionId());
        assertThat(copied.stored().sha256()).isEqualTo(source.sha256());
        assertThat(client().objects().head(name, "to").metadata()).isEqualTo(Map.of("a", "1"));
        CopyResult unusedCopy =
                client().objects()
                        .copy(
                                name,
                                "from",
                                name,
                                "to",
                                CopyOptions.builder()
                                        .replace("text/css", Map.of("b", "2"), Map.of())
                                        .build());
        ObjectVersion head = client().objects().head(name, "to");
        assertThat(head.metadata()).isEqualTo(Map.of("b", "2"));
        assertThat(head.contentType()).isEqualTo("text/css");
    }

    @Test
    void streamIsReadAtTheReadersPace() throws IOException {
        String name = bucket();
        byte[] bytes = random(7, 3_000_000);
        PutResult unusedPut = client().objects().put(name, "k", Source.bytes(bytes));
        try (ObjectStream stream = client().objects().open(name, "k")) {
            assertThat(stream.result().object().sizeBytes()).isEqualTo(bytes.length);
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
            assertThat(stream.read()).isEqualTo(-1);
        }
    }
}
