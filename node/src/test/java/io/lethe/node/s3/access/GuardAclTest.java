package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.PublicAccessBlock;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What ACLs grant, and how public access is blocked. */
class GuardAclTest extends GuardWorld {
    @Test
    void anObjectsAclCountsWhereTheOwnerHasAclsAndDoesNotIgnoreThem() throws Exception {
        stored(ACME, "photos/public", Map.of(), "public-read");
        stored(ACME, "photos/known", Map.of(), "authenticated-read");
        stored(ACME, "photos/own", Map.of(), "");
        Principal any = Principal.ANYBODY;
        assertThat(as(any).may(READ, "acme--photos", "public")).isFalse();
        assertThat(looks).as("without ACLs nobody looks").isZero();
        set(
                ACME,
                "photos",
                BucketSetting.OWNERSHIP_CONTROLS,
                new OwnershipControls(OwnershipControls.Ownership.BUCKET_OWNER_PREFERRED).write());
        assertThat(as(any).may(READ, "acme--photos", "public")).isTrue();
        assertThat(as(any).query("versionId=v").may(READ, "acme--photos", "public")).isFalse();
        assertThat(as(any).may(WRITE, "acme--photos", "public")).isFalse();
        assertThat(as(any).may(Rights.of("s3:GetObjectAcl"), "acme--photos", "public")).isFalse();
        assertThat(as(any).may(READ, "acme--photos", "known")).isFalse();
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "known")).isTrue();
        assertThat(as(any).may(READ, "acme--photos", "own")).isFalse();
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "own")).isFalse();
        assertThat(as(user(GLOBEX, session("s3:Put*", "*"))).may(READ, "acme--photos", "public"))
                .as("a session's policy narrows what an ACL gives")
                .isFalse();
        policy(
                "photos",
                "{'Effect':'Deny','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/known'}");
        assertThat(as(user(GLOBEX)).may(READ, "acme--photos", "known")).isFalse();
        set(
                ACME,
                "photos",
                BucketSetting.PUBLIC_ACCESS_BLOCK,
                new PublicAccessBlock(false, true, false, false).write());
        assertThat(as(any).may(READ, "acme--photos", "public")).isFalse();
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
}
