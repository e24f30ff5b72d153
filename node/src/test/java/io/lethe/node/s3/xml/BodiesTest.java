package io.lethe.node.s3.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each request body: what good ones say, and which code bad ones get. */
class BodiesTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final Map<String, Function<byte[], Object>> PARSERS =
            Map.ofEntries(
                    Map.entry("Delete", DeleteRequest::parse),
                    Map.entry("Complete", CompleteUpload::parse),
                    Map.entry("Versioning", VersioningConfiguration::parse),
                    Map.entry("ObjectTags", Tagging::parseObject),
                    Map.entry("BucketTags", Tagging::parseBucket),
                    Map.entry("Create", CreateBucketConfiguration::parse),
                    Map.entry("Lifecycle", LifecycleConfiguration::parse),
                    Map.entry("Cors", CorsConfiguration::parse),
                    Map.entry("Lock", ObjectLockConfiguration::parse),
                    Map.entry("Retention", Retention::parse),
                    Map.entry("Hold", LegalHold::parse),
                    Map.entry("Ownership", OwnershipControls::parse),
                    Map.entry("Encryption", EncryptionConfiguration::parse),
                    Map.entry("Notification", NotificationConfiguration::parse),
                    Map.entry("Website", WebsiteConfiguration::parse),
                    Map.entry("Acl", AccessControlPolicy::parse),
                    Map.entry("Logging", BucketLoggingStatus::parse),
                    Map.entry("Restore", RestoreRequest::parse));

    private static final Map<String, String> SAMPLES =
            Map.ofEntries(
                    Map.entry("Delete", Samples.DELETE),
                    Map.entry("Complete", Samples.COMPLETE),
                    Map.entry("Versioning", Samples.VERSIONING),
                    Map.entry("ObjectTags", Samples.TAGGING),
                    Map.entry("BucketTags", Samples.TAGGING),
                    Map.entry("Create", Samples.CREATE),
                    Map.entry("Lifecycle", Samples.LIFECYCLE),
                    Map.entry("Cors", Samples.CORS),
                    Map.entry("Lock", Samples.LOCK),
                    Map.entry("Retention", Samples.RETENTION),
                    Map.entry("Hold", Samples.HOLD),
                    Map.entry("Ownership", Samples.OWNERSHIP),
                    Map.entry("Encryption", Samples.ENCRYPTION),
                    Map.entry("Notification", Samples.NOTIFICATION),
                    Map.entry("Website", Samples.WEBSITE),
                    Map.entry("Acl", Samples.ACL),
                    Map.entry("Logging", Samples.LOGGING),
                    Map.entry("Restore", Samples.RESTORE));

    /** Sample, part of it, what replaces it, and the code that gives. */
    static final List<String> BAD =
            List.of(
                    "Delete | <Key>a</Key> | <Key></Key> | UserKeyMustBeSpecified",
                    "Delete | <Key>a</Key> |  | MalformedXML",
                    "Delete | <Key>a</Key> | <Key>a</Key><Key>b</Key> | MalformedXML",
                    "Delete | <Size>3</Size> | <Size>x</Size> | MalformedXML",
                    "Delete | <Quiet>true | <Quiet>maybe | MalformedXML",
                    "Complete | <PartNumber>3 | <PartNumber>1 | InvalidPartOrder",
                    "Complete | <PartNumber>3 | <PartNumber>0 | InvalidArgument",
                    "Complete | <PartNumber>3 | <PartNumber>10001 | InvalidArgument",
                    "Complete | <PartNumber>3 | <PartNumber>x | MalformedXML",
                    "Complete | <PartNumber>1</PartNumber> |  | MalformedXML",
                    "Complete | ChecksumCRC64NVME | ChecksumMD4 | MalformedXML",
                    "Versioning | <Status>Enabled</Status> |  |"
                            + " IllegalVersioningConfigurationException",
                    "Versioning | Enabled | On | MalformedXML",
                    "Versioning | <Status> | <MfaDelete>Enabled</MfaDelete><Status> |"
                            + " NotImplemented",
                    "ObjectTags | Project< | User< | InvalidTag",
                    "ObjectTags | Project< | < | InvalidTag",
                    "ObjectTags | Project< | aws:x< | InvalidTag",
                    "ObjectTags | Project< | a{b< | InvalidTag",
                    "ObjectTags | Project One | a&amp;b | InvalidTag",
                    "Create | LocationConstraint | Location | NotImplemented",
                    "Lifecycle | <ID>two | <ID>one | InvalidArgument",
                    "Lifecycle | <Status>Disabled | <Status>Off | MalformedXML",
                    "Lifecycle | <Days>365 | <Days>0 | InvalidArgument",
                    "Lifecycle | <Days>365 | <Days>30 | InvalidArgument",
                    "Lifecycle | <Days>365 | <Date>2030-01-01</Date><Days>365 | MalformedXML",
                    "Lifecycle | 2030-01-01T00:00:00.000Z | 2030-01-01T01:00:00Z | InvalidArgument",
                    "Lifecycle | 2030-01-01T00:00:00.000Z | 20300101 | MalformedXML",
                    "Lifecycle | <Prefix>old/</Prefix> |  | MalformedXML",
                    "Lifecycle | <Prefix>old/</Prefix> | <Prefix>a</Prefix><Filter/> |"
                            + " MalformedXML",
                    "Lifecycle | <Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration> | "
                            + " | InvalidRequest",
                    "Lifecycle | <Filter><Prefix></Prefix></Filter> |"
                            + " <Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter> |"
                            + " InvalidRequest",
                    "Lifecycle | <Filter><Prefix></Prefix></Filter> |"
                            + " <Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter> |"
                            + " InvalidRequest",
                    "Lifecycle | <Filter><Prefix></Prefix></Filter> |"
                        + " <Filter><Prefix/><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter> |"
                        + " MalformedXML",
                    "Lifecycle | 64000 | 500 | InvalidRequest",
                    "Lifecycle | <Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration> |"
                            + " <NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays>"
                            + "<NewerNoncurrentVersions>1</NewerNoncurrentVersions>"
                            + "</NoncurrentVersionExpiration> | InvalidRequest",
                    "Lifecycle | 64000 | -1 | InvalidArgument",
                    "Lifecycle | <NewerNoncurrentVersions>5 | <NewerNoncurrentVersions>101 |"
                            + " InvalidArgument",
                    "Lifecycle | <NoncurrentDays>10 | <NoncurrentDays>0 | InvalidArgument",
                    "Lifecycle | <NoncurrentDays>3 | <NoncurrentDays>-3 | InvalidArgument",
                    "Lifecycle | <DaysAfterInitiation>7 | <DaysAfterInitiation>0 | InvalidArgument",
                    "Cors | http://* | http://*.* | InvalidRequest",
                    "Cors | >PUT< | >PATCH< | InvalidRequest",
                    "Cors | >ETag< | >x-* < | InvalidRequest",
                    "Cors | <AllowedOrigin>*</AllowedOrigin> |  | MalformedXML",
                    "Cors | >3000< | >-1< | InvalidRequest",
                    "Lock | <Days>30 | <Days>0 | InvalidRetentionPeriod",
                    "Lock | <Days>30 | <Days>36501 | InvalidRetentionPeriod",
                    "Lock | <Days>30 | <Years>1</Years><Days>30 | MalformedXML",
                    "Lock | <Days>30</Days> |  | MalformedXML",
                    "Lock | COMPLIANCE | compliance | MalformedXML",
                    "Lock | <ObjectLockEnabled>Enabled | <ObjectLockEnabled>Disabled |"
                            + " MalformedXML",
                    "Retention | GOVERNANCE | governance | MalformedXML",
                    "Retention | 2030-01-01T00:00:00.000Z | tomorrow | MalformedXML",
                    "Retention | <Mode>GOVERNANCE</Mode> |  | MalformedXML",
                    "Hold | ON | on | MalformedXML",
                    "Ownership | BucketOwnerEnforced | Me | MalformedXML",
                    "Ownership | <Rule> | <Rule></Rule><Rule> | MalformedXML",
                    "Encryption | aws:kms | AES256 | InvalidArgument",
                    "Encryption | aws:kms | DES | MalformedXML",
                    "Notification | ObjectRemoved:* | ObjectEaten | InvalidArgument",
                    "Notification | >suffix< | >prefix< | InvalidArgument",
                    "Notification | >suffix< | >infix< | InvalidArgument",
                    "Notification | ObjectRemoved:* | ObjectCreated:* | InvalidArgument",
                    "Notification | <Event>s3:ObjectRemoved:*</Event> |  | MalformedXML",
                    "Notification | <Topic>arn:aws:sns:us-east-1:1:t</Topic> |  | MalformedXML",
                    "Website | index.html | a/b | InvalidArgument",
                    "Website | <IndexDocument><Suffix>index.html</Suffix></IndexDocument> |  |"
                            + " InvalidArgument",
                    "Website | <HttpRedirectCode>302 | <HttpRedirectCode>200 | InvalidArgument",
                    "Website | >404< | >200< | InvalidArgument",
                    "Website | <ReplaceKeyPrefixWith> |"
                            + " <ReplaceKeyWith>x</ReplaceKeyWith><ReplaceKeyPrefixWith> |"
                            + " InvalidArgument",
                    "Website | <Protocol>https | <Protocol>ftp | MalformedXML",
                    "Website | <ErrorDocument> |"
                        + " <RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo>"
                        + " <ErrorDocument> | InvalidArgument",
                    "Acl | FULL_CONTROL | EVERYTHING | MalformedACLError",
                    "Acl | AllUsers | Martians | InvalidArgument",
                    "Acl | xsi:type=\"Group\" | xsi:type=\"Crowd\" | MalformedACLError",
                    "Acl | <ID>me</ID><DisplayName> | <DisplayName> | MalformedACLError",
                    "Logging | <TargetBucket>logs</TargetBucket> |  | MalformedXML",
                    "Logging | <TargetPrefix>b/</TargetPrefix> |  | MalformedXML",
                    "Logging | DeliveryTime | MyTime | MalformedXML",
                    "Restore | <Days>2 | <Days>0 | MalformedXML",
                    "Restore | <Days>2</Days> | <Type>SELECT</Type> | NotImplemented");

    @ParameterizedTest
    @FieldSource("BAD")
    void badOnesGetTheCodeThatS3Gives(String row) {
        String[] cells = row.split(" ?\\| ?", -1);
        String body = cells[0];
        String part = cells[1];
        String by = cells[2];
        String code = cells[3];
        String sample = SAMPLES.getOrDefault(body, "");
        Function<byte[], Object> parser = PARSERS.getOrDefault(body, _ -> "");
        assertThat(sample).contains(part);
        assertThat(parser.apply(bytes(sample))).isNotNull();
        int at = sample.indexOf(part);
        String changed = sample.substring(0, at) + by + sample.substring(at + part.length());
        S3Exception refusal =
                catchThrowableOfType(S3Exception.class, () -> parser.apply(bytes(changed)));
        assertThat(refusal).as(changed).isNotNull();
        assertThat(refusal.error().code()).as(changed).isEqualTo(code);
    }

    @Test
    void deletesNameUpToAThousandKeys() {
        DeleteRequest delete = DeleteRequest.parse(bytes(Samples.DELETE));
        assertThat(delete.quiet()).isTrue();
        assertThat(delete.entries())
                .containsExactly(
                        new DeleteRequest.Entry(
                                "a",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        new DeleteRequest.Entry(
                                "b/ c",
                                Optional.of("null"),
                                Optional.of("e"),
                                Optional.of(1_255_369_800_000L),
                                Optional.of(3L)));
        String one = "<Object><Key>k</Key></Object>";
        assertThat(
                        DeleteRequest.parse(bytes("<Delete>" + one.repeat(1000) + "</Delete>"))
                                .entries())
                .hasSize(1000);
        for (int count : new int[] {0, 1001}) {
            assertThat(
                            catchThrowableOfType(
                                            S3Exception.class,
                                            () ->
                                                    DeleteRequest.parse(
                                                            bytes(
                                                                    "<Delete>"
                                                                            + one.repeat(count)
                                                                            + "</Delete>")))
                                    .error()
                                    .code())
                    .isEqualTo("MalformedXML");
        }
    }

    @Test
    void uploadsAreCompletedByUpToTenThousandParts() {
        assertThat(CompleteUpload.parse(bytes(Samples.COMPLETE)).parts())
                .containsExactly(
                        new CompleteUpload.Part(1, "a54357aff0632cce46d942af68356b38", Map.of()),
                        new CompleteUpload.Part(
                                3,
                                "0c78aef83f66abc1fa1e8477f296d394",
                                Map.of(ChecksumAlgorithm.CRC64NVME, "AAAAAAAAAAA=")));
        StringBuilder xml = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 1; i <= 10_000; i++) {
            xml.append("<Part><PartNumber>").append(i);
            xml.append("</PartNumber><ETag>e</ETag></Part>");
        }
        byte[] body = bytes(xml + "</CompleteMultipartUpload>");
        assertThat(CompleteUpload.parse(body).parts()).hasSize(10_000);
    }

    @Test
    void lifecyclesAreReadAndWritten() {
        LifecycleConfiguration lifecycle = LifecycleConfiguration.parse(bytes(Samples.LIFECYCLE));
        assertThat(lifecycle.rules()).hasSize(3);
        LifecycleConfiguration.Rule one = lifecycle.rules().get(0);
        assertThat(one.filter())
                .isEqualTo(
                        new LifecycleConfiguration.Filter(
                                "logs/",
                                List.of(new Tagging.Tag("k", "v")),
                                Optional.of(500L),
                                Optional.of(64_000L),
                                false));
        assertThat(one.expiration()).contains(new LifecycleConfiguration.Expiration.AfterDays(365));
        LifecycleConfiguration.Rule two = lifecycle.rules().get(1);
        assertThat(two.enabled()).isFalse();
        assertThat(two.abortUploadsAfterDays()).contains(7);
        assertThat(two.noncurrentExpiration())
                .contains(new LifecycleConfiguration.NoncurrentExpiration(10, 5));
        assertThat(lifecycle.rules().get(2).filter().legacy()).isTrue();
        assertThat(LifecycleConfiguration.parse(lifecycle.write())).isEqualTo(lifecycle);
    }

    @Test
    void whatIsWrittenSaysTheSame() {
        CorsConfiguration cors = CorsConfiguration.parse(bytes(Samples.CORS));
        assertThat(CorsConfiguration.parse(cors.write())).isEqualTo(cors);
        ObjectLockConfiguration lock = ObjectLockConfiguration.parse(bytes(Samples.LOCK));
        assertThat(ObjectLockConfiguration.parse(lock.write())).isEqualTo(lock);
        Retention retention = Retention.parse(bytes(Samples.RETENTION));
        assertThat(Retention.parse(retention.write())).isEqualTo(retention);
        assertThat(Retention.parse(bytes("<Retention/>")).kept()).isEmpty();
        LegalHold hold = LegalHold.parse(bytes(Samples.HOLD));
        assertThat(LegalHold.parse(hold.write())).isEqualTo(hold);
        PublicAccessBlock block = PublicAccessBlock.parse(bytes(Samples.BLOCK));
        assertThat(block).isEqualTo(new PublicAccessBlock(true, false, false, true));
        assertThat(PublicAccessBlock.parse(block.write())).isEqualTo(block);
        assertThat(PublicAccessBlock.parse(PublicAccessBlock.takenOff()))
                .isEqualTo(PublicAccessBlock.NONE);
        assertThat(PublicAccessBlock.NONE.write()).isNotEqualTo(PublicAccessBlock.takenOff());
        OwnershipControls owners = OwnershipControls.parse(bytes(Samples.OWNERSHIP));
        assertThat(OwnershipControls.parse(owners.write())).isEqualTo(owners);
        EncryptionConfiguration sse = EncryptionConfiguration.parse(bytes(Samples.ENCRYPTION));
        assertThat(EncryptionConfiguration.parse(sse.write())).isEqualTo(sse);
        NotificationConfiguration told =
                NotificationConfiguration.parse(bytes(Samples.NOTIFICATION));
        assertThat(NotificationConfiguration.parse(told.write())).isEqualTo(told);
        for (String website : List.of(Samples.WEBSITE, Samples.REDIRECT)) {
            WebsiteConfiguration site = WebsiteConfiguration.parse(bytes(website));
            assertThat(WebsiteConfiguration.parse(site.write())).isEqualTo(site);
        }
        BucketLoggingStatus logging = BucketLoggingStatus.parse(bytes(Samples.LOGGING));
        assertThat(BucketLoggingStatus.parse(logging.write())).isEqualTo(logging);
        AccessControlPolicy acl = AccessControlPolicy.parse(bytes(Samples.ACL));
        assertThat(AccessControlPolicy.parse(acl.write())).isEqualTo(acl);
    }

    @Test
    void tagsAreBoundedInNumber() {
        for (int count : new int[] {10, 11, 50, 51}) {
            StringBuilder xml = new StringBuilder("<Tagging><TagSet>");
            for (int i = 0; i < count; i++) {
                xml.append("<Tag><Key>k").append(i).append("</Key><Value/></Tag>");
            }
            byte[] body = bytes(xml + "</TagSet></Tagging>");
            for (boolean object : new boolean[] {true, false}) {
                S3Exception refusal =
                        catchThrowableOfType(
                                S3Exception.class,
                                () -> {
                                    if (object) {
                                        Tagging.parseObject(body);
                                    } else {
                                        Tagging.parseBucket(body);
                                    }
                                });
                assertThat(refusal == null).isEqualTo(count <= (object ? 10 : 50));
            }
        }
        assertThat(Tagging.parseObject(bytes(Samples.TAGGING)).toMap())
                .isEqualTo(Map.of("Project", "Project One", "User", ""));
    }

    @Test
    void corsRulesMatchOriginsMethodsAndHeaders() {
        CorsConfiguration cors = CorsConfiguration.parse(bytes(Samples.CORS));
        List<String> good = List.of("X-Amz-Date", "content-type");
        assertThat(cors.match("http://www.example.com", "PUT", good)).isPresent();
        assertThat(cors.match("http://www.example.com", "PUT", List.of("x-other"))).isEmpty();
        assertThat(cors.match("http://www.example.org", "PUT", good)).isEmpty();
        assertThat(cors.match("http://www.example.com", "DELETE", good)).isEmpty();
        assertThat(cors.match("any", "GET", List.of()).orElseThrow().anyOrigin()).isTrue();
        assertThat(CorsConfiguration.matches("a*a", "a")).isFalse();
        assertThat(CorsConfiguration.matches("a*a", "aa")).isTrue();
    }

    @Test
    void notificationsMatchEventsAndKeys() {
        NotificationConfiguration told =
                NotificationConfiguration.parse(bytes(Samples.NOTIFICATION));
        assertThat(told.eventBridge()).isTrue();
        NotificationConfiguration.Target topic = told.targets().get(0);
        NotificationConfiguration.Target queue = told.targets().get(1);
        assertThat(topic.wants("s3:ObjectRemoved:Delete", "k")).isTrue();
        assertThat(topic.wants("s3:ObjectCreated:Put", "k")).isFalse();
        assertThat(queue.wants("s3:ObjectCreated:Put", "images/a.jpg")).isTrue();
        assertThat(queue.wants("s3:ObjectCreated:Put", "images/a.png")).isFalse();
        assertThat(queue.wants("s3:ObjectCreated:Post", "images/a.jpg")).isFalse();
        assertThat(NotificationConfiguration.parse(bytes("<NotificationConfiguration/>")).targets())
                .isEmpty();
    }

    @Test
    void cannedAclsAreRecognised() {
        for (CannedAcl canned : CannedAcl.values()) {
            AccessControlPolicy acl = AccessControlPolicy.of(canned, "me", "you");
            Optional<CannedAcl> found = acl.canned("you");
            assertThat(found)
                    .contains(canned == CannedAcl.AWS_EXEC_READ ? CannedAcl.PRIVATE : canned);
            assertThat(CannedAcl.byWord(canned.word())).contains(canned);
        }
        assertThat(AccessControlPolicy.parse(bytes(Samples.ACL)).canned("me"))
                .contains(CannedAcl.PUBLIC_READ);
        AccessControlPolicy odd =
                AccessControlPolicy.parse(bytes(Samples.ACL.replace(">READ<", ">WRITE_ACP<")));
        assertThat(odd.canned("me")).isEmpty();
    }

    @Test
    void bucketsMayBeMadeWithoutABody() {
        assertThat(CreateBucketConfiguration.parse(new byte[0]).locationConstraint()).isEmpty();
        assertThat(CreateBucketConfiguration.parse(bytes(Samples.CREATE)).locationConstraint())
                .contains("eu-west-1");
    }

    @Test
    void restoresAreReadToBeRefused() {
        assertThat(RestoreRequest.parse(bytes(Samples.RESTORE)))
                .isEqualTo(new RestoreRequest(Optional.of(2), Optional.of("Bulk")));
    }
}
