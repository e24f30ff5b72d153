package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.PublicAccessBlock;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose bucket is meant, and who may do what with it. */
class GuardTest extends GuardWorld {
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
    void anotherBucketOfTheOwnersIsAskedForOnTheCallersBehalf() throws Exception {
        CallAccess access =
                as(user(ACME, session("s3:Put*", "arn:aws:s3:::photos*")))
                        .admit(Rights.of("s3:PutBucketLogging"), "photos", "");
        assertThat(access.allowsIn("photos", "s3:PutObject", "log/")).isTrue();
        assertThat(access.allowsIn("secret", "s3:PutObject", "log/")).isFalse();
        assertThat(access.allowsIn("missing", "s3:PutObject", "log/")).isFalse();
    }

    @Test
    void anotherBucketOfAnothersIsNotWhatOnesOwnOfThatNameIs() throws Exception {
        String all =
                "{'Effect':'Allow','Principal':'*','Action':'s3:*',"
                        + "'Resource':['arn:aws:s3:::%s','arn:aws:s3:::%s/*']}";
        policy("photos", all.formatted("photos", "photos"));
        policy("secret", all.formatted("secret", "secret"));
        set(ACME, "secret", BucketSetting.PUBLIC_ACCESS_BLOCK, PublicAccessBlock.takenOff());
        Rights logs = Rights.of("s3:PutBucketLogging");
        String here = "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::acme--photos'},";
        String own = "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::secret/*'}";
        String others = own.replace("secret", "acme--secret");
        assertThat(
                        as(user(GLOBEX, sessionOf(here + own)))
                                .admit(logs, "acme--photos", "")
                                .allowsIn("secret", "s3:PutObject", "log/"))
                .isFalse();
        assertThat(
                        as(user(GLOBEX, sessionOf(here + others)))
                                .admit(logs, "acme--photos", "")
                                .allowsIn("secret", "s3:PutObject", "log/"))
                .isTrue();
    }

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
        Principal ownOnly = user(ACME, sessionOf(ALL + deny("Resource", "arn:aws:s3:::photos/*")));
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
                user(GLOBEX, sessionOf(ALL + deny("NotResource", "arn:aws:s3:::acme--photos/*")));
        assertThat(as(butOne).may(READ, "acme--photos", "k")).isTrue();
        assertThat(as(butOne).may(READ, ACME.account() + "--photos", "k")).isFalse();
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

    @Test
    void whoCanBeGrantedNothingIsRefusedBeforeAKeyIsRead() throws Exception {
        Rights delete = Rights.forEachKey("s3:DeleteObject", "s3:DeleteObjectVersion");
        for (Principal who : List.of(user(GLOBEX), Principal.ANYBODY)) {
            for (String name : List.of("acme--photos", "acme--missing", "nobody--photos")) {
                assertThat(as(who).may(delete, name, "")).as(name).isFalse();
            }
        }
        assertThat(as(user(ACME)).may(delete, "photos", "")).isTrue();
        policy(
                "photos",
                "{'Effect':'Allow','Principal':'*','Action':'s3:DeleteObject',"
                        + "'Resource':'arn:aws:s3:::photos/*'}");
        assertThat(as(Principal.ANYBODY).may(delete, "acme--photos", "")).isTrue();
        assertThat(as(Principal.ANYBODY).may(delete, "acme--secret", "")).isFalse();
    }
}
