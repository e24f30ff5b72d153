package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static io.lethe.node.object.ObjectWorld.VERSIONED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.state.PartitionInvariants;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Uploads.CompleteRequest;
import io.lethe.node.object.Uploads.PartClaim;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.object.Uploads.PartRequest;
import io.lethe.node.object.Uploads.UploadEntry;
import io.lethe.node.object.Uploads.UploadInfo;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Multipart uploads from the doors' side down to chunks and rows in memory. */
class UploadPathTest {
    private static final Attributes ATTRIBUTES =
            new Attributes("text/plain", Map.of("color", "blue"), Map.of());
    private final ObjectWorld world = new ObjectWorld();
    private final Uploads uploads = world.objects.uploads();
    private int writes;

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private UploadInfo create(String bucket, String key) throws InterruptedException {
        return uploads.create(
                CALLER,
                new Uploads.CreateRequest(
                        new WriteId(new Id128(1, ++writes)),
                        bucket,
                        key,
                        "",
                        ATTRIBUTES,
                        Bytes.utf8("CRC32C")),
                world.deadline());
    }

    private static PartRequest request(String bucket, UploadInfo upload, int number) {
        return new PartRequest(
                bucket,
                upload.key(),
                upload.uploadId(),
                number,
                null,
                null,
                () -> Bytes.utf8("sum-" + number));
    }

    private PartInfo put(String bucket, UploadInfo upload, int number, byte[] part)
            throws InterruptedException {
        return uploads.putPart(
                CALLER, request(bucket, upload, number), ObjectWorld.body(part), world.deadline());
    }

    private static CompleteRequest completion(String bucket, UploadInfo upload, PartInfo... parts) {
        List<PartClaim> claims = new ArrayList<>();
        for (PartInfo part : parts) {
            claims.add(new PartClaim(part.number(), part.etag(), Bytes.EMPTY));
        }
        return new CompleteRequest(
                bucket, upload.key(), upload.uploadId(), claims, new Condition.Always(), null);
    }

    private ObjectInfo complete(String bucket, UploadInfo upload, PartInfo... parts)
            throws InterruptedException {
        return uploads.complete(CALLER, completion(bucket, upload, parts), world.deadline());
    }

    private byte[] read(String bucket, String key, String version, ReadRange range)
            throws InterruptedException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (ObjectReader.Opened opened =
                world.objects.get(CALLER, bucket, key, version, range, world.deadline())) {
            for (var piece = opened.next(); piece != null; piece = opened.next()) {
                read.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
            assertThat(read.size()).isEqualTo((int) opened.range().lengthBytes());
        }
        return read.toByteArray();
    }

    private interface Call {
        void run() throws InterruptedException;
    }

    private static @Nullable ErrorCode code(Call call) {
        StoreException thrown = catchThrowableOfType(StoreException.class, call::run);
        return thrown == null ? null : thrown.code();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static Bytes hash(String algorithm, byte[] bytes) throws Exception {
        return Bytes.wrap(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    private void hashes() throws InterruptedException {
        UploadHasher hasher = new UploadHasher(world.ports, () -> List.of(new GroupId(1)));
        while (hasher.step() instanceof Step.Worked) {
            // Once more.
        }
    }

    @Test
    void hashesThatCanNotBeTakenUpKeepNeitherTheWorkerNorTheNode() throws Exception {
        UploadInfo upload = create(VERSIONED, "key");
        PartInfo first = put(VERSIONED, upload, 1, bytes(1, 5_000));
        PartInfo second = put(VERSIONED, upload, 2, bytes(2, 5_000));
        assertThat(List.of(first, second)).doesNotContainNull();
        var page =
                (PartitionAnswer.HashPage)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.HashWork(null, 1),
                                world.deadline());
        PartitionAnswer.HashItem item = page.items().getFirst();
        PartRow part = item.parts().getFirst();
        var _ =
                world.metadata.executeIn(
                        ObjectWorld.PARTITION,
                        new PartitionCommand.SaveHash(
                                item.upload(),
                                new PartitionCommand.PartName(part.number(), part.order()),
                                Bytes.EMPTY,
                                Bytes.hex("7f")),
                        world.ports.directory().index(),
                        world.deadline());
        UploadHasher hasher = new UploadHasher(world.ports, () -> List.of(ObjectWorld.PARTITION));
        assertThat(hasher.step()).isInstanceOf(Step.Idle.class);
    }

    @Test
    void partsInAnyOrderBecomeOneObject() throws Exception {
        byte[] one = bytes(1, 200_000);
        byte[] two = bytes(2, 300_001);
        byte[] three = bytes(3, 7);
        UploadInfo upload = create(VERSIONED, "key");
        PartInfo third = put(VERSIONED, upload, 9, three);
        PartInfo first = put(VERSIONED, upload, 1, one);
        PartInfo second = put(VERSIONED, upload, 5, two);
        assertThat(first.etag()).isEqualTo(hash("MD5", one).hex());
        ObjectInfo info = complete(VERSIONED, upload, first, second, third);
        byte[] whole = joined(one, two, three);
        assertThat(info.sizeBytes()).isEqualTo(whole.length);
        assertThat(info.sha256()).isEqualTo(hash("SHA-256", whole));
        Objects.ListRequest all =
                new Objects.ListRequest(VERSIONED, "", "", Bytes.EMPTY, 0, false, 100);
        assertThat(world.objects.list(CALLER, all, world.deadline()).entries())
                .extracting(ObjectLister.Entry::sha256)
                .containsExactly(info.sha256());
        assertThat(info.md5()).isEqualTo(hash("MD5", whole));
        byte[] md5s =
                joined(
                        hash("MD5", one).toArray(),
                        hash("MD5", two).toArray(),
                        hash("MD5", three).toArray());
        assertThat(info.etag()).isEqualTo(hash("MD5", md5s).hex() + "-3");
        assertThat(info.attributes()).isEqualTo(ATTRIBUTES);
        assertThat(complete(VERSIONED, upload, first, second, third)).as("again").isEqualTo(info);
        assertThat(world.objects.head(CALLER, VERSIONED, "key", "", world.deadline()))
                .isEqualTo(info);
        assertThat(read(VERSIONED, "key", "", new ReadRange.All())).isEqualTo(whole);
        Random random = new Random(4);
        for (int i = 0; i < 50; i++) {
            int from = random.nextInt(whole.length);
            int to = from + random.nextInt(whole.length - from);
            assertThat(read(VERSIONED, "key", "", new ReadRange.Span(from, to)))
                    .isEqualTo(Arrays.copyOfRange(whole, from, to + 1));
        }
        assertThat(read(VERSIONED, "key", info.versionId(), new ReadRange.Part(5))).isEqualTo(two);
        assertThat(code(() -> read(VERSIONED, "key", "", new ReadRange.Part(2))))
                .isEqualTo(ErrorCode.INVALID_PART_NUMBER);
        assertThat(uploads.partsOf(CALLER, VERSIONED, "key", "", 0, 10, world.deadline()).parts())
                .extracting(PartInfo::number)
                .containsExactly(1, 5, 9);
    }

    @Test
    void hashesThatFollowedThePartsAreNotMadeAgain() throws Exception {
        byte[] one = bytes(1, 400_000);
        byte[] two = bytes(2, 400_000);
        byte[] last = bytes(3, 2_000);
        UploadInfo upload = create(PLAIN, "key");
        PartInfo first = put(PLAIN, upload, 1, one);
        PartInfo replaced = put(PLAIN, upload, 2, bytes(9, 5_000));
        hashes();
        PartInfo second = put(PLAIN, upload, 2, two);
        hashes();
        PartInfo third = put(PLAIN, upload, 3, last);
        assertThat(replaced.etag()).isNotEqualTo(second.etag());
        long before = world.peers.bytesRead;
        ObjectInfo info = complete(PLAIN, upload, first, second, third);
        assertThat(world.peers.bytesRead - before).isLessThan(50_000);
        assertThat(info.sha256()).isEqualTo(hash("SHA-256", joined(one, two, last)));
        assertThat(info.md5()).isEqualTo(hash("MD5", joined(one, two, last)));
    }

    @Test
    void hashesOfPartsThatACompletionLeavesOutAreNotTaken() throws Exception {
        byte[] one = bytes(1, 50_000);
        byte[] three = bytes(3, 50_000);
        UploadInfo upload = create(PLAIN, "key");
        PartInfo first = put(PLAIN, upload, 1, one);
        PartInfo _ = put(PLAIN, upload, 2, bytes(2, 50_000));
        PartInfo third = put(PLAIN, upload, 3, three);
        hashes();
        assertThat(complete(PLAIN, upload, first, third).sha256())
                .isEqualTo(hash("SHA-256", joined(one, three)));
        assertThat(world.metadata.garbage()).hasSize(1);
        assertThat(read(PLAIN, "key", "", new ReadRange.All())).isEqualTo(joined(one, three));
    }

    @Test
    void completionsAreRefusedForWhatIsWrongWithThem() throws Exception {
        UploadInfo upload = create(PLAIN, "key");
        PartInfo one = put(PLAIN, upload, 1, bytes(1, 5_000));
        PartInfo small = put(PLAIN, upload, 2, bytes(2, 999));
        PartInfo three = put(PLAIN, upload, 3, bytes(3, 5_000));
        PartInfo other = new PartInfo(3, one.etag(), 0, Bytes.EMPTY, 0);
        PartInfo absent = new PartInfo(4, one.etag(), 0, Bytes.EMPTY, 0);
        record Row(ErrorCode code, PartInfo... parts) {}
        for (Row row :
                List.of(
                        new Row(ErrorCode.INVALID_ARGUMENT),
                        new Row(ErrorCode.INVALID_PART_ORDER, three, one),
                        new Row(ErrorCode.INVALID_PART_ORDER, one, one),
                        new Row(ErrorCode.INVALID_PART, one, other),
                        new Row(ErrorCode.INVALID_PART, one, absent),
                        new Row(ErrorCode.ENTITY_TOO_SMALL, one, small, three))) {
            assertThat(code(() -> complete(PLAIN, upload, row.parts())))
                    .as("%s", row)
                    .isEqualTo(row.code());
        }
        CompleteRequest wrongSum =
                new CompleteRequest(
                        PLAIN,
                        "key",
                        upload.uploadId(),
                        List.of(new PartClaim(1, one.etag(), Bytes.utf8("sum-2"))),
                        new Condition.Always(),
                        null);
        assertThat(code(() -> uploads.complete(CALLER, wrongSum, world.deadline())))
                .isEqualTo(ErrorCode.INVALID_PART);
        assertThat(complete(PLAIN, upload, one, small).partsCount()).isEqualTo(2);
    }

    @Test
    void anUploadOfOneEmptyPartIsAnEmptyObject() throws Exception {
        UploadInfo upload = create(PLAIN, "key");
        PartInfo empty = put(PLAIN, upload, 1, new byte[0]);
        hashes();
        ObjectInfo info = complete(PLAIN, upload, empty);
        assertThat(info.sizeBytes()).isZero();
        assertThat(info.sha256()).isEqualTo(hash("SHA-256", new byte[0]));
        assertThat(read(PLAIN, "key", "", new ReadRange.All())).isEmpty();
    }

    @Test
    void aPartIsCopiedFromARangeOfAVersion() throws Exception {
        byte[] source = bytes(1, 300_000);
        UploadInfo from = create(VERSIONED, "source");
        PartInfo part = put(VERSIONED, from, 1, source);
        ObjectInfo version = complete(VERSIONED, from, part);
        UploadInfo to = create(PLAIN, "target");
        PartInfo copied =
                uploads.copyPart(
                        CALLER,
                        request(PLAIN, to, 1),
                        new SourceVersion(CALLER, VERSIONED, "source", version.versionId()),
                        new ReadRange.Span(1_000, 280_999),
                        world.deadline());
        assertThat(copied.sizeBytes()).isEqualTo(280_000);
        var _ = complete(PLAIN, to, copied);
        assertThat(read(PLAIN, "target", "", new ReadRange.All()))
                .isEqualTo(Arrays.copyOfRange(source, 1_000, 281_000));
    }

    @Test
    void whatIsCopiedIsWhatWasChecked() throws Exception {
        UploadInfo from = create(VERSIONED, "source");
        ObjectInfo version = complete(VERSIONED, from, put(VERSIONED, from, 1, bytes(1, 5_000)));
        UploadInfo to = create(PLAIN, "target");
        List<String> checked = new ArrayList<>();
        SourceVersion source =
                new SourceVersion(CALLER, VERSIONED, "source", "")
                        .checkedBy(
                                found -> {
                                    checked.add(found.versionId());
                                    throw new StoreException(ErrorCode.ACCESS_DENIED, "no");
                                });
        assertThat(
                        code(
                                () ->
                                        uploads.copyPart(
                                                CALLER,
                                                request(PLAIN, to, 1),
                                                source,
                                                new ReadRange.All(),
                                                world.deadline())))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(checked).containsExactly(version.versionId());
    }

    @Test
    void aBodyThatIsNotWhatWasSaidLeavesTheFormerPart() throws Exception {
        UploadInfo upload = create(PLAIN, "key");
        PartInfo part = put(PLAIN, upload, 1, bytes(1, 5_000));
        PartRequest lie =
                new PartRequest(
                        PLAIN,
                        "key",
                        upload.uploadId(),
                        1,
                        Bytes.wrap(new byte[16]),
                        null,
                        () -> Bytes.EMPTY);
        assertThat(
                        code(
                                () ->
                                        uploads.putPart(
                                                CALLER,
                                                lie,
                                                ObjectWorld.body(bytes(2, 5_000)),
                                                world.deadline())))
                .isEqualTo(ErrorCode.BAD_DIGEST);
        assertThat(world.metadata.garbage()).as("what was written of it").hasSize(1);
        assertThat(parts(upload)).containsExactly(part);
    }

    private List<PartInfo> parts(UploadInfo upload) throws InterruptedException {
        return uploads.parts(
                        CALLER, PLAIN, upload.key(), upload.uploadId(), 0, 1_000, world.deadline())
                .parts();
    }

    @Test
    void anAbortedUploadIsGoneAndItsPartsAreGarbage() throws Exception {
        UploadInfo upload = create(PLAIN, "key");
        var _ = put(PLAIN, upload, 1, bytes(1, 5_000));
        var _ = put(PLAIN, upload, 2, bytes(2, 5_000));
        assertThat(uploads.find(CALLER, PLAIN, "key", upload.uploadId(), world.deadline()))
                .isEqualTo(upload);
        uploads.abort(CALLER, PLAIN, "key", upload.uploadId(), world.deadline());
        uploads.abort(CALLER, PLAIN, "key", upload.uploadId(), world.deadline());
        assertThat(world.metadata.garbage()).hasSize(2);
        assertThat(code(() -> put(PLAIN, upload, 3, bytes(1, 10))))
                .isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        assertThat(code(() -> parts(upload))).isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        for (String id : List.of("", "x", upload.uploadId().replace('0', 'f'))) {
            assertThat(code(() -> uploads.abort(CALLER, PLAIN, "key", id, world.deadline())))
                    .as(id)
                    .isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        }
    }

    @Test
    void uploadsAreListedPageByPage() throws Exception {
        List<String> begun = new ArrayList<>();
        for (String key : List.of("a", "b", "b", "dir/x", "dir/y", "e")) {
            begun.add(create(PLAIN, key).uploadId());
        }
        var _ = create(VERSIONED, "a");
        List<String> listed = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        String key = "";
        String id = "";
        do {
            Uploads.UploadPage page =
                    uploads.list(
                            CALLER,
                            new Uploads.ListRequest(PLAIN, "", "/", key, id, 2),
                            world.deadline());
            page.uploads().stream().map(UploadEntry::uploadId).forEach(listed::add);
            prefixes.addAll(page.prefixes());
            assertThat(page.uploads().size() + page.prefixes().size()).isLessThanOrEqualTo(2);
            key = page.nextKey();
            id = page.nextUploadId();
        } while (!key.isEmpty());
        begun.subList(3, 5).clear();
        assertThat(listed).isEqualTo(begun);
        assertThat(prefixes).containsExactly("dir/");
    }

    @Test
    void aBucketIsDeletedWithItsUploads() throws Exception {
        UploadInfo upload = create(PLAIN, "key");
        PartInfo part = put(PLAIN, upload, 1, bytes(1, 5_000));
        var _ = complete(PLAIN, upload, part);
        UploadInfo left = create(PLAIN, "other");
        var _ = put(PLAIN, left, 1, bytes(1, 5_000));
        assertThat(code(() -> world.buckets.delete(CALLER, PLAIN, world.deadline())))
                .isEqualTo(ErrorCode.BUCKET_NOT_EMPTY);
        assertThat(parts(left)).as("a bucket that stays keeps its uploads").hasSize(1);
        var _ =
                world.objects.delete(
                        CALLER,
                        new Objects.DeleteRequest(
                                new WriteId(new Id128(2, 2)),
                                PLAIN,
                                "key",
                                "",
                                new Condition.Always()),
                        world.deadline());
        world.buckets.delete(CALLER, PLAIN, world.deadline());
        assertThat(world.metadata.garbage()).hasSize(2);
        assertThat(PartitionInvariants.liveSegments(world.metadata.rows)).isEmpty();
    }

    @Test
    void partsAreBroughtOverToTheBucketsNewClass() throws InterruptedException {
        world.metadata.storageClass("cold");
        UploadInfo upload = create(PLAIN, "key");
        byte[] one = bytes(1, 9_000);
        byte[] two = bytes(2, 7_000);
        complete(PLAIN, upload, put(PLAIN, upload, 1, one), put(PLAIN, upload, 2, two));
        world.buckets.setStorageClass(CALLER, PLAIN, "cold", world.deadline());
        Recoder recoder =
                new Recoder(
                        world.ports, () -> List.of(ObjectWorld.PARTITION), Duration.ofMillis(1));
        for (int i = 0; i < 20; i++) {
            var _ = recoder.step();
            world.tasks.sleep(1_000_000);
        }
        assertThat(world.ports.directory().bucket(CALLER.tenant(), PLAIN).orElseThrow().recoding())
                .isFalse();
        assertThat(world.ports.meters().segmentsReplaced.sum()).isEqualTo(2);
        assertThat(read(PLAIN, "key", "", new ReadRange.All())).isEqualTo(joined(one, two));
    }
}
