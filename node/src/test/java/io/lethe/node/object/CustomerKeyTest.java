package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.VERSIONED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Uploads.PartClaim;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.object.Uploads.UploadInfo;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Objects under a key that their writer brings, and whoever reads them brings again. */
class CustomerKeyTest {
    private static final Attributes ATTRIBUTES = new Attributes("text/plain", Map.of(), Map.of());
    private static final RandomSource RANDOM = RandomSource.seeded(3);
    private static final KeyBytes OWN = KeyBytes.random(RANDOM);
    private static final KeyBytes OTHER = KeyBytes.random(RANDOM);

    private final ObjectWorld world = new ObjectWorld();
    private int writes;

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] digest(String algorithm, byte[] bytes) throws Exception {
        return MessageDigest.getInstance(algorithm).digest(bytes);
    }

    private WriteId id() {
        return new WriteId(new Id128(4, ++writes));
    }

    private PutRequest request(String key, @Nullable KeyBytes customer) {
        return new PutRequest(
                id(),
                VERSIONED,
                key,
                "",
                ATTRIBUTES,
                new Condition.Always(),
                null,
                null,
                Protection.NONE,
                customer);
    }

    private ObjectInfo put(String key, byte[] body, @Nullable KeyBytes customer)
            throws InterruptedException {
        return world.objects.put(
                CALLER, request(key, customer), ObjectWorld.body(body), world.deadline());
    }

    private byte[] read(String key, ReadRange range, @Nullable KeyBytes customer)
            throws InterruptedException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (ObjectReader.Opened opened =
                world.objects.get(CALLER, VERSIONED, key, "", range, customer, world.deadline())) {
            for (var piece = opened.next(); piece != null; piece = opened.next()) {
                read.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
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

    private void assertReads(String key, byte[] whole, long seed) throws InterruptedException {
        assertThat(read(key, new ReadRange.All(), OWN)).isEqualTo(whole);
        Random random = new Random(seed);
        for (int i = 0; whole.length > 0 && i < 20; i++) {
            int first = random.nextInt(whole.length);
            int last = first + random.nextInt(whole.length - first);
            assertThat(read(key, new ReadRange.Span(first, last), OWN))
                    .as("%s from %s to %s", key, first, last)
                    .isEqualTo(Arrays.copyOfRange(whole, first, last + 1));
        }
        for (@Nullable KeyBytes wrong : new @Nullable KeyBytes[] {null, OTHER}) {
            ErrorCode refusal = wrong == null ? ErrorCode.INVALID_REQUEST : ErrorCode.ACCESS_DENIED;
            assertThat(code(() -> read(key, new ReadRange.All(), wrong))).isEqualTo(refusal);
            assertThat(
                            code(
                                    () -> {
                                        var _ =
                                                world.objects.head(
                                                        CALLER,
                                                        VERSIONED,
                                                        key,
                                                        "",
                                                        wrong,
                                                        world.deadline());
                                    }))
                    .isEqualTo(refusal);
        }
    }

    @Test
    void onlyItsKeyReadsAnObjectOfAnySize() throws Exception {
        for (int length : new int[] {0, 1, 4_000, 5_000, 300_000}) {
            byte[] whole = bytes(length, length);
            ObjectInfo info = put("k" + length, whole, OWN);
            assertThat(info.md5()).isEqualTo(Bytes.wrap(digest("MD5", whole)));
            assertThat(info.sha256()).isEqualTo(Bytes.wrap(digest("SHA-256", whole)));
            assertThat(info.etag()).hasSize(32).isNotEqualTo(info.md5().hex());
            assertReads("k" + length, whole, length);
        }
    }

    @Test
    void noListingTellsADigestOfWhatIsUnderAKey() throws Exception {
        ObjectInfo plain = put("plain", bytes(1, 9_000), null);
        var _ = put("small", bytes(2, 100), OWN);
        var _ = put("under", bytes(3, 9_000), OWN);
        UploadInfo upload =
                world.objects
                        .uploads()
                        .create(
                                CALLER,
                                new Uploads.CreateRequest(
                                        id(),
                                        VERSIONED,
                                        "upload",
                                        "",
                                        ATTRIBUTES,
                                        Bytes.EMPTY,
                                        Protection.NONE,
                                        OWN),
                                world.deadline());
        PartInfo part =
                world.objects
                        .uploads()
                        .putPart(
                                CALLER,
                                new Uploads.PartRequest(
                                        VERSIONED,
                                        "upload",
                                        upload.uploadId(),
                                        1,
                                        null,
                                        null,
                                        () -> Bytes.EMPTY,
                                        OWN),
                                ObjectWorld.body(bytes(4, 9_000)),
                                world.deadline());
        var _ =
                world.objects
                        .uploads()
                        .complete(
                                CALLER,
                                new Uploads.CompleteRequest(
                                        VERSIONED,
                                        "upload",
                                        upload.uploadId(),
                                        List.of(new PartClaim(1, part.etag(), Bytes.EMPTY)),
                                        new Condition.Always(),
                                        null,
                                        OWN),
                                world.deadline());
        Objects.ListRequest all =
                new Objects.ListRequest(VERSIONED, "", "", Bytes.EMPTY, 0, false, 100);
        ObjectLister.Page page = world.objects.list(CALLER, all, world.deadline());
        assertThat(page.entries()).hasSize(4);
        for (ObjectLister.Entry entry : page.entries()) {
            assertThat(entry.sha256())
                    .as(entry.key())
                    .isEqualTo(entry.key().equals("plain") ? plain.sha256() : Bytes.EMPTY);
        }
    }

    @Test
    void aKeyForWhatHasNoneIsRefused() throws InterruptedException {
        var _ = put("plain", bytes(1, 100), null);
        assertThat(code(() -> read("plain", new ReadRange.All(), OWN)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(read("plain", new ReadRange.All(), null)).isEqualTo(bytes(1, 100));
    }

    @Test
    void tagsOfWhatIsUnderAKeyChangeWithoutIt() throws InterruptedException {
        byte[] whole = bytes(2, 9_000);
        var _ = put("k", whole, OWN);
        var _ =
                world.objects.setTags(
                        CALLER, VERSIONED, "k", "", Map.of("a", "1"), world.deadline());
        assertReads("k", whole, 2);
        assertThat(
                        world.objects
                                .head(CALLER, VERSIONED, "k", "", world.deadline())
                                .attributes()
                                .tags())
                .hasSize(1);
    }

    @Test
    void whatWasStoredTwiceIsNotTheSameTwice() throws InterruptedException {
        byte[] whole = bytes(3, 10);
        assertThat(put("k", whole, OWN).etag()).isNotEqualTo(put("k", whole, OWN).etag());
    }

    private UploadInfo begin(String key, @Nullable KeyBytes customer) throws InterruptedException {
        return world.objects
                .uploads()
                .create(
                        CALLER,
                        new Uploads.CreateRequest(
                                id(),
                                VERSIONED,
                                key,
                                "",
                                ATTRIBUTES,
                                Bytes.EMPTY,
                                Protection.NONE,
                                customer),
                        world.deadline());
    }

    private PartInfo part(UploadInfo upload, int number, byte[] body, @Nullable KeyBytes customer)
            throws InterruptedException {
        return world.objects
                .uploads()
                .putPart(
                        CALLER,
                        new Uploads.PartRequest(
                                VERSIONED,
                                upload.key(),
                                upload.uploadId(),
                                number,
                                null,
                                null,
                                () -> Bytes.EMPTY,
                                customer),
                        ObjectWorld.body(body),
                        world.deadline());
    }

    private ObjectInfo complete(UploadInfo upload, @Nullable KeyBytes customer, PartInfo... parts)
            throws InterruptedException {
        List<PartClaim> claims =
                Arrays.stream(parts)
                        .map(part -> new PartClaim(part.number(), part.etag(), Bytes.EMPTY))
                        .toList();
        return world.objects
                .uploads()
                .complete(
                        CALLER,
                        new Uploads.CompleteRequest(
                                VERSIONED,
                                upload.key(),
                                upload.uploadId(),
                                claims,
                                new Condition.Always(),
                                null,
                                customer),
                        world.deadline());
    }

    @Test
    void anUploadUnderAKeyTakesItWithEachPartAndAtItsEnd() throws Exception {
        byte[] first = bytes(4, 70_001);
        byte[] second = bytes(5, 5_003);
        byte[] third = bytes(6, 77);
        UploadInfo upload = begin("up", OWN);
        assertThat(code(() -> part(upload, 1, first, null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(code(() -> part(upload, 1, first, OTHER))).isEqualTo(ErrorCode.ACCESS_DENIED);
        PartInfo three = part(upload, 3, third, OWN);
        PartInfo one = part(upload, 1, first, OWN);
        Digests plain = new Digests();
        plain.update(first, 0, first.length);
        assertThat(one.etag()).hasSize(32).isNotEqualTo(plain.finish().md5().hex());
        var _ = part(upload, 2, bytes(9, 6_000), OWN);
        PartInfo two = part(upload, 2, second, OWN);
        UploadHasher hasher = new UploadHasher(world.ports, () -> List.of(new GroupId(1)));
        assertThat(hasher.step()).isInstanceOf(Step.Idle.class);
        assertThat(code(() -> complete(upload, null, one, two, three)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(code(() -> complete(upload, OTHER, one, two, three)))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        ObjectInfo info = complete(upload, OWN, one, two, three);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(first);
        whole.writeBytes(second);
        whole.writeBytes(third);
        assertThat(info.sha256()).isEqualTo(Bytes.wrap(digest("SHA-256", whole.toByteArray())));
        assertReads("up", whole.toByteArray(), 4);
        assertThat(read("up", new ReadRange.Part(2), OWN)).isEqualTo(second);
    }

    @Test
    void anUploadWithoutAKeyTakesNone() throws InterruptedException {
        UploadInfo upload = begin("up", null);
        assertThat(code(() -> part(upload, 1, bytes(1, 5_000), OWN)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        PartInfo one = part(upload, 1, bytes(1, 5_000), null);
        assertThat(code(() -> complete(upload, OWN, one))).isEqualTo(ErrorCode.INVALID_REQUEST);
        var _ = complete(upload, null, one);
    }
}
