package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.TestPorts;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.CopiedTenants;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.s3.xml.PublicAccessBlock;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** Two tenants with buckets, and requests to them. */
abstract class GuardWorld {
    static final TenantId ACME = new TenantId(new Id128(1, 2));
    static final TenantId GLOBEX = new TenantId(new Id128(1, 9));
    static final Rights READ = Rights.of("s3:GetObject", "s3:GetObjectVersion");
    static final Rights WRITE = Rights.of("s3:PutObject").copying();

    /** Of a session's policy, before a denial. */
    static final String ALL = "{'Effect':'Allow','Action':'s3:*','Resource':'*'},";

    static final Rights LIST = Rights.of("s3:ListBucket");

    /** How often a version was looked up. */
    int looks;

    /** How often a body was read. */
    int reads;

    private final Map<String, Attributes> stored = new HashMap<>();
    private final MemoryDirectory directory = new MemoryDirectory();
    private final Directory copy = directory.copy();
    private final BucketSettings settings = new BucketSettings(copy, 1 << 20);
    private final Guard guard =
            new Guard(
                    new Buckets(TestPorts.of(new ManualTasks(), copy, directory, () -> {})),
                    settings,
                    new CopiedTenants(copy),
                    (owner, bucket, key, versionId, _) -> {
                        looks++;
                        return Optional.ofNullable(
                                stored.get(owner.tenant() + bucket + "/" + key + versionId));
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

    void execute(DirectoryCommand command) {
        assertThat(directory.execute(command, 1, 0).reply())
                .isNotInstanceOf(DirectoryReply.Refused.class);
    }

    void bucket(TenantId tenant, String name) {
        execute(
                new DirectoryCommand.CreateBucket(
                        new BucketId(++buckets),
                        tenant,
                        name,
                        "standard",
                        BucketRecord.Versioning.OFF,
                        copy.index()));
    }

    void set(TenantId tenant, String name, BucketSetting setting, byte[] document) {
        BucketRecord bucket = copy.bucket(tenant, name).orElseThrow();
        execute(
                new DirectoryCommand.SetBucketSetting(
                        bucket.id(), setting, Bytes.copyOf(document), copy.index()));
    }

    void policy(String name, String... statements) {
        String json =
                "{\"Version\":\"2012-10-17\",\"Statement\":["
                        + String.join(",", statements).replace('\'', '"')
                        + "]}";
        set(ACME, name, BucketSetting.POLICY, Bytes.utf8(json).toArray());
    }

    static Policy everything() {
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

    static Principal user(TenantId tenant, Policy... session) {
        return new Principal(
                new Caller.User(tenant.account(), tenant.canonical(), "/", "ann", "id"),
                Optional.of(new Principal.Member(tenant, new Id128(1, 1), true)),
                "AK",
                null,
                false,
                List.of(everything()),
                List.of(session));
    }

    /** One request. */
    final class Ask {
        private final Principal who;
        private String method = "GET";
        private String target = "/";
        private String ip = "10.0.0.1";
        private String tlsVersion = "1.3";
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
            return tls("");
        }

        Ask tls(String version) {
            tlsVersion = version;
            return this;
        }

        Ask method(String name) {
            method = name;
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
                                        tlsVersion,
                                        "us-east-1",
                                        1_800_000_000_000L),
                                bucket,
                                key,
                                rights,
                                () -> {
                                    reads++;
                                    return Bytes.utf8(body).toArray();
                                },
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

    Ask as(Principal who) {
        return new Ask(who);
    }

    static Policy session(String action, String resource) throws MalformedPolicyException {
        return sessionOf(
                "{'Effect':'Allow','Action':'%s','Resource':'%s'}".formatted(action, resource));
    }

    static Policy sessionOf(String statements) throws MalformedPolicyException {
        return PolicyParser.session(
                Bytes.utf8(
                                ("{'Version':'2012-10-17','Statement':[" + statements + "]}")
                                        .replace('\'', '"'))
                        .toArray());
    }

    void stored(TenantId tenant, String at, Map<String, String> tags, String acl) {
        stored.put(
                tenant + at, new Attributes("text/plain", Map.of(), tags, Map.of()).withAcl(acl));
    }
}
