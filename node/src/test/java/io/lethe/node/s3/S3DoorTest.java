package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.object.ObjectWorld;
import io.lethe.node.s3.DoorClient.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The door over the real state machines, by requests as they are on the wire. */
class S3DoorTest {
    private static final String VERSIONED = '/' + ObjectWorld.VERSIONED;

    private final ObjectWorld world = new ObjectWorld();
    private final List<DoorClient> doors = new ArrayList<>();
    private final DoorClient door = door("us-east-1");

    private DoorClient door(String region) {
        DoorClient made = new DoorClient(world, region);
        doors.add(made);
        return made;
    }

    @AfterEach
    void close() {
        doors.forEach(DoorClient::close);
    }

    private String put(String target) throws IOException {
        Answer answer = door.send("PUT", target, "x");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.header("x-amz-version-id");
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

    private void versioning(String status) throws IOException {
        assertThat(
                        door.send(
                                        "PUT",
                                        VERSIONED + "?versioning",
                                        "<VersioningConfiguration><Status>"
                                                + status
                                                + "</Status></VersioningConfiguration>")
                                .status())
                .isEqualTo(200);
    }

    @Test
    void aDeleteMarkerThatIsCurrentIsAMissingKeyThatSaysSo() throws IOException {
        put(VERSIONED + "/k");
        String marker = door.send("DELETE", VERSIONED + "/k", "").header("x-amz-version-id");
        for (String target : List.of("/k", "/k?tagging", "/k?acl", "/k?attributes")) {
            Answer answer =
                    door.send("GET", VERSIONED + target, "", "x-amz-object-attributes", "ETag");
            assertThat(answer.status()).as(target).isEqualTo(404);
            assertThat(answer.body()).contains("<Code>NoSuchKey</Code>");
            assertThat(answer.header("x-amz-delete-marker")).isEqualTo("true");
            assertThat(answer.header("x-amz-version-id")).isEqualTo(marker);
        }
        Answer head = door.send("HEAD", VERSIONED + "/k", "");
        assertThat(head.status()).isEqualTo(404);
        assertThat(head.header("x-amz-delete-marker")).isEqualTo("true");
        assertThat(head.header("x-amz-version-id")).isEqualTo(marker);
        assertThat(door.send("GET", VERSIONED + "/none", "").header("x-amz-delete-marker"))
                .isEmpty();
    }

    @Test
    void aDeleteMarkerThatIsNamedTakesNothingButADelete() throws IOException {
        put(VERSIONED + "/k");
        String marker = door.send("DELETE", VERSIONED + "/k", "").header("x-amz-version-id");
        put(VERSIONED + "/k");
        String named = VERSIONED + "/k?versionId=" + marker;
        for (String[] one :
                new String[][] {
                    {"GET", named, ""},
                    {"HEAD", named, ""},
                    {"GET", named + "&tagging", ""},
                    {"GET", named + "&attributes", ""},
                    {"PUT", named + "&tagging", "<Tagging><TagSet/></Tagging>"},
                    {"DELETE", named + "&tagging", ""},
                }) {
            Answer answer = door.send(one[0], one[1], one[2], "x-amz-object-attributes", "ETag");
            assertThat(answer.status()).as(one[0] + one[1]).isEqualTo(405);
            assertThat(answer.header("x-amz-delete-marker")).isEqualTo("true");
            assertThat(answer.header("x-amz-version-id")).isEqualTo(marker);
            assertThat(answer.header("allow")).isEqualTo("DELETE");
            assertThat(answer.header("last-modified")).endsWith(" GMT");
            if (!one[0].equals("HEAD")) {
                assertThat(answer.body())
                        .contains(
                                "<Code>MethodNotAllowed</Code>",
                                "<Method>" + one[0] + "</Method>",
                                "<ResourceType>DeleteMarker</ResourceType>");
            }
        }
        Answer copied =
                door.send(
                        "PUT",
                        VERSIONED + "/copy",
                        "",
                        "x-amz-copy-source",
                        ObjectWorld.VERSIONED + "/k?versionId=" + marker);
        assertThat(copied.status()).isEqualTo(400);
        assertThat(copied.body()).contains("InvalidRequest", "delete marker by version id");
        Answer deleted = door.send("DELETE", named, "");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("x-amz-delete-marker")).isEqualTo("true");
        assertThat(deleted.header("x-amz-version-id")).isEqualTo(marker);
    }

    @Test
    void aMarkerThatIsASourceSaysNothingOfTheTarget() throws IOException {
        put(VERSIONED + "/k");
        var _ = door.send("DELETE", VERSIONED + "/k", "");
        Answer copied =
                door.send(
                        "PUT",
                        VERSIONED + "/copy",
                        "",
                        "x-amz-copy-source",
                        ObjectWorld.VERSIONED + "/k");
        assertThat(copied.status()).isEqualTo(404);
        assertThat(copied.header("x-amz-delete-marker")).isEmpty();
    }

    @Test
    void theNullVersionIsNamedEverywhere() throws IOException {
        put(VERSIONED + "/k");
        versioning("Suspended");
        assertThat(put(VERSIONED + "/k")).isEqualTo("null");
        versioning("Enabled");
        String newest = put(VERSIONED + "/k");
        assertThat(newest).hasSize(16);
        String named = VERSIONED + "/k?versionId=null";
        assertThat(door.send("GET", named, "").header("x-amz-version-id")).isEqualTo("null");
        Answer tagged =
                door.send(
                        "PUT",
                        named + "&tagging",
                        "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>"
                                + "</Tagging>");
        assertThat(tagged.status()).isEqualTo(200);
        assertThat(tagged.header("x-amz-version-id")).isEqualTo("null");
        assertThat(all(door.send("GET", named + "&tagging", ""), "Value")).containsExactly("1");
        assertThat(all(door.send("GET", VERSIONED + "/k?tagging", ""), "Value")).isEmpty();
        Answer copied =
                door.send(
                        "PUT",
                        VERSIONED + "/copy",
                        "",
                        "x-amz-copy-source",
                        ObjectWorld.VERSIONED + "/k?versionId=null");
        assertThat(copied.status()).isEqualTo(200);
        assertThat(copied.header("x-amz-copy-source-version-id")).isEqualTo("null");
        assertThat(
                        door.send(
                                        "PUT",
                                        VERSIONED + "/copy",
                                        "",
                                        "x-amz-copy-source",
                                        ObjectWorld.VERSIONED + "/k")
                                .header("x-amz-copy-source-version-id"))
                .isEqualTo(newest);
        Answer deleted = door.send("DELETE", named, "");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("x-amz-version-id")).isEqualTo("null");
        assertThat(deleted.header("x-amz-delete-marker")).isEmpty();
        assertThat(door.send("GET", named, "").status()).isEqualTo(404);
        assertThat(door.send("GET", VERSIONED + "/k?versionId=", "").status()).isEqualTo(400);
    }

    @Test
    void theNullVersionOfABucketThatNeverHadVersionsIsNotShown() throws IOException {
        String plain = '/' + ObjectWorld.PLAIN + "/k";
        assertThat(put(plain)).isEmpty();
        assertThat(door.send("GET", plain, "").header("x-amz-version-id")).isEmpty();
        assertThat(door.send("GET", plain + "?versionId=null", "").header("x-amz-version-id"))
                .isEqualTo("null");
    }

    @Test
    void theNullVersionCanBeALockedOne() throws IOException {
        String locked = '/' + ObjectWorld.LOCKED;
        assertThat(
                        door.send(
                                        "PUT",
                                        locked + "?object-lock",
                                        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled"
                                                + "</ObjectLockEnabled></ObjectLockConfiguration>")
                                .status())
                .isEqualTo(200);
        String version = put(locked + "/k");
        String hold = "<LegalHold><Status>ON</Status></LegalHold>";
        assertThat(door.send("PUT", locked + "/k?legal-hold&versionId=" + version, hold).status())
                .isEqualTo(200);
        Answer none = door.send("PUT", locked + "/k?legal-hold&versionId=null", hold);
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.body()).contains("NoSuchVersion");
        String marker = door.send("DELETE", locked + "/k", "").header("x-amz-version-id");
        assertThat(door.send("PUT", locked + "/k?legal-hold&versionId=" + marker, hold).status())
                .isEqualTo(405);
        assertThat(
                        door.send("GET", locked + "/k?legal-hold&versionId=" + marker, "")
                                .header("allow"))
                .isEqualTo("DELETE");
    }

    @Test
    void versionsAreListedFromBehindAnyOfThem() throws IOException {
        List<String> versions = new ArrayList<>();
        put(VERSIONED + "/a");
        versions.add(put(VERSIONED + "/k"));
        versioning("Suspended");
        versions.addFirst(put(VERSIONED + "/k"));
        versioning("Enabled");
        versions.addFirst(put(VERSIONED + "/k"));
        String last = put(VERSIONED + "/z");
        assertThat(versions.get(1)).isEqualTo("null");
        for (int i = 0; i < versions.size(); i++) {
            List<String> behind = new ArrayList<>(versions.subList(i + 1, versions.size()));
            behind.add(last);
            Answer page =
                    door.send(
                            "GET",
                            VERSIONED
                                    + "?versions&key-marker=k&version-id-marker="
                                    + versions.get(i),
                            "");
            assertThat(all(page, "VersionId")).as("behind %s", i).isEqualTo(behind);
            assertThat(all(page, "VersionIdMarker")).containsExactly(versions.get(i));
        }
        assertThat(all(door.send("GET", VERSIONED + "?versions&key-marker=k", ""), "Key"))
                .containsExactly("z");
        // Where there is no null version, nobody knows what was behind it: nothing is left out.
        Answer gone =
                door.send("GET", VERSIONED + "?versions&key-marker=a&version-id-marker=null", "");
        assertThat(all(gone, "Key")).containsExactly("a", "k", "k", "k", "z");
    }

    @Test
    void versionsComeInPagesOfAnyLengthWithMarkersAndPrefixes() throws IOException {
        for (String key : List.of("a/1", "a/2", "b", "c")) {
            put(VERSIONED + '/' + key);
            put(VERSIONED + '/' + key);
        }
        var _ = door.send("DELETE", VERSIONED + "/b", "");
        Answer whole = door.send("GET", VERSIONED + "?versions", "");
        for (int limit = 1; limit <= 9; limit++) {
            List<String> seen = new ArrayList<>();
            String after = "";
            for (int pages = 0; pages < 20; pages++) {
                Answer page =
                        door.send("GET", VERSIONED + "?versions&max-keys=" + limit + after, "");
                seen.addAll(all(page, "VersionId"));
                if (all(page, "IsTruncated").equals(List.of("false"))) {
                    break;
                }
                after =
                        "&key-marker="
                                + all(page, "NextKeyMarker").getFirst().replace("/", "%2F")
                                + "&version-id-marker="
                                + all(page, "NextVersionIdMarker").getFirst();
            }
            assertThat(seen).as("pages of %s", limit).isEqualTo(all(whole, "VersionId"));
        }
        Answer rolled = door.send("GET", VERSIONED + "?versions&delimiter=%2F&max-keys=1", "");
        assertThat(all(rolled, "NextKeyMarker")).containsExactly("a/");
        assertThat(all(rolled, "NextVersionIdMarker")).isEmpty();
        Answer rest = door.send("GET", VERSIONED + "?versions&delimiter=%2F&key-marker=a%2F", "");
        assertThat(all(rest, "Key")).containsExactly("b", "b", "b", "c", "c");
        Answer none = door.send("GET", VERSIONED + "?versions&max-keys=0", "");
        assertThat(none.status()).isEqualTo(200);
        assertThat(all(none, "IsTruncated")).containsExactly("false");
        assertThat(all(none, "VersionId")).isEmpty();
    }

    @Test
    void markersThatMeanNothingAreRefused() throws IOException {
        for (String query :
                List.of(
                        "version-id-marker=null",
                        "version-id-marker=",
                        "key-marker=k&version-id-marker=",
                        "key-marker=k&version-id-marker=nothing",
                        "key-marker=k&version-id-marker=ffffffffffffffff",
                        "max-keys=-1")) {
            Answer answer = door.send("GET", VERSIONED + "?versions&" + query, "");
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.body()).contains("<Code>InvalidArgument</Code>");
        }
    }

    @Test
    void aBucketIsMadeAgainAsItsRegionDoes() throws IOException {
        assertThat(door.send("PUT", "/fresh", "").status()).isEqualTo(200);
        Answer again = door.send("PUT", "/fresh", "");
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(again.header("location")).isEqualTo("/fresh");
        for (String[] more :
                new String[][] {
                    {"x-amz-bucket-object-lock-enabled", "true"},
                    {"x-amz-object-ownership", "ObjectWriter"}
                }) {
            Answer other = door.send("PUT", "/fresh", "", more);
            assertThat(other.status()).as(more[0]).isEqualTo(409);
            assertThat(other.body()).contains("BucketAlreadyOwnedByYou");
        }
        DoorClient elsewhere = door("eu-central-1");
        Answer owned = elsewhere.send("PUT", "/fresh", "");
        assertThat(owned.status()).isEqualTo(409);
        assertThat(owned.body()).contains("<Code>BucketAlreadyOwnedByYou</Code>");
    }

    @Test
    void aBucketThatIsMadeAgainLosesItsAclAsInTheFirstRegion() throws IOException {
        Answer made =
                door.send("PUT", "/fresh", "", "x-amz-object-ownership", "BucketOwnerPreferred");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        assertThat(door.send("DELETE", "/fresh?publicAccessBlock", "").status()).isEqualTo(204);
        Answer open = door.send("PUT", "/fresh?acl", "", "x-amz-acl", "public-read");
        assertThat(open.status()).as(open.body()).isEqualTo(200);
        assertThat(door.send("GET", "/fresh?acl", "").body()).contains("AllUsers");
        assertThat(door.send("PUT", "/fresh", "").status()).isEqualTo(200);
        assertThat(door.send("GET", "/fresh?acl", "").body()).doesNotContain("AllUsers");
    }

    @Test
    void absoluteTargetsAreSignedAndServed() throws IOException {
        put(VERSIONED + "/k");
        Answer path = door.send("GET", "http://s3.example.com" + VERSIONED + "/k", "");
        assertThat(path.status()).as(path.body()).isEqualTo(200);
        assertThat(path.body()).isEqualTo("x");
        Answer hosted =
                door.send("GET", "http://" + ObjectWorld.VERSIONED + ".s3.example.com/k", "");
        assertThat(hosted.body()).isEqualTo("x");
        Answer missing = door.send("GET", "http://s3.example.com" + VERSIONED + "/none", "");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(all(missing, "Resource")).containsExactly(VERSIONED + "/none");
        assertThat(door.send("GET", "*", "").status()).isEqualTo(400);
    }

    @Test
    void inventoriesAreSetOneByOne() throws IOException {
        for (String id : List.of("one", "two")) {
            assertThat(door.send("PUT", VERSIONED + "?inventory&id=" + id, inventory(id)).status())
                    .isEqualTo(200);
        }
        assertThat(all(door.send("GET", VERSIONED + "?inventory", ""), "Id"))
                .containsExactly("one", "two");
        assertThat(door.send("DELETE", VERSIONED + "?inventory&id=one", "").status())
                .isEqualTo(204);
        assertThat(door.send("DELETE", VERSIONED + "?inventory&id=one", "").status())
                .isEqualTo(404);
        assertThat(all(door.send("GET", VERSIONED + "?inventory", ""), "Id"))
                .containsExactly("two");
    }

    private static String inventory(String id) {
        return inventory(id, "");
    }

    private static String inventory(String id, String prefix) {
        return "<InventoryConfiguration><Destination><S3BucketDestination>"
                + "<Bucket>arn:aws:s3:::"
                + ObjectWorld.PLAIN
                + "</Bucket><Format>CSV</Format>"
                + (prefix.isEmpty() ? "" : "<Prefix>" + prefix + "</Prefix>")
                + "</S3BucketDestination></Destination><IsEnabled>true</IsEnabled><Id>"
                + id
                + "</Id><IncludedObjectVersions>All</IncludedObjectVersions>"
                + "<Schedule><Frequency>Daily</Frequency></Schedule></InventoryConfiguration>";
    }

    private void policy(String bucket, String effect, String action, String... resources)
            throws IOException {
        String all = String.join("','arn:aws:s3:::", resources);
        String json =
                ("{'Version':'2012-10-17','Statement':[{'Effect':'%s','Principal':'*',"
                                + "'Action':'%s','Resource':['arn:aws:s3:::%s']}]}")
                        .formatted(effect, action, all)
                        .replace('\'', '"');
        Answer set = door.send("PUT", '/' + bucket + "?policy", json);
        assertThat(set.status()).as(set.body()).isEqualTo(204);
    }

    @Test
    void aPolicyThatGrantsEverythingStaysItsOwners() throws IOException {
        String bucket = ObjectWorld.VERSIONED;
        String others = '/' + ObjectWorld.CALLER.tenant().account() + "--" + bucket;
        for (String method : List.of("GET", "PUT", "DELETE")) {
            assertThat(door.sendUnsigned(method, others + "?policy", "{}").status()).isEqualTo(403);
        }
        assertThat(door.send("DELETE", VERSIONED + "?publicAccessBlock", "").status())
                .isEqualTo(204);
        policy(bucket, "Allow", "s3:*", bucket, bucket + "/*");
        assertThat(door.sendUnsigned("GET", others + "?versioning", "").status()).isEqualTo(200);
        for (String method : List.of("GET", "PUT", "DELETE")) {
            Answer refused = door.sendUnsigned(method, others + "?policy", "{}");
            assertThat(refused.status()).as(method).isEqualTo(405);
            assertThat(all(refused, "Code")).containsExactly("MethodNotAllowed");
            assertThat(all(refused, "ResourceType")).containsExactly("BUCKETPOLICY");
        }
        assertThat(door.send("GET", VERSIONED + "?policy", "").body()).contains("s3:*");
        assertThat(door.send("DELETE", VERSIONED + "?policy", "").status()).isEqualTo(204);
    }

    private Answer setLog(String prefix, String format) throws IOException {
        return door.send(
                "PUT",
                VERSIONED + "?logging",
                "<BucketLoggingStatus><LoggingEnabled><TargetBucket>"
                        + ObjectWorld.PLAIN
                        + "</TargetBucket><TargetPrefix>"
                        + prefix
                        + "</TargetPrefix>"
                        + format
                        + "</LoggingEnabled></BucketLoggingStatus>");
    }

    private Answer setInventory(String prefix) throws IOException {
        return door.send("PUT", VERSIONED + "?inventory&id=a", inventory("a", prefix));
    }

    @Test
    void logsAndInventoriesGoOnlyWhereTheirKeysMayBeWritten() throws IOException {
        String to = ObjectWorld.PLAIN;
        String dated =
                "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime"
                        + "</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>";
        policy(to, "Deny", "s3:PutObject", to + "/*");
        for (String prefix : List.of("", "logs/")) {
            assertThat(all(setLog(prefix, ""), "Code"))
                    .containsExactly("InvalidTargetBucketForLogging");
            assertThat(all(setInventory(prefix), "Code")).containsExactly("InvalidArgument");
        }
        String tenant = ObjectWorld.CALLER.tenant().toString();
        policy(
                to,
                "Deny",
                "s3:PutObject",
                to + "/logs/",
                to + '/' + tenant + "/us-east-1/" + ObjectWorld.VERSIONED + "/2027/*",
                to + "/lists/" + ObjectWorld.VERSIONED + "/a/*/manifest.checksum");
        assertThat(setLog("", dated).status()).isEqualTo(400);
        assertThat(setInventory("lists").status()).isEqualTo(400);
        assertThat(setLog("", "").status()).isEqualTo(200);
        assertThat(setLog("logs/", dated).status()).isEqualTo(200);
        assertThat(setInventory("").status()).isEqualTo(200);
        assertThat(setInventory("logs/").status()).isEqualTo(200);
    }
}
