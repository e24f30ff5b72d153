package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.TestPorts;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.PublicAccessBlock;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose bucket is meant, and who may do what with it. */
class GuardTest {
    private static final TenantId ACME = new TenantId(new Id128(1, 2));
    private static final TenantId GLOBEX = new TenantId(new Id128(1, 9));
    private static final Rights READ = Rights.of("s3:GetObject", "s3:GetObjectVersion");
    private static final Rights WRITE = Rights.of("s3:PutObject");
    private static final Rights LIST = Rights.of("s3:ListBucket");

    private final MemoryDirectory directory = new MemoryDirectory();
    private final Directory copy = directory.copy();
    private final BucketSettings settings = new BucketSettings(copy, 1 << 20);
    private final Guard guard =
            new Guard(
                    new Buckets(TestPorts.of(new ManualTasks(), copy, directory, () -> {})),
                    settings,
                    new S3Tenants() {
                        @Override
                        public Optional<TenantId> named(String name) {
                            return copy.tenantNamed(name);
                        }

                        @Override
                        public Optional<String> alias(TenantId tenant) {
                            return copy.tenant(tenant).map(TenantRecord::alias);
                        }

                        @Override
                        public Optional<UserRecord> user(TenantId tenant, Id128 user) {
                            return copy.user(tenant, user);
                        }
                    });
    private long buckets;

    @BeforeEach
    void twoTenants() {
        directory.bear();
        execute(new DirectoryCommand.PutTenant(tenant(ACME, "acme")));
        execute(new DirectoryCommand.PutTenant(tenant(GLOBEX, "globex")));
        bucket(ACME, "photos");
        bucket(ACME, "secret");
        bucket(GLOBEX, "photos");
        set(ACME, "photos", BucketSetting.PUBLIC_ACCESS_BLOCK, PublicAccessBlock.takenOff());
    }

    private static TenantRecord tenant(TenantId id, String alias) {
        return new TenantRecord(id, alias, alias, 1, Bytes.EMPTY);
    }

    private void execute(DirectoryCommand command) {
        assertThat(directory.execute(command, 1, 0).reply())
                .isNotInstanceOf(DirectoryReply.Refused.class);
    }

    private void bucket(TenantId tenant, String name) {
        execute(
                new DirectoryCommand.CreateBucket(
                        new BucketId(++buckets),
                        tenant,
                        name,
                        "standard",
                        BucketRecord.Versioning.OFF,
                        copy.index()));
    }

    private void set(TenantId tenant, String name, BucketSetting setting, byte[] document) {
        BucketRecord bucket = copy.bucket(tenant, name).orElseThrow();
        execute(
                new DirectoryCommand.SetBucketSetting(
                        bucket.id(), setting, Bytes.copyOf(document), copy.index()));
    }

    private void policy(String name, String... statements) {
        String json =
                "{\"Version\":\"2012-10-17\",\"Statement\":["
                        + String.join(",", statements).replace('\'', '"')
                        + "]}";
        set(ACME, name, BucketSetting.POLICY, Bytes.utf8(json).toArray());
    }

    private static Policy everything() {
        try {
            return PolicyParser.identity(
                    Bytes.utf8(
                                    "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
                                            + "\"Resource\":\"*\"}]}")
                            .toArray());
        } catch (MalformedPolicyException e) {
            throw new AssertionError(e);
        }
    }

    private static Principal user(TenantId tenant, Policy... session) {
        return new Principal(
                new Caller.User(tenant.account(), tenant.canonical(), "/", "ann", "id"),
                Optional.of(tenant),
                "AK",
                null,
                false,
                List.of(everything()),
                List.of(session));
    }

    /** One request. */
    private final class Ask {
        private final Principal who;
        private String method = "GET";
        private String target = "/";
        private String ip = "10.0.0.1";
        private boolean secure = true;
        private String body = "";
        private final List<S3Request.Header> headers = new ArrayList<>();

        Ask(Principal who) {
            this.who = who;
        }

        Ask header(String name, String value) {
            headers.add(new S3Request.Header(name, value));
            return this;
        }

        Ask query(String query) {
            target = "/?" + query;
            return this;
        }

        Ask from(String address) {
            ip = address;
            return this;
        }

        Ask body(String text) {
            body = text;
            return this;
        }

        Ask inClear() {
            secure = false;
            return this;
        }

        CallAccess admit(Rights rights, String bucket, String key) throws InterruptedException {
            try {
                return guard.admit(
                        new Guard.Asked(
                                who,
                                new RequestKeys(
                                        new S3Request(method, target, headers),
                                        new Authentication.Anonymous(),
                                        InetAddress.getByName(ip),
                                        secure,
                                        "us-east-1",
                                        1_800_000_000_000L),
                                bucket,
                                key,
                                rights,
                                () -> Bytes.utf8(body).toArray(),
                                1));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        boolean may(Rights rights, String bucket, String key) throws InterruptedException {
            try {
                var _ = admit(rights, bucket, key);
                return true;
            } catch (S3Exception e) {
                assertThat(e.error().code()).isEqualTo("AccessDenied");
                assertThat(e.message()).isEqualTo("Access Denied");
                assertThat(e.fields()).isEmpty();
                return false;
            }
        }
    }

    private Ask as(Principal who) {
        return new Ask(who);
    }

    @Test
    void aTenantsKeyDoesEverythingInItsOwnBucketsAndIsSentToThem() throws Exception {
        CallAccess access = as(user(ACME)).admit(READ, "photos", "k");
        assertThat(access.owner()).isEqualTo(ACME);
        assertThat(access.bucket()).isEqualTo("photos");
        assertThat(access.caller().tenant()).isEqualTo(ACME);
        assertThat(access.caller().accessKeyId()).isEqualTo("AK");
        assertThat(as(user(GLOBEX)).admit(READ, "photos", "k").owner()).isEqualTo(GLOBEX);
        // Named in full it is the same bucket, and one that is missing is for its operation to say.
        assertThat(as(user(ACME)).admit(READ, "acme--photos", "k").bucket()).isEqualTo("photos");
        assertThat(as(user(ACME)).may(LIST, "missing", "")).isTrue();
        assertThat(as(user(ACME)).may(Rights.of("s3:ListAllMyBuckets"), "", "")).isTrue();
    }

    @Test
    void whatIsNotGrantedLooksLikeWhatIsNotThere() throws Exception {
        for (Principal who : List.of(user(GLOBEX), Principal.ANYBODY)) {
            for (String name :
                    List.of(
                            "acme--secret",
                            "acme--missing",
                            "nobody--secret",
                            ACME.account() + "--secret")) {
                assertThat(as(who).may(READ, name, "k")).as(name).isFalse();
                assertThat(as(who).may(LIST, name, "")).as(name).isFalse();
            }
        }
        assertThat(as(Principal.ANYBODY).may(READ, "photos", "k")).isFalse();
        assertThat(as(Principal.ANYBODY).may(Rights.of("s3:ListAllMyBuckets"), "", "")).isFalse();
        assertThat(as(Principal.ANYBODY).may(Rights.toCreate("s3:CreateBucket"), "acme--new", ""))
                .isFalse();
    }

    @Test
    void aPolicyOpensABucketToEverybody() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/public/*'}");
        for (String name : List.of("acme--photos", ACME.account() + "--photos")) {
            CallAccess access = as(Principal.ANYBODY).admit(READ, name, "public/k");
            assertThat(access.caller().tenant()).isEqualTo(ACME);
            assertThat(access.caller().accessKeyId()).isEmpty();
            assertThat(access.bucket()).isEqualTo("photos");
            assertThat(access.mayList()).isFalse();
        }
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "public/k")).isTrue();
        assertThat(as(Principal.ANYBODY).may(READ, "acme--photos", "private/k")).isFalse();
        assertThat(as(Principal.ANYBODY).may(WRITE, "acme--photos", "public/k")).isFalse();
        assertThat(
                        as(Principal.ANYBODY)
                                .query("versionId=abc")
                                .may(READ, "acme--photos", "public/k"))
                .as("s3:GetObjectVersion is another right")
                .isFalse();
    }

    @Test
    void aPolicyNamesAnotherTenantByItsAccount() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':{'AWS':'"
                        + GLOBEX.account()
                        + "'},'Action':['s3:GetObject','s3:ListBucket'],"
                        + "'Resource':['arn:aws:s3:::photos','arn:aws:s3:::photos/*']}");
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "k")).isTrue();
        assertThat(as(user(GLOBEX)).admit(LIST, "acme--photos", "").mayList()).isTrue();
        assertThat(as(Principal.ANYBODY).may(READ, "acme--photos", "k")).isFalse();
        assertThat(as(user(GLOBEX)).admit(READ, "photos", "k").owner())
                .as("a bucket of one's own comes first")
                .isEqualTo(GLOBEX);
    }

    @Test
    void aBucketOfOnesOwnMayLookLikeAnothers() throws Exception {
        bucket(GLOBEX, "acme--secret");
        assertThat(as(user(GLOBEX)).admit(READ, "acme--secret", "k").owner()).isEqualTo(GLOBEX);
        assertThat(as(user(ACME)).admit(READ, "acme--secret", "k").owner()).isEqualTo(ACME);
        assertThat(as(user(ACME)).may(READ, "globex--acme--secret", "k")).isFalse();
    }

    @Test
    void aDenialBindsTheOwnerTooButNotFromThePolicyItself() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:*',"
                        + "'Resource':['arn:aws:s3:::photos','arn:aws:s3:::photos/*']}");
        assertThat(as(user(ACME)).may(READ, "photos", "k")).isFalse();
        assertThat(as(user(ACME)).may(LIST, "photos", "")).isFalse();
        for (String action :
                List.of("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")) {
            assertThat(as(user(ACME)).may(Rights.of(action), "photos", "")).as(action).isTrue();
        }
    }

    @Test
    void conditionsSeeTheRequest() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/*',"
                        + "'Condition':{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'},"
                        + "'Bool':{'aws:SecureTransport':'true'}}}",
                "{'Effect':'Allow','Principal':'*','Action':'s3:ListBucket',"
                        + "'Resource':'arn:aws:s3:::photos',"
                        + "'Condition':{'StringEquals':{'s3:prefix':'public/'}}}");
        Principal any = Principal.ANYBODY;
        assertThat(as(any).from("192.0.2.7").may(READ, "acme--photos", "k")).isTrue();
        assertThat(as(any).from("192.0.3.7").may(READ, "acme--photos", "k")).isFalse();
        assertThat(as(any).from("192.0.2.7").inClear().may(READ, "acme--photos", "k")).isFalse();
        assertThat(as(any).query("prefix=public/").may(LIST, "acme--photos", "")).isTrue();
        assertThat(as(any).query("prefix=private/").may(LIST, "acme--photos", "")).isFalse();
        assertThat(as(any).may(LIST, "acme--photos", "")).isFalse();
    }

    @Test
    void headersAskForRightsOfTheirOwn() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        Principal any = Principal.ANYBODY;
        assertThat(as(any).may(WRITE, "acme--photos", "k")).isTrue();
        assertThat(as(any).header("x-amz-tagging", "a=b").may(WRITE, "acme--photos", "k"))
                .isFalse();
        assertThat(as(any).header("x-amz-acl", "private").may(WRITE, "acme--photos", "k"))
                .isFalse();
        assertThat(
                        as(any).header("x-amz-object-lock-mode", "COMPLIANCE")
                                .may(WRITE, "acme--photos", "k"))
                .isFalse();
    }

    @Test
    void tagsInABodyAreSeenByConditionsToo() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectTagging',"
                        + "'Resource':'arn:aws:s3:::photos/*',"
                        + "'Condition':{'StringEquals':{'s3:RequestObjectTag/class':'secret'}}}");
        String tags =
                "<Tagging><TagSet><Tag><Key>class</Key><Value>%s</Value></Tag></TagSet></Tagging>";
        Rights tag = Rights.of("s3:PutObjectTagging", "s3:PutObjectVersionTagging");
        assertThat(as(user(ACME)).body(tags.formatted("open")).may(tag, "photos", "k")).isTrue();
        assertThat(as(user(ACME)).body(tags.formatted("secret")).may(tag, "photos", "k")).isFalse();
        assertThat(as(user(ACME)).header("x-amz-tagging", "class=secret").may(WRITE, "photos", "k"))
                .isFalse();
    }

    @Test
    void aHeaderThatIsNotReadSaysNothingWhereTheBodyDoes() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*',"
                    + "'Action':['s3:PutObjectTagging','s3:PutObjectRetention'],"
                    + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringNotEquals':"
                    + "{'s3:RequestObjectTag/class':'open','s3:object-lock-mode':'COMPLIANCE'}}}");
        Rights tag = Rights.of("s3:PutObjectTagging", "s3:PutObjectVersionTagging");
        assertThat(
                        as(user(ACME))
                                .header("x-amz-tagging", "class=open")
                                .body("<Tagging><TagSet></TagSet></Tagging>")
                                .may(tag, "photos", "k"))
                .isFalse();
        assertThat(
                        as(user(ACME))
                                .header("x-amz-object-lock-mode", "COMPLIANCE")
                                .body("<Retention></Retention>")
                                .may(Rights.of("s3:PutObjectRetention"), "photos", "k"))
                .isFalse();
    }

    @Test
    void anotherBucketOfTheOwnersIsAskedForOnTheCallersBehalf() throws Exception {
        CallAccess access =
                as(user(ACME, session("s3:Put*", "arn:aws:s3:::photos*")))
                        .admit(Rights.of("s3:PutBucketLogging"), "photos", "");
        assertThat(access.allowsIn("photos", "s3:PutObject", "log/")).isTrue();
        assertThat(access.allowsIn("secret", "s3:PutObject", "log/")).isFalse();
        assertThat(access.allowsIn("missing", "s3:PutObject", "log/")).isFalse();
    }

    private static Policy session(String action, String resource) throws MalformedPolicyException {
        return sessionOf(
                "{'Effect':'Allow','Action':'%s','Resource':'%s'}".formatted(action, resource));
    }

    private static Policy sessionOf(String statements) throws MalformedPolicyException {
        return PolicyParser.session(
                Bytes.utf8(
                                ("{'Version':'2012-10-17','Statement':[" + statements + "]}")
                                        .replace('\'', '"'))
                        .toArray());
    }

    private static final String ALL = "{'Effect':'Allow','Action':'s3:*','Resource':'*'},";

    private static List<String> spellings(TenantId tenant, String alias, String bucket) {
        return List.of(alias + "--" + bucket, tenant.account() + "--" + bucket);
    }

    @Test
    void noSpellingOfABucketDodgesADenial() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        for (String denied : spellings(ACME, "acme", "photos")) {
            for (String rule :
                    List.of(
                            "{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3:::%s/*'}",
                            "{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3:::%.7s*'}")) {
                Principal other = user(GLOBEX, sessionOf(ALL + rule.formatted(denied)));
                Principal owner = user(ACME, sessionOf(ALL + rule.formatted(denied)));
                for (String name : spellings(ACME, "acme", "photos")) {
                    assertThat(as(other).may(READ, name, "k")).as(rule + name).isFalse();
                    assertThat(as(owner).may(READ, name, "k")).as(rule + name).isFalse();
                }
                assertThat(as(owner).may(READ, "photos", "k")).as(rule).isFalse();
            }
            Principal but =
                    user(
                            GLOBEX,
                            sessionOf(
                                    "{'Effect':'Allow','Action':'s3:*',"
                                            + "'NotResource':'arn:aws:s3:::"
                                            + denied
                                            + "/*'}"));
            for (String name : spellings(ACME, "acme", "photos")) {
                assertThat(as(but).may(READ, name, "k")).as(denied + name).isFalse();
            }
            assertThat(as(but).may(READ, "photos", "k")).isTrue();
        }
        Principal ownOnly =
                user(ACME, sessionOf(ALL + deny("Resource", "arn:aws:s3:::photos/*")));
        for (String name : spellings(ACME, "acme", "photos")) {
            assertThat(as(ownOnly).may(READ, name, "k")).as(name).isFalse();
        }
    }

    private static String deny(String field, String resource) {
        return "{'Effect':'Deny','Action':'s3:*','" + field + "':'" + resource + "'}";
    }

    @Test
    void noSpellingOfABucketIsAllowedWhatAnotherIs() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        bucket(GLOBEX, "acme--photos");
        Principal ownOne = user(GLOBEX, session("s3:*", "arn:aws:s3:::acme--photos/*"));
        assertThat(as(ownOne).admit(READ, "acme--photos", "k").owner()).isEqualTo(GLOBEX);
        assertThat(as(ownOne).may(READ, ACME.account() + "--photos", "k")).isFalse();
        assertThat(as(ownOne).may(READ, "photos", "k")).isFalse();
        Principal butOne =
                user(
                        GLOBEX,
                        sessionOf(ALL + deny("NotResource", "arn:aws:s3:::acme--photos/*")));
        assertThat(as(butOne).may(READ, "acme--photos", "k")).isTrue();
        assertThat(as(butOne).may(READ, ACME.account() + "--photos", "k")).isFalse();
    }

    @Test
    void conditionsOnTheSourceOfACopyKnowWhoseItIs() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringLike':"
                        + "{'s3:x-amz-copy-source':['photos/*','globex--photos/open/*']}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringLike':"
                        + "{'s3:x-amz-copy-source':'photos/secret*'}}}");
        assertThat(copies(GLOBEX, "photos/k")).as("its own, not acme's").isFalse();
        assertThat(copies(GLOBEX, "photos/open/k")).isTrue();
        assertThat(copies(GLOBEX, "globex--photos/open/k")).isTrue();
        assertThat(copies(ACME, "acme--photos/secret")).isFalse();
        assertThat(copies(ACME, ACME.account() + "--photos/secret")).isFalse();
        assertThat(copies(ACME, "acme--photos/k")).isTrue();
    }

    private boolean copies(TenantId who, String source) throws InterruptedException {
        return as(user(who))
                .header("x-amz-copy-source", source)
                .may(WRITE, who.equals(ACME) ? "photos" : "acme--photos", "to");
    }

    @Test
    void aNewBucketBlocksPublicAccessUntilItsOwnerTakesTheBlockOff() throws Exception {
        bucket(ACME, "fresh");
        policy(
                "fresh",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::fresh/*'}");
        assertThat(as(user(ACME)).admit(READ, "fresh", "k").block())
                .isEqualTo(PublicAccessBlock.ALL);
        assertThat(as(Principal.ANYBODY).may(READ, "acme--fresh", "k")).isFalse();
        assertThat(as(user(GLOBEX)).may(READ, "acme--fresh", "k")).isFalse();
        set(ACME, "fresh", BucketSetting.PUBLIC_ACCESS_BLOCK, PublicAccessBlock.takenOff());
        assertThat(as(user(ACME)).admit(READ, "fresh", "k").block())
                .isEqualTo(PublicAccessBlock.NONE);
        assertThat(as(Principal.ANYBODY).may(READ, "acme--fresh", "k")).isTrue();
    }

    @Test
    void locksInABodyOrAHeaderAreSeenByConditionsToo() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*',"
                        + "'Action':['s3:PutObjectRetention','s3:PutObjectLegalHold'],"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'NumericGreaterThan':"
                        + "{'s3:object-lock-remaining-retention-days':'10'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectLegalHold',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:object-lock-legal-hold':'OFF'}}}");
        String kept =
                "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2027-01-%sT00:00:00Z"
                        + "</RetainUntilDate></Retention>";
        Rights retain = Rights.of("s3:PutObjectRetention");
        // It is 2027-01-15T08:00:00Z.
        assertThat(as(user(ACME)).body(kept.formatted("20")).may(retain, "photos", "k")).isTrue();
        assertThat(as(user(ACME)).body(kept.formatted("27")).may(retain, "photos", "k")).isFalse();
        assertThat(
                        as(user(ACME))
                                .header("x-amz-object-lock-mode", "GOVERNANCE")
                                .header(
                                        "x-amz-object-lock-retain-until-date",
                                        "2027-01-27T00:00:00Z")
                                .may(WRITE, "photos", "k"))
                .isFalse();
        Rights hold = Rights.of("s3:PutObjectLegalHold");
        String status = "<LegalHold><Status>%s</Status></LegalHold>";
        assertThat(as(user(ACME)).body(status.formatted("ON")).may(hold, "photos", "k")).isTrue();
        assertThat(as(user(ACME)).body(status.formatted("OFF")).may(hold, "photos", "k")).isFalse();
    }

    @Test
    void aCopyReadsItsSourceAndEachIsItsOwnersToGrant() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':{'AWS':'"
                        + GLOBEX.account()
                        + "'},'Action':'s3:GetObject','Resource':'arn:aws:s3:::photos/*'}");
        CallAccess access =
                as(user(GLOBEX))
                        .header("x-amz-copy-source", "/acme--photos/a%20b")
                        .admit(WRITE, "photos", "k");
        assertThat(access.caller().tenant()).isEqualTo(GLOBEX);
        assertThat(access.source().reader().tenant()).isEqualTo(ACME);
        assertThat(access.source().bucket()).isEqualTo("photos");
        assertThat(access.source().key()).isEqualTo("a b");
        assertThat(access.copiesItself()).isFalse();
        assertThat(
                        as(user(GLOBEX))
                                .header("x-amz-copy-source", "acme--secret/k")
                                .may(WRITE, "photos", "k"))
                .isFalse();
        assertThat(
                        as(user(GLOBEX))
                                .header("x-amz-copy-source", "photos/k")
                                .may(WRITE, "acme--photos", "k"))
                .isFalse();
        assertThat(
                        as(user(ACME))
                                .header("x-amz-copy-source", "acme--photos/k")
                                .admit(WRITE, "photos", "k")
                                .copiesItself())
                .isTrue();
    }

    @Test
    void eachKeyOfAListIsAskedFor() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:DeleteObject',"
                        + "'Resource':'arn:aws:s3:::photos/kept/*'}");
        CallAccess access =
                as(user(ACME))
                        .admit(
                                Rights.forEachKey("s3:DeleteObject", "s3:DeleteObjectVersion"),
                                "photos",
                                "");
        assertThat(access.allowsKey("other", "")).isTrue();
        assertThat(access.allowsKey("kept/k", "")).isFalse();
        access.checkKey("kept/k", "v1");
        assertThat(catchThrowableOfType(S3Exception.class, () -> access.checkKey("kept/k", "")))
                .isNotNull();
    }

    @Test
    void anAclCountsWhereTheOwnerHasAclsAndDoesNotIgnoreThem() throws Exception {
        String owner = ACME.canonical();
        set(
                ACME,
                "photos",
                BucketSetting.ACL,
                AccessControlPolicy.of(CannedAcl.PUBLIC_READ, owner, owner).write());
        Principal any = Principal.ANYBODY;
        assertThat(as(any).may(LIST, "acme--photos", "")).isFalse();
        set(
                ACME,
                "photos",
                BucketSetting.OWNERSHIP_CONTROLS,
                new OwnershipControls(OwnershipControls.Ownership.OBJECT_WRITER).write());
        assertThat(as(any).may(LIST, "acme--photos", "")).isTrue();
        assertThat(as(any).may(WRITE, "acme--photos", "k")).isFalse();
        assertThat(as(any).may(READ, "acme--photos", "k")).isFalse();
        set(
                ACME,
                "photos",
                BucketSetting.ACL,
                AccessControlPolicy.of(CannedAcl.AUTHENTICATED_READ, owner, owner).write());
        assertThat(as(any).may(LIST, "acme--photos", "")).isFalse();
        assertThat(as(user(GLOBEX)).may(LIST, "acme--photos", "")).isTrue();
        set(
                ACME,
                "photos",
                BucketSetting.PUBLIC_ACCESS_BLOCK,
                new PublicAccessBlock(false, true, false, false).write());
        assertThat(as(user(GLOBEX)).may(LIST, "acme--photos", "")).isFalse();
    }

    @Test
    void aRestrictedPublicBucketIsForItsOwnAccount() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        set(
                ACME,
                "photos",
                BucketSetting.PUBLIC_ACCESS_BLOCK,
                new PublicAccessBlock(false, false, false, true).write());
        assertThat(as(Principal.ANYBODY).may(READ, "acme--photos", "k")).isFalse();
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "k")).isFalse();
        assertThat(as(user(ACME)).may(READ, "photos", "k")).isTrue();
    }

    @Test
    void aSessionIsNarrowedByItsPolicyInOnesOwnAndInOthersBuckets() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':{'AWS':'"
                        + GLOBEX.account()
                        + "'},'Action':'s3:GetObject','Resource':'arn:aws:s3:::photos/*'}");
        Policy session =
                PolicyParser.session(
                        Bytes.utf8(
                                        """
                                        {"Version": "2012-10-17", "Statement": [
                                          {"Effect": "Allow", "Action": "s3:GetObject",
                                           "Resource": "arn:aws:s3:::photos/*"}]}\
                                        """)
                                .toArray());
        Principal narrowed = user(GLOBEX, session);
        assertThat(as(narrowed).may(READ, "photos", "k")).isTrue();
        assertThat(as(narrowed).may(WRITE, "photos", "k")).isFalse();
        assertThat(as(narrowed).may(READ, "acme--photos", "k"))
                .as("another's bucket is named with its tenant")
                .isFalse();
    }

    @Test
    void theExpectedOwnerMustBeTheBuckets() throws Exception {
        Principal who = user(ACME);
        assertThat(
                        as(who).header("x-amz-expected-bucket-owner", ACME.account())
                                .may(READ, "photos", "k"))
                .isTrue();
        assertThat(
                        as(who).header("x-amz-expected-bucket-owner", GLOBEX.account())
                                .may(READ, "photos", "k"))
                .isFalse();
    }

    @Test
    void accountsAndCanonicalIdsHaveTheFormThatAwsHas() {
        assertThat(ACME.account()).matches("[0-9]{12}").isNotEqualTo(GLOBEX.account());
        assertThat(ACME.canonical()).matches("[0-9a-f]{64}").isNotEqualTo(GLOBEX.canonical());
    }
}
