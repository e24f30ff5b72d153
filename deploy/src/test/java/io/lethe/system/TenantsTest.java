package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.client.ErrorCode;
import io.lethe.client.IdentityClient;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.ListOptions;
import io.lethe.client.model.AccessKey;
import io.lethe.client.model.NewAccessKey;
import io.lethe.client.model.ServiceClass;
import io.lethe.client.model.Tenant;
import io.lethe.client.model.User;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Tenants, users and keys, on six processes: who may do what, and how soon that changes. */
@Shared(Kind.PROCESSES)
class TenantsTest {
    /** After the change was answered: every node goes by it already. */
    private static final long AT_MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int LARGE = 32 << 20;

    /** A tenant with an admin who has a key. */
    private record Provisioned(Tenant tenant, IdentityClient users, NewAccessKey admin) {
        static Provisioned of(LetheClient operator, String alias) {
            Tenant tenant = operator.tenants().create(alias, "", ServiceClass.ENTERPRISE);
            IdentityClient users = operator.identities().of(alias);
            User ann = users.createUser("ann", false, true);
            return new Provisioned(tenant, users, users.createKey(ann.name(), Optional.empty()));
        }

        LetheClient client(Cluster cluster) {
            return TenantsTest.client(cluster, admin);
        }
    }

    private static LetheClient client(Cluster cluster, NewAccessKey key) {
        return cluster.client(key.key().id(), key.secret());
    }

    private static S3Client s3(Cluster cluster, int node, NewAccessKey key) {
        return S3Clients.sync(
                cluster, node, AwsBasicCredentials.create(key.key().id(), key.secret()));
    }

    private static String refused(Runnable attempt) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        return failure.awsErrorDetails().errorCode();
    }

    private static String policy(String statement) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + statement.replace('\'', '"') + "]}";
    }

    @Test
    void tenantsHaveNamesOfTheirOwnAndSeeNothingOfEachOther(Cluster cluster) {
        try (LetheClient operator = cluster.client()) {
            Provisioned acme = Provisioned.of(operator, "t-acme");
            Provisioned globex = Provisioned.of(operator, "t-globex");
            assertThat(acme.tenant().account()).hasSize(12);
            assertThat(operator.tenants().get(acme.tenant().account())).isEqualTo(acme.tenant());
            assertThat(operator.tenants().list()).contains(acme.tenant(), globex.tenant());
            assertThatThrownBy(() -> operator.tenants().create("t-acme", "", ServiceClass.PERSONAL))
                    .isInstanceOf(LetheException.Conflict.class);
            try (LetheClient ofAcme = acme.client(cluster);
                    LetheClient ofGlobex = globex.client(cluster)) {
                ofAcme.buckets().create("same");
                ofGlobex.buckets().create("same");
                ofAcme.objects().put("same", "key", new Contents(1, 20_000).source());
                assertThat(ofGlobex.objects().list("same", ListOptions.ALL)).isEmpty();
                assertThat(Contents.stored(ofAcme, "same", "key"))
                        .isEqualTo(new Contents(1, 20_000).sha256());
                for (Runnable attempt :
                        new Runnable[] {
                            () -> ofAcme.identities().of("t-globex").user("ann"),
                            () -> ofAcme.identities().of("no-such-tenant").user("ann"),
                            () -> ofAcme.identities().of("t-globex").createUser("x", false, true),
                            () -> ofAcme.tenants().get("t-acme"),
                            () -> ofAcme.tenants().setSuspended("t-globex", true),
                            () -> ofAcme.cluster().status()
                        }) {
                    LetheException.Denied denied =
                            catchThrowableOfType(LetheException.Denied.class, attempt::run);
                    assertThat(denied).isNotNull();
                    assertThat(denied.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
                }
                assertThat(ofAcme.identities().user("ann").admin()).isTrue();
                assertThat(ofAcme.identities().of("t-acme").users()).hasSize(1);
            }
        }
    }

    @Test
    void aUserMayDoWhatItsPoliciesSayByBothDoors(Cluster cluster) {
        try (LetheClient operator = cluster.client()) {
            Provisioned acme = Provisioned.of(operator, "t-rights");
            try (LetheClient admin = acme.client(cluster)) {
                admin.buckets().create("photos");
                admin.objects().put("photos", "a/1", new Contents(1, 1_000).source());
                User bob = admin.identities().createUser("bob", true, false);
                NewAccessKey key = admin.identities().createKey("bob", Optional.empty());
                try (LetheClient client = client(cluster, key);
                        S3Client s3 = s3(cluster, 3, key)) {
                    assertThatThrownBy(() -> Contents.stored(client, "photos", "a/1"))
                            .isInstanceOf(LetheException.Denied.class);
                    assertThat(refused(() -> s3.getObject(g -> g.bucket("photos").key("a/1"))))
                            .isEqualTo("AccessDenied");
                    assertThatThrownBy(() -> admin.identities().setPolicy("bob", "p", "{nonsense"))
                            .isInstanceOf(LetheException.Request.class);
                    String read =
                            policy(
                                    "{'Effect':'Allow','Action':'s3:GetObject',"
                                            + "'Resource':'arn:aws:s3:::photos/a/*'}");
                    User now = admin.identities().setPolicy("bob", "read", read);
                    assertThat(now.policies()).containsEntry("read", read);
                    assertThat(now.arn()).endsWith(":user/bob");
                    assertThat(Contents.stored(client, "photos", "a/1"))
                            .isEqualTo(new Contents(1, 1_000).sha256());
                    assertThat(
                                    s3.getObjectAsBytes(g -> g.bucket("photos").key("a/1"))
                                            .asByteArray())
                            .hasSize(1_000);
                    assertThat(
                                    refused(
                                            () ->
                                                    s3.putObject(
                                                            p -> p.bucket("photos").key("a/2"),
                                                            RequestBody.fromString("x"))))
                            .isEqualTo("AccessDenied");
                    assertThatThrownBy(
                                    () ->
                                            client.objects()
                                                    .put(
                                                            "photos",
                                                            "a/2",
                                                            new Contents(2, 9).source()))
                            .isInstanceOf(LetheException.Denied.class);
                    assertThatThrownBy(() -> client.identities().createUser("eve", false, true))
                            .isInstanceOf(LetheException.Denied.class);
                    admin.identities().setPolicy("bob", "read", "");
                    for (int node = 0; node < Cluster.NODES; node++) {
                        try (S3Client one = s3(cluster, node, key)) {
                            assertThat(
                                            refused(
                                                    () ->
                                                            one.getObject(
                                                                    g ->
                                                                            g.bucket("photos")
                                                                                    .key("a/1"))))
                                    .isEqualTo("AccessDenied");
                        }
                    }
                    assertThat(bob.service()).isTrue();
                }
            }
        }
    }

    @Test
    void aRevokedKeyIsTakenByNoNodeAnyMore(Cluster cluster) {
        try (LetheClient operator = cluster.client()) {
            Provisioned acme = Provisioned.of(operator, "t-keys");
            User ann = acme.users().user("ann");
            NewAccessKey second = acme.users().createKey(ann.id(), Optional.empty());
            assertThat(acme.users().keys("ann"))
                    .extracting(AccessKey::id)
                    .containsExactlyInAnyOrder(acme.admin().key().id(), second.key().id());
            for (int node = 0; node < Cluster.NODES; node++) {
                try (S3Client s3 = s3(cluster, node, second)) {
                    assertThat(s3.listBuckets().buckets()).isEmpty();
                }
            }
            AccessKey disabled = acme.users().setKeyActive(second.key().id(), false);
            assertThat(disabled.active()).isFalse();
            taken(cluster, second, "InvalidAccessKeyId");
            acme.users().setKeyActive(second.key().id(), true);
            try (S3Client s3 = s3(cluster, 5, second)) {
                assertThat(s3.listBuckets().buckets()).isEmpty();
            }
            acme.users().deleteKey(second.key().id());
            taken(cluster, second, "InvalidAccessKeyId");
            assertThat(acme.users().keys("ann")).hasSize(1);
            acme.users().deleteUser("ann");
            taken(cluster, acme.admin(), "InvalidAccessKeyId");
            assertThatThrownBy(() -> acme.users().user("ann"))
                    .isInstanceOf(LetheException.NotFound.class);
        }
    }

    private static void taken(Cluster cluster, NewAccessKey key, String refusal) {
        for (int node = 0; node < Cluster.NODES; node++) {
            try (S3Client s3 = s3(cluster, node, key)) {
                assertThat(refused(s3::listBuckets)).isEqualTo(refusal);
            }
        }
    }

    @Test
    void aSuspensionMeetsRunningRequestsOnEveryNodeAtOnce(Cluster cluster) throws IOException {
        try (LetheClient operator = cluster.client()) {
            Provisioned acme = Provisioned.of(operator, "t-suspended");
            try (S3Client s3 = s3(cluster, 2, acme.admin())) {
                s3.createBucket(b -> b.bucket("held"));
                s3.putObject(
                        p -> p.bucket("held").key("large"), RequestBody.fromBytes(new byte[LARGE]));
                InputStream download = s3.getObject(g -> g.bucket("held").key("large"));
                assertThat(download.read()).isZero();
                long asked = System.nanoTime();
                assertThat(operator.tenants().setSuspended("t-suspended", true).suspended())
                        .isTrue();
                long took = System.nanoTime() - asked;
                System.out.printf("a suspension is in effect after %.0f ms%n", took / 1e6);
                assertThat(took).isLessThan(AT_MOST_NANOS);
                assertThatThrownBy(() -> readToEnd(download)).isInstanceOf(IOException.class);
                taken(cluster, acme.admin(), "AccessDenied");
                try (LetheClient client = acme.client(cluster)) {
                    assertThatThrownBy(() -> Contents.stored(client, "held", "large"))
                            .isInstanceOf(LetheException.Denied.class);
                }
                operator.tenants().setSuspended("t-suspended", false);
                assertThat(s3.headObject(h -> h.bucket("held").key("large")).contentLength())
                        .isEqualTo(LARGE);
            }
            asked(operator, acme, cluster);
        }
    }

    private static void asked(LetheClient operator, Provisioned acme, Cluster cluster) {
        acme.users().setSuspended("ann", true);
        taken(cluster, acme.admin(), "AccessDenied");
        acme.users().setSuspended("ann", false);
        try (S3Client s3 = s3(cluster, 4, acme.admin())) {
            assertThat(s3.listBuckets().buckets()).hasSize(1);
        }
        assertThatThrownBy(() -> operator.tenants().setSuspended("operator", true))
                .isInstanceOf(LetheException.Request.class);
    }

    private static void readToEnd(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {
            // What comes is thrown away: whether it ends well is what matters.
        }
    }
}
