package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Attributes;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What conditions of policies see of a request. */
class GuardKeysTest extends GuardWorld {
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

    @Test
    void tagsOfTheVersionThatIsMeantAreLookedUpWhereAPolicyAsksForThem() throws Exception {
        stored(ACME, "photos/open", Map.of("class", "open"), "");
        stored(ACME, "photos/secret", Map.of("class", "secret"), "");
        stored(ACME, "photos/secretv1", Map.of("class", "open"), "");
        assertThat(as(user(ACME)).may(READ, "photos", "open")).isTrue();
        assertThat(looks).isZero();
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*',"
                        + "'Action':['s3:GetObject','s3:GetObjectVersion'],"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:ExistingObjectTag/class':'open'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:Delete*',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:ExistingObjectTag/class':'secret'}}}");
        Principal any = Principal.ANYBODY;
        assertThat(as(any).may(READ, "acme--photos", "open")).isTrue();
        assertThat(as(any).may(READ, "acme--photos", "secret")).isFalse();
        assertThat(as(any).query("versionId=v1").may(READ, "acme--photos", "secret")).isTrue();
        assertThat(as(any).may(READ, "acme--photos", "none")).isFalse();
        Rights delete = Rights.of("s3:DeleteObject", "s3:DeleteObjectVersion");
        assertThat(as(user(ACME)).may(delete, "photos", "secret")).isFalse();
        assertThat(as(user(ACME)).may(delete, "photos", "open")).isTrue();
        assertThat(
                        as(user(GLOBEX))
                                .header("x-amz-copy-source", "acme--photos/secret")
                                .may(WRITE, "photos", "to"))
                .as("the source's own tags count")
                .isFalse();
        assertThat(
                        as(user(GLOBEX))
                                .header("x-amz-copy-source", "acme--photos/open")
                                .may(WRITE, "photos", "to"))
                .isTrue();
    }

    @Test
    void aVersionThatTookThePlaceOfTheOneThatWasJudgedIsJudgedItself() throws Exception {
        stored(ACME, "photos/k", Map.of("class", "open"), "");
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:ExistingObjectTag/class':'open'}}}");
        Attributes open = new Attributes("a/b", Map.of(), Map.of("class", "open"));
        CallAccess access = as(Principal.ANYBODY).admit(READ, "acme--photos", "k");
        access.checkFound(open);
        Attributes secret = open.withTags(Map.of("class", "secret"));
        assertThat(catchThrowableOfType(S3Exception.class, () -> access.checkFound(secret)))
                .isNotNull();
        as(user(ACME)).admit(READ, "photos", "k").checkFound(secret);
        CallAccess copy =
                as(user(GLOBEX))
                        .header("x-amz-copy-source", "acme--photos/k")
                        .admit(WRITE, "photos", "to");
        copy.checkFoundSource(open);
        assertThat(catchThrowableOfType(S3Exception.class, () -> copy.checkFoundSource(secret)))
                .isNotNull();
    }

    @Test
    void keysThatAreNotReadAreRefusedInPolicies() throws Exception {
        for (String key : List.of("aws:ResourceTag/a", "aws:RequestTag/a", "aws:TagKeys")) {
            assertThat(RequestKeys.unread(conditional(key))).as(key).isPresent();
        }
        for (String key :
                List.of(
                        "s3:ExistingObjectTag/a",
                        "s3:RequestObjectTag/a",
                        "s3:RequestObjectTagKeys",
                        "s3:BucketTag/a",
                        "s3:x-amz-acl",
                        "s3:x-amz-server-side-encryption",
                        "s3:VersionId",
                        "s3:prefix",
                        "s3:delimiter",
                        "s3:signatureversion",
                        "s3:authType",
                        "s3:TlsVersion",
                        "s3:LocationConstraint",
                        "aws:PrincipalArn")) {
            assertThat(RequestKeys.unread(conditional(key))).as(key).isEmpty();
        }
    }

    private static Policy conditional(String key) throws MalformedPolicyException {
        return sessionOf(
                "{'Effect':'Allow','Action':'s3:*','Resource':'*',"
                        + "'Condition':{'StringEquals':{'"
                        + key
                        + "':'x'}}}");
    }

    @Test
    void tagsThatACopyBringsAlongCountAsIfTheRequestSaidThem() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectTagging',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:RequestObjectTag/class':'secret'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/must/*','Condition':"
                        + "{'StringNotEquals':{'s3:RequestObjectTag/class':'open'}}}");
        CallAccess access =
                as(user(ACME)).header("x-amz-copy-source", "secret/k").admit(WRITE, "photos", "to");
        access.checkCopiedTags(Map.of("class", "open"));
        assertThat(
                        catchThrowableOfType(
                                S3Exception.class,
                                () -> access.checkCopiedTags(Map.of("class", "secret"))))
                .isNotNull();
        assertThat(copyWith("COPY")).as("a header that is not read says nothing").isFalse();
        assertThat(copyWith("REPLACE")).isTrue();
    }

    private boolean copyWith(String directive) throws InterruptedException {
        return as(user(ACME))
                .header("x-amz-copy-source", "secret/k")
                .header("x-amz-tagging", "class=open")
                .header("x-amz-tagging-directive", directive)
                .may(WRITE, "photos", "must/to");
    }

    @Test
    void conditionsSeeTagsOfTheBucketTheTlsVersionAndWhatBecomesAnObject() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:*',"
                        + "'Resource':['arn:aws:s3:::photos','arn:aws:s3:::photos/*'],"
                        + "'Condition':{'NumericLessThan':{'s3:TlsVersion':'1.3'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:ListBucket',"
                        + "'Resource':'arn:aws:s3:::photos',"
                        + "'Condition':{'StringEquals':{'s3:BucketTag/closed':'yes'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{"
                        + "'Null':{'s3:if-none-match':'true'},"
                        + "'Bool':{'s3:ObjectCreationOperation':'true'}}}");
        Principal who = user(ACME);
        assertThat(as(who).may(READ, "photos", "k")).isTrue();
        assertThat(as(who).tls("1.2").may(READ, "photos", "k")).isFalse();
        assertThat(as(who).inClear().may(READ, "photos", "k")).isTrue();
        assertThat(as(who).may(LIST, "photos", "")).isTrue();
        set(
                ACME,
                "photos",
                BucketSetting.TAGGING,
                Bytes.utf8(
                                "<Tagging><TagSet><Tag><Key>closed</Key><Value>yes</Value></Tag>"
                                        + "</TagSet></Tagging>")
                        .toArray());
        assertThat(as(who).may(LIST, "photos", "")).isFalse();
        assertThat(as(who).method("PUT").may(WRITE, "photos", "k")).isFalse();
        assertThat(as(who).method("PUT").header("if-none-match", "*").may(WRITE, "photos", "k"))
                .isTrue();
        assertThat(as(who).method("POST").query("uploads").may(WRITE, "photos", "k")).isTrue();
        assertThat(as(who).method("PUT").query("uploadId=u").may(WRITE, "photos", "k")).isTrue();
        assertThat(as(who).method("POST").query("uploadId=u").may(WRITE, "photos", "k")).isFalse();
    }

    @Test
    void anAclInABodyIsSeenByConditionsInThePlaceOfAHeader() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectAcl',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringNotEquals':"
                        + "{'s3:x-amz-acl':'private'}}}");
        String owner = ACME.canonical();
        Rights put = Rights.of("s3:PutObjectAcl", "s3:PutObjectVersionAcl");
        for (CannedAcl acl : List.of(CannedAcl.PRIVATE, CannedAcl.PUBLIC_READ)) {
            byte[] body = AccessControlPolicy.of(acl, owner, owner).write();
            assertThat(
                            as(user(ACME))
                                    .header("x-amz-acl", "private")
                                    .body(new String(body, StandardCharsets.UTF_8))
                                    .may(put, "photos", "k"))
                    .as(acl.word())
                    .isEqualTo(acl == CannedAcl.PRIVATE);
        }
        assertThat(as(user(ACME)).header("x-amz-acl", "private").may(put, "photos", "k")).isTrue();
        assertThat(as(user(ACME)).header("x-amz-acl", "public-read").may(put, "photos", "k"))
                .isFalse();
    }

    @Test
    void conditionsSeeWhatABodySaysOfANewBucketOrAnInventory() throws Exception {
        Policy here =
                sessionOf(
                        ALL
                                + "{'Effect':'Deny','Action':'s3:CreateBucket','Resource':'*',"
                                + "'Condition':{'StringEquals':{'s3:LocationConstraint':'x'}}}");
        Rights create = Rights.toCreate("s3:CreateBucket");
        String place =
                "<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>"
                        + "</CreateBucketConfiguration>";
        assertThat(as(user(ACME, here)).may(create, "new", "")).isTrue();
        assertThat(as(user(ACME, here)).body(place.formatted("y")).may(create, "new", "")).isTrue();
        assertThat(as(user(ACME, here)).body(place.formatted("x")).may(create, "new", ""))
                .isFalse();
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutInventoryConfiguration',"
                        + "'Resource':'arn:aws:s3:::photos','Condition':{"
                        + "'ForAnyValue:StringNotEquals':"
                        + "{'s3:InventoryAccessibleOptionalFields':['Size','ETag']}}}");
        Rights put = Rights.of("s3:PutInventoryConfiguration");
        String inventory =
                "<InventoryConfiguration><Id>a</Id><IsEnabled>true</IsEnabled><Destination>"
                        + "<S3BucketDestination><Bucket>arn:aws:s3:::secret</Bucket>"
                        + "<Format>CSV</Format></S3BucketDestination></Destination><Schedule>"
                        + "<Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>Current"
                        + "</IncludedObjectVersions><OptionalFields><Field>%s</Field>"
                        + "</OptionalFields></InventoryConfiguration>";
        assertThat(as(user(ACME)).body(inventory.formatted("Size")).may(put, "photos", ""))
                .isTrue();
        assertThat(as(user(ACME)).body(inventory.formatted("StorageClass")).may(put, "photos", ""))
                .isFalse();
        assertThat(as(user(ACME)).method("DELETE").may(put, "photos", "")).isTrue();
    }

    @Test
    void whoeverMayWriteMayGiveTheOwnerFullControl() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:x-amz-acl':'bucket-owner-full-control'}}}");
        Principal any = Principal.ANYBODY;
        assertThat(
                        as(any).header("x-amz-acl", "bucket-owner-full-control")
                                .may(WRITE, "acme--photos", "k"))
                .isTrue();
        assertThat(as(any).may(WRITE, "acme--photos", "k")).isFalse();
        assertThat(as(any).header("x-amz-acl", "public-read").may(WRITE, "acme--photos", "k"))
                .isFalse();
    }

    private boolean copies(TenantId who, String source) throws InterruptedException {
        return as(user(who))
                .header("x-amz-copy-source", source)
                .may(WRITE, who.equals(ACME) ? "photos" : "acme--photos", "to");
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

    /** Whoever is sent 100-continue sends a body: it must not be for nothing. */
    @Test
    void whoIsDeniedWhateverTheBodySaysNeedNotSendIt() throws Exception {
        String when = "'Condition':{'StringEquals':{'s3:RequestObjectTag/level':'%s'}}}";
        String body =
                "<Tagging><TagSet><Tag><Key>level</Key><Value>open</Value></Tag></TagSet>"
                        + "</Tagging>";
        Rights tag = Rights.of("s3:PutObjectTagging");
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:PutObjectTagging',"
                        + "'Resource':'arn:aws:s3:::photos/open/${s3:RequestObjectTag/level}',"
                        + when.formatted("open"),
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectTagging',"
                        + "'Resource':'arn:aws:s3:::photos/*',"
                        + when.formatted("secret"),
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObjectTagging',"
                        + "'Resource':'arn:aws:s3:::photos/shut/*'}");
        for (String bucket : List.of("acme--photos", "acme--secret", "acme--missing")) {
            assertThat(as(Principal.ANYBODY).body(body).may(tag, bucket, "k/open")).isFalse();
        }
        assertThat(as(user(ACME)).body(body).may(tag, "photos", "shut/open")).isFalse();
        assertThat(reads).isZero();
        assertThat(as(Principal.ANYBODY).body(body).may(tag, "acme--photos", "open/open")).isTrue();
        assertThat(as(Principal.ANYBODY).body(body).may(tag, "acme--photos", "open/k")).isFalse();
        assertThat(reads).isPositive();
        String secret = body.replace("open", "secret");
        assertThat(as(user(ACME)).body(secret).may(tag, "photos", "k")).isFalse();
        assertThat(as(user(ACME)).body(body).may(tag, "photos", "k")).isTrue();
    }

    @Test
    void aSourceThatIsNotCopiedTakesNoTagsOutOfSight() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':['s3:PutObject','s3:PutObjectTagging'],"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':"
                        + "{'s3:RequestObjectTag/class':'secret'}}}",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/from/*','Condition':{'Null':"
                        + "{'s3:x-amz-copy-source':'true'}}}");
        Rights create = Rights.of("s3:PutObject");
        for (String source : List.of("secret/k", "missing/k", "?")) {
            assertThat(created(source, "class=secret").may(create, "photos", "k"))
                    .as(source)
                    .isFalse();
            assertThat(created(source, "class=open").may(create, "photos", "k"))
                    .as(source)
                    .isTrue();
            assertThat(created(source, "class=open").may(create, "photos", "from/k"))
                    .as("it is copied from nowhere")
                    .isFalse();
        }
        assertThat(created("secret/k", "class=open").may(WRITE, "photos", "from/k")).isTrue();
    }

    private Ask created(String source, String tags) {
        return as(user(ACME))
                .method("POST")
                .query("uploads")
                .header("x-amz-copy-source", source)
                .header("x-amz-tagging", tags);
    }

    @Test
    void anEmptyHeaderIsNoneToConditionsAsItIsToOperations() throws Exception {
        String customer = "x-amz-server-side-encryption-customer-algorithm";
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:PutObject',"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'Null':{'s3:"
                        + customer
                        + "':'true'}}}");
        assertThat(as(user(ACME)).header(customer, "AES256").may(WRITE, "photos", "k")).isTrue();
        for (String value : List.of("", " ")) {
            assertThat(as(user(ACME)).header(customer, value).may(WRITE, "photos", "k")).isFalse();
        }
    }

    @Test
    void malformedTagsAreToldAlikeWhetherTheBucketIsThereOrNot() {
        for (String bucket : List.of("acme--photos", "acme--missing", "nobodys--photos", "x")) {
            S3Exception refused =
                    catchThrowableOfType(
                            S3Exception.class,
                            () ->
                                    as(Principal.ANYBODY)
                                            .header("x-amz-tagging", "a=%")
                                            .admit(READ, bucket, "k"));
            assertThat(refused).as(bucket).isNotNull();
            assertThat(refused.error().code()).as(bucket).isEqualTo("InvalidArgument");
        }
    }

    @Test
    void aMalformedBodyIsToldOnlyToThoseWhoAreLetThrough() throws Exception {
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':['s3:PutObjectTagging',"
                        + "'s3:PutObjectAcl','s3:PutObjectRetention','s3:PutObjectLegalHold'],"
                        + "'Resource':'arn:aws:s3:::photos/*','Condition':{'StringEquals':{"
                        + "'s3:RequestObjectTag/a':'b','s3:x-amz-acl':'c',"
                        + "'s3:object-lock-mode':'d'}}}");
        for (String action :
                List.of(
                        "s3:PutObjectTagging",
                        "s3:PutObjectAcl",
                        "s3:PutObjectRetention",
                        "s3:PutObjectLegalHold")) {
            Rights put = Rights.of(action);
            Ask broken = as(Principal.ANYBODY).method("PUT").body("<broken");
            assertThat(broken.may(put, "acme--photos", "k")).as(action).isFalse();
            assertThat(broken.may(put, "acme--missing", "k")).as(action).isFalse();
            S3Exception told =
                    catchThrowableOfType(
                            S3Exception.class,
                            () ->
                                    as(user(ACME))
                                            .method("PUT")
                                            .body("<broken")
                                            .admit(put, "photos", "k"));
            assertThat(told).as(action).isNotNull();
            assertThat(told.error().code()).as(action).startsWith("Malformed");
        }
    }

    @Test
    void anAclOfAVersionAsksForTheRightToSetThatAlone() throws Exception {
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:PutObjectVersionAcl',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        Rights put = Rights.of("s3:PutObjectAcl", "s3:PutObjectVersionAcl");
        for (String header : List.of("x-amz-acl", "x-amz-grant-read")) {
            assertThat(
                            as(Principal.ANYBODY)
                                    .query("acl&versionId=v1")
                                    .header(header, "private")
                                    .may(put, "acme--photos", "k"))
                    .as(header)
                    .isTrue();
            assertThat(
                            as(Principal.ANYBODY)
                                    .query("acl")
                                    .header(header, "private")
                                    .may(put, "acme--photos", "k"))
                    .as(header)
                    .isFalse();
        }
    }
}
