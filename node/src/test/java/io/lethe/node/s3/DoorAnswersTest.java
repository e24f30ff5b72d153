package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.DoorClient.Answer;
import io.lethe.node.s3.events.Sinks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What answers say beside the bytes, by requests as they are on the wire. */
class DoorAnswersTest {
    private static final String PLAIN = '/' + ObjectWorld.PLAIN;
    private static final String CLASS = "x-amz-storage-class";

    private final ObjectWorld world = new ObjectWorld();
    private final DoorClient door =
            new DoorClient(world, "us-east-1", Sinks.of(Map.of()), DoorClient.NO_PATIENCE);

    @AfterEach
    void close() {
        door.close();
    }

    private Answer get(String target, String... headers) throws IOException {
        return door.send("GET", target, "", headers);
    }

    private void put(String target, String... headers) throws IOException {
        Answer answer = door.send("PUT", target, "x", headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static List<String> all(Answer answer, String element) {
        List<String> found = new ArrayList<>();
        Matcher matcher =
                Pattern.compile('<' + element + ">([^<]*)</" + element + '>')
                        .matcher(answer.body());
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void aStorageClassThatIsNotThereIsRefusedWhateverIsSent() throws IOException {
        for (String body : new String[] {"x", "x".repeat(50_000)}) {
            Answer answer = door.send("PUT", PLAIN + "/k", body, CLASS, "GLACIER");
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains("<Code>InvalidStorageClass</Code>");
        }
        put(PLAIN + "/source");
        for (String[] one :
                new String[][] {
                    {"PUT", PLAIN + "/k", "x-amz-copy-source", ObjectWorld.PLAIN + "/source"},
                    {"POST", PLAIN + "/k?uploads", "x-amz-meta-a", "b"}
                }) {
            Answer answer = door.send(one[0], one[1], "", one[2], one[3], CLASS, "GLACIER");
            assertThat(answer.body()).contains("<Code>InvalidStorageClass</Code>");
        }
        assertThat(all(get(PLAIN), "Key")).containsExactly("source");
    }

    @Test
    void eachObjectsStorageClassIsTold() throws IOException {
        world.metadata.storageClass("cold");
        put(PLAIN + "/a", CLASS, "COLD");
        put(PLAIN + "/b", CLASS, "STANDARD");
        put(PLAIN + "/c");
        Answer large = door.send("PUT", PLAIN + "/d", "x".repeat(9_000), CLASS, "COLD");
        assertThat(large.status()).isEqualTo(200);
        upload(PLAIN + "/e");
        List<String> classes = List.of("COLD", "STANDARD", "STANDARD", "COLD", "COLD");
        for (String query : List.of("", "?list-type=2", "?versions")) {
            assertThat(all(get(PLAIN + query), "StorageClass")).as(query).isEqualTo(classes);
        }
        for (int i = 0; i < classes.size(); i++) {
            String key = PLAIN + '/' + (char) ('a' + i);
            String said = classes.get(i);
            for (String method : List.of("GET", "HEAD")) {
                assertThat(door.send(method, key, "").header(CLASS))
                        .isEqualTo(said.equals("STANDARD") ? "" : said);
            }
            Answer attributes = get(key + "?attributes", "x-amz-object-attributes", "StorageClass");
            assertThat(all(attributes, "StorageClass")).containsExactly(said);
        }
    }

    private void upload(String key) throws IOException {
        Answer begun = door.send("POST", key + "?uploads", "", CLASS, "COLD");
        String id = all(begun, "UploadId").getFirst();
        assertThat(all(get(PLAIN + "?uploads"), "StorageClass")).containsExactly("COLD");
        assertThat(all(get(key + "?uploadId=" + id), "StorageClass")).containsExactly("COLD");
        String etag = door.send("PUT", key + "?partNumber=1&uploadId=" + id, "part").header("etag");
        Answer done =
                door.send(
                        "POST",
                        key + "?uploadId=" + id,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + etag
                                + "</ETag></Part></CompleteMultipartUpload>");
        assertThat(done.status()).as(done.body()).isEqualTo(200);
    }

    @Test
    void whatWasNotModifiedSaysWhichItIs() throws IOException {
        put(PLAIN + "/k", "cache-control", "max-age=60");
        Answer whole = get(PLAIN + "/k");
        for (String method : List.of("GET", "HEAD")) {
            for (String[] condition :
                    new String[][] {
                        {"if-none-match", whole.header("etag")},
                        {"if-modified-since", whole.header("last-modified")}
                    }) {
                Answer answer = door.send(method, PLAIN + "/k", "", condition);
                assertThat(answer.status()).isEqualTo(304);
                for (String name : List.of("etag", "last-modified", "cache-control")) {
                    assertThat(answer.header(name)).isNotEmpty().isEqualTo(whole.header(name));
                }
                assertThat(answer.header("content-type")).isEmpty();
            }
        }
    }

    @Test
    void bucketsAreListedToTheLast() throws IOException {
        for (int i = 0; i < 10_050; i++) {
            world.metadata.bucket(
                    String.format(Locale.ROOT, "many-%05d", i), 100 + i, Versioning.OFF);
        }
        Answer first = get("/");
        assertThat(all(first, "Name")).hasSize(10_000).startsWith("locked", "many-00000");
        String token = all(first, "ContinuationToken").getFirst();
        Answer rest = get("/?continuation-token=" + token);
        assertThat(all(rest, "Name")).hasSize(53).endsWith("plain", "versioned");
        assertThat(all(rest, "ContinuationToken")).isEmpty();
        // Behind the ten thousandth.
        assertThat(all(get("/?prefix=many-1004"), "Name"))
                .hasSize(10)
                .startsWith("many-10040")
                .endsWith("many-10049");
        assertThat(all(get("/?prefix=plain"), "Name")).containsExactly("plain");
        List<String> paged = new ArrayList<>();
        String query = "/?prefix=many-0000&max-buckets=3";
        for (Answer page = get(query); ; ) {
            paged.addAll(all(page, "Name"));
            assertThat(page.body()).contains("<Prefix>many-0000</Prefix>");
            if (all(page, "ContinuationToken").isEmpty()) {
                break;
            }
            page = get(query + "&continuation-token=" + all(page, "ContinuationToken").getFirst());
        }
        assertThat(paged).hasSize(10).doesNotHaveDuplicates().isSorted();
        assertThat(get("/?continuation-token=plain").status()).isEqualTo(400);
    }

    /** What is asked for comes with the bucket: a client that was cut off finds it whole. */
    @Test
    void aBucketIsMadeInOneStep() throws IOException {
        long before = world.ports.directory().index();
        Answer made =
                door.send(
                        "PUT",
                        "/whole",
                        "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag>"
                                + "</Tags></CreateBucketConfiguration>",
                        "x-amz-bucket-object-lock-enabled",
                        "true",
                        "x-amz-object-ownership",
                        "BucketOwnerPreferred",
                        "x-amz-acl",
                        "log-delivery-write");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        assertThat(world.ports.directory().index()).isEqualTo(before + 1);
        assertThat(get("/whole?object-lock").body()).contains("Enabled");
        assertThat(get("/whole?versioning").body()).contains("Enabled");
        assertThat(get("/whole?ownershipControls").body()).contains("BucketOwnerPreferred");
        assertThat(get("/whole?acl").body()).contains("LogDelivery");
        assertThat(all(get("/whole?tagging"), "Value")).containsExactly("b");
    }

    /** Another door takes what no header holds; S3 counts it. */
    @Test
    void metadataThatIsNoHeaderIsCounted() throws Exception {
        PutRequest request =
                new PutRequest(
                        new WriteId(new Id128(7, 7)),
                        ObjectWorld.PLAIN,
                        "k",
                        "",
                        new Attributes(
                                "text/plain\r\nx-evil: 1",
                                Map.of("good", "v", "lines", "a\r\nx-evil: 1", "a: b", "c"),
                                Map.of()),
                        new Condition.Always(),
                        null,
                        null);
        var _ =
                world.objects.put(
                        ObjectWorld.CALLER,
                        request,
                        ObjectWorld.body(new byte[] {'x'}),
                        world.deadline());
        for (String method : List.of("GET", "HEAD")) {
            Answer answer = door.send(method, PLAIN + "/k", "");
            assertThat(answer.status()).as(answer.head()).isEqualTo(200);
            assertThat(answer.header("x-amz-meta-good")).isEqualTo("v");
            assertThat(answer.header("x-amz-missing-meta")).isEqualTo("2");
            assertThat(answer.head()).doesNotContain("evil");
        }
        put(PLAIN + "/plain", "x-amz-meta-a", "b");
        assertThat(get(PLAIN + "/plain").header("x-amz-missing-meta")).isEmpty();
    }

    @Test
    void aConditionThatIsNotKeptDeletesNothing() throws IOException {
        put(PLAIN + "/k");
        for (String name : List.of("x-amz-if-match-size", "x-amz-if-match-last-modified-time")) {
            Answer answer = door.send("DELETE", PLAIN + "/k", "", name, "9");
            assertThat(answer.status()).isEqualTo(501);
        }
        assertThat(get(PLAIN + "/k").status()).isEqualTo(200);
    }

    @Test
    void aCopyOntoItselfMayChangeTheStorageClass() throws IOException {
        world.metadata.storageClass("cold");
        put(PLAIN + "/k", "x-amz-meta-a", "b");
        String source = ObjectWorld.PLAIN + "/k";
        Answer same = door.send("PUT", PLAIN + "/k", "", "x-amz-copy-source", source);
        assertThat(same.body()).contains("<Code>InvalidRequest</Code>");
        Answer moved =
                door.send("PUT", PLAIN + "/k", "", "x-amz-copy-source", source, CLASS, "COLD");
        assertThat(moved.status()).as(moved.body()).isEqualTo(200);
        assertThat(get(PLAIN + "/k").header(CLASS)).isEqualTo("COLD");
        assertThat(get(PLAIN + "/k").header("x-amz-meta-a")).isEqualTo("b");
    }

    @Test
    void whereAPageLeadsIsNotCopied() throws IOException {
        String leads = "x-amz-website-redirect-location";
        put(PLAIN + "/k", leads, "/elsewhere", "x-amz-meta-a", "b");
        String source = ObjectWorld.PLAIN + "/k";
        put(PLAIN + "/plain", "x-amz-copy-source", source);
        put(PLAIN + "/other", "x-amz-copy-source", source, leads, "/other");
        assertThat(get(PLAIN + "/plain").header(leads)).isEmpty();
        assertThat(get(PLAIN + "/plain").header("x-amz-meta-a")).isEqualTo("b");
        assertThat(get(PLAIN + "/other").header(leads)).isEqualTo("/other");
    }

    /** An upload of one part, "part", with its checksum where there is an algorithm. */
    private String begun(String key, String... headers) throws IOException {
        String id = all(door.send("POST", key + "?uploads", "", headers), "UploadId").getFirst();
        String[] sum =
                headers.length == 0
                        ? new String[0]
                        : new String[] {"x-amz-checksum-crc32", crc("part")};
        Answer part = door.send("PUT", key + "?partNumber=1&uploadId=" + id, "part", sum);
        assertThat(part.status()).as(part.body()).isEqualTo(200);
        return id;
    }

    private Answer complete(String key, String id, String... headers) throws IOException {
        return door.send(
                "POST",
                key + "?uploadId=" + id,
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                        + "<ETag>"
                        + md5("part")
                        + "</ETag></Part></CompleteMultipartUpload>",
                headers);
    }

    private static String crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        byte[] bytes = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String md5(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Its headers speak of the object, not of the list of parts that is sent. */
    @Test
    void aCompletionIsOfWhatItSays() throws IOException {
        String key = PLAIN + "/sum";
        String algorithm = "x-amz-checksum-algorithm";
        String type = "x-amz-checksum-type";
        String id = begun(key, algorithm, "CRC32", type, "FULL_OBJECT");
        String header = "x-amz-checksum-crc32";
        assertThat(complete(key, id, header, crc("other")).body()).contains("BadDigest");
        assertThat(complete(key, id, "x-amz-mp-object-size", "5").body())
                .contains("InvalidRequest");
        assertThat(complete(key, id, "x-amz-checksum-sha1", "x").body()).contains("InvalidRequest");
        assertThat(get(key).status()).isEqualTo(404);
        Answer done = complete(key, id, header, crc("part"), "x-amz-mp-object-size", "4");
        assertThat(done.status()).as(done.body()).isEqualTo(200);
        assertThat(all(done, "ChecksumCRC32")).containsExactly(crc("part"));
        assertThat(complete(key, id, header, crc("part")).status()).as("a repeat").isEqualTo(200);
        String without = begun(PLAIN + "/none");
        assertThat(complete(PLAIN + "/none", without, header, crc("part")).body())
                .contains("InvalidRequest");
    }

    @Test
    void copiesHaveChecksumsOfTheirOwn() throws IOException {
        String algorithm = "x-amz-checksum-algorithm";
        String header = "x-amz-checksum-crc32";
        put(PLAIN + "/plain");
        put(PLAIN + "/summed", header, crc("x"));
        String[][] copies = {
            {"plain", "CRC32", "COPY"}, {"summed", "", "COPY"}, {"summed", "", "REPLACE"},
        };
        for (String[] one : copies) {
            List<String> headers = new ArrayList<>();
            headers.addAll(List.of("x-amz-copy-source", ObjectWorld.PLAIN + '/' + one[0]));
            headers.addAll(List.of("x-amz-metadata-directive", one[2]));
            if (!one[1].isEmpty()) {
                headers.addAll(List.of(algorithm, one[1]));
            }
            Answer copied = door.send("PUT", PLAIN + "/copy", "", headers.toArray(new String[0]));
            assertThat(all(copied, "ChecksumCRC32")).as(copied.body()).containsExactly(crc("x"));
            assertThat(get(PLAIN + "/copy", "x-amz-checksum-mode", "ENABLED").header(header))
                    .isEqualTo(crc("x"));
        }
        String key = PLAIN + "/parts";
        String id = begun(key, algorithm, "CRC32", "x-amz-checksum-type", "FULL_OBJECT");
        Answer part =
                door.send(
                        "PUT",
                        key + "?partNumber=1&uploadId=" + id,
                        "",
                        "x-amz-copy-source",
                        ObjectWorld.PLAIN + "/plain");
        assertThat(all(part, "ChecksumCRC32")).as(part.body()).containsExactly(crc("x"));
        Answer done =
                door.send(
                        "POST",
                        key + "?uploadId=" + id,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + md5("x")
                                + "</ETag></Part></CompleteMultipartUpload>",
                        header,
                        crc("x"));
        assertThat(done.status()).as(done.body()).isEqualTo(200);
        assertThat(all(done, "ChecksumCRC32")).containsExactly(crc("x"));
    }

    @Test
    void aPartIsCopiedOfARangeThatIsThere() throws IOException {
        assertThat(door.send("PUT", PLAIN + "/source", "0123456789").status()).isEqualTo(200);
        String id = begun(PLAIN + "/copy");
        for (String[] one : new String[][] {{"bytes=5-9", "200"}, {"bytes=5-10", "416"}}) {
            Answer answer =
                    door.send(
                            "PUT",
                            PLAIN + "/copy?partNumber=2&uploadId=" + id,
                            "",
                            "x-amz-copy-source",
                            ObjectWorld.PLAIN + "/source",
                            "x-amz-copy-source-range",
                            one[0]);
            assertThat(answer.status()).as(answer.body()).isEqualTo(Integer.parseInt(one[1]));
        }
    }

    /** Nobody waits so long that it asks for the same copy once more. */
    @Test
    void aLongCopyBeginsToAnswerBeforeItEnds() throws IOException {
        assertThat(door.send("PUT", PLAIN + "/source", "0123456789").status()).isEqualTo(200);
        put(PLAIN + "/tagged", "x-amz-copy-source", ObjectWorld.PLAIN + "/source");
        String id = begun(PLAIN + "/parts");
        String source = ObjectWorld.PLAIN + "/source";
        for (String target : List.of("/copy", "/parts?partNumber=2&uploadId=" + id)) {
            hold("source");
            Answer answer = door.send("PUT", PLAIN + target, "", "x-amz-copy-source", source);
            assertThat(answer.status()).isEqualTo(200);
            // In chunks: one of them is a space.
            assertThat(answer.body()).contains("\r\n1\r\n \r\n").contains("<ETag>");
        }
        assertThat(get(PLAIN + "/copy").body()).isEqualTo("0123456789");
        hold("missing");
        Answer missing =
                door.send(
                        "PUT",
                        PLAIN + "/none",
                        "",
                        "x-amz-copy-source",
                        ObjectWorld.PLAIN + "/missing");
        assertThat(missing.status()).as("begun").isEqualTo(200);
        assertThat(missing.body()).contains("<Code>NoSuchKey</Code>");
        assertThat(get(PLAIN + "/none").status()).isEqualTo(404);
    }

    /** Whoever looks the key up next waits until the answer has begun. */
    private void hold(String key) {
        CountDownLatch begun = new CountDownLatch(1);
        door.atFirstByte = begun::countDown;
        world.metadata.behind =
                query -> {
                    if (query instanceof PartitionQuery.Find find
                            && find.key().equals(Bytes.utf8(key))) {
                        await(begun);
                    }
                };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatNoKeyCanBeIsRefusedInListings() throws IOException {
        String longest = "k".repeat(1024);
        for (String query :
                List.of(
                        "?prefix=",
                        "?delimiter=",
                        "?marker=",
                        "?list-type=2&start-after=",
                        "?versions&version-id-marker=null&key-marker=",
                        "?versions&prefix=",
                        "?uploads&key-marker=",
                        "?uploads&delimiter=")) {
            assertThat(get(PLAIN + query + longest).status()).as(query).isEqualTo(200);
            Answer answer = get(PLAIN + query + longest + "k".repeat(3_500));
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.body()).contains("<Code>KeyTooLongError</Code>");
        }
        String token = new PageToken(PageToken.Kind.OBJECTS, Bytes.utf8(longest + "kk")).encode();
        assertThat(get(PLAIN + "?list-type=2&continuation-token=" + token).status()).isEqualTo(400);
        put(PLAIN + "/k");
        String etag = "\"" + "e".repeat(4_500) + "\"";
        assertThat(door.send("PUT", PLAIN + "/k", "x", "if-match", etag).status()).isEqualTo(412);
        assertThat(door.send("DELETE", PLAIN + "/k", "", "if-match", etag).status()).isEqualTo(412);
        Answer several =
                door.send(
                        "POST",
                        PLAIN + "?delete",
                        "<Delete><Object><Key>k</Key><ETag>"
                                + etag
                                + "</ETag></Object><Object><Key>"
                                + longest
                                + "k</Key></Object></Delete>");
        assertThat(all(several, "Code")).containsExactly("PreconditionFailed", "KeyTooLongError");
    }

    @Test
    void whatWasStoredIsNotSaidToHaveFailedForWhatItsAnswerSaysBeside() throws IOException {
        String id = begun(PLAIN + "/upload");
        // Asked right before a change is sent.
        world.notes =
                (_, _, _, _) -> {
                    world.leased = false;
                    return null;
                };
        assertThat(door.send("PUT", PLAIN + "/k", "x").status()).isEqualTo(200);
        world.leased = true;
        assertThat(complete(PLAIN + "/upload", id).status()).isEqualTo(200);
        assertThat(get(PLAIN + "/k").status()).as("without a lease").isEqualTo(503);
        world.leased = true;
        assertThat(all(get(PLAIN), "Key")).containsExactly("k", "upload");
    }

    @Test
    void listenersAreToldFromWhereAChangeWasAskedFor() throws IOException {
        List<String> addresses = new ArrayList<>();
        world.notes =
                (_, _, _, caller) -> {
                    addresses.add(caller.address());
                    return null;
                };
        put(PLAIN + "/k");
        assertThat(door.send("DELETE", PLAIN + "/k", "").status()).isEqualTo(204);
        assertThat(addresses).containsExactly("127.0.0.1", "127.0.0.1");
    }
}
