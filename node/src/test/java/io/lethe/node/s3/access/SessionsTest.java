package io.lethe.node.s3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.Envelope;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.S3Credentials;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tokens that nobody stores: what they say holds, and nothing else does. */
class SessionsTest {
    private static final TenantId ACME = new TenantId(new Id128(1, 2));
    private static final TenantId GLOBEX = new TenantId(new Id128(3, 4));
    private static final long NOW = 1_800_000_000_000L;
    private static final long LIFE = 900_000;
    private static final String POLICY =
            "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\","
                    + "\"Resource\":\"*\"}]}";

    private final RandomSource random = RandomSource.seeded(1);
    private final Keys keys = new Keys();
    private final AccessKeyRecord parent = keys.add("PARENT", ACME);
    private final Sessions sessions = new Sessions(keys, random);

    /** Access keys, and a key of each tenant. */
    private final class Keys implements S3Credentials {
        private final Map<String, AccessKeyRecord> known = new HashMap<>();
        private final Map<TenantId, KeyBytes> tenants = new HashMap<>();

        AccessKeyRecord add(String id, TenantId tenant) {
            AccessKeyRecord key =
                    new AccessKeyRecord(id, tenant, new Id128(7, 7), Bytes.utf8(id), false);
            known.put(id, key);
            tenants.putIfAbsent(tenant, KeyBytes.random(random));
            return key;
        }

        private KeyBytes key(AccessKeyRecord of) {
            return Objects.requireNonNull(tenants.get(of.tenant()));
        }

        @Override
        public Optional<AccessKeyRecord> find(String accessKeyId) {
            return Optional.ofNullable(known.get(accessKeyId));
        }

        @Override
        public String secret(AccessKeyRecord key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Bytes sealSession(AccessKeyRecord of, byte[] session) {
            return Envelope.seal(
                    key(of), Purpose.SESSION_TOKEN, Bytes.utf8(of.accessKeyId()), session, random);
        }

        @Override
        public byte[] openSession(AccessKeyRecord of, Bytes sealed) {
            return Envelope.open(
                    key(of), Purpose.SESSION_TOKEN, Bytes.utf8(of.accessKeyId()), sealed);
        }
    }

    private S3Error refused(String token, String accessKeyId, long nowMillis) {
        S3Exception failure =
                catchThrowableOfType(
                        S3Exception.class, () -> sessions.open(token, accessKeyId, nowMillis));
        assertThat(failure).as("refused").isNotNull();
        return failure.error();
    }

    @Test
    void aSessionSaysWhatItWasIssuedFor() {
        Sessions.Issued issued = sessions.issue(parent, "ann", POLICY, NOW, LIFE);
        for (Sessions anyNode : new Sessions[] {sessions, new Sessions(keys, random)}) {
            Sessions.Session session = anyNode.open(issued.token(), issued.accessKeyId(), NOW);
            assertThat(session.parent()).isEqualTo(parent);
            assertThat(session.record().kind()).isEqualTo(SessionRecord.Kind.ACCOUNT_ROLE);
            assertThat(session.record().secret()).isEqualTo(issued.secret());
            assertThat(session.record().sessionName()).isEqualTo("ann");
            assertThat(session.policies()).hasSize(1);
        }
        Sessions.Issued own = sessions.issue(parent, "", "", NOW, LIFE);
        Sessions.Session session = sessions.open(own.token(), own.accessKeyId(), NOW);
        assertThat(session.record().kind()).isEqualTo(SessionRecord.Kind.USER);
        assertThat(session.policies()).isEmpty();
    }

    @Test
    void itEndsAtItsTimeAndWithTheKeyThatItCameFrom() {
        Sessions.Issued issued = sessions.issue(parent, "ann", "", NOW, LIFE);
        String id = issued.accessKeyId();
        assertThat(sessions.open(issued.token(), id, NOW + LIFE - 1)).isNotNull();
        assertThat(refused(issued.token(), id, NOW + LIFE)).isEqualTo(S3Error.EXPIRED_TOKEN);
        assertThat(refused(issued.token(), "PARENT", NOW)).isEqualTo(S3Error.INVALID_TOKEN);
        keys.known.remove("PARENT");
        assertThat(refused(issued.token(), id, NOW)).isEqualTo(S3Error.INVALID_TOKEN);
        keys.add("PARENT", GLOBEX);
        assertThat(refused(issued.token(), id, NOW))
                .as("another tenant's key of that name")
                .isEqualTo(S3Error.INVALID_TOKEN);
    }

    @Test
    void aTokenTellsWhoseItSaysThatItIsAsLongAsThatKeyIsThere() {
        Sessions.Issued issued = sessions.issue(parent, "ann", "", NOW, LIFE);
        assertThat(sessions.claimed(issued.token())).contains(ACME);
        assertThat(sessions.claimed("none")).isEmpty();
        keys.known.remove("PARENT");
        assertThat(sessions.claimed(issued.token())).isEmpty();
        keys.add("PARENT", GLOBEX);
        assertThat(sessions.claimed(issued.token())).isEmpty();
    }

    @Test
    void noBitOfATokenCanBeAnother() {
        keys.add("OTHERS", GLOBEX);
        Sessions.Issued issued = sessions.issue(parent, "ann", POLICY, NOW, LIFE);
        byte[] bytes = Base64.getDecoder().decode(issued.token());
        for (int i = 0; i < bytes.length; i++) {
            byte[] other = bytes.clone();
            other[i] ^= (byte) (1 << (i % 8));
            assertThat(
                            refused(
                                    Base64.getEncoder().encodeToString(other),
                                    issued.accessKeyId(),
                                    NOW))
                    .as("byte " + i)
                    .isEqualTo(S3Error.INVALID_TOKEN);
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] cut = Arrays.copyOf(bytes, i);
            assertThat(refused(Base64.getEncoder().encodeToString(cut), issued.accessKeyId(), NOW))
                    .isEqualTo(S3Error.INVALID_TOKEN);
        }
        Random noise = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            byte[] any = new byte[noise.nextInt(200)];
            noise.nextBytes(any);
            assertThat(refused(Base64.getEncoder().encodeToString(any), "x", NOW))
                    .as("seed 5, token " + i)
                    .isEqualTo(S3Error.INVALID_TOKEN);
        }
        assertThat(refused("no base64!", "x", NOW)).isEqualTo(S3Error.INVALID_TOKEN);
    }

    @Test
    void storedTokensAreRead() {
        SessionRecord record =
                new SessionRecord(
                        SessionRecord.Kind.ACCOUNT_ROLE, "LSKEY", "secret", "ann", 1, 2, "{}");
        String stored =
                "01010"
                        + "54c534b4559"
                        + "06736563726574"
                        + "03616e6e"
                        + "0000000000000001"
                        + "0000000000000002"
                        + "027b7d";
        assertThat(Bytes.wrap(record.encode()).hex()).isEqualTo(stored);
        assertThat(SessionRecord.decode(Bytes.hex(stored).toArray())).isEqualTo(record);
        SessionToken token = new SessionToken(ACME, "PARENT", Bytes.utf8("sealed"));
        String text = "AQAAAAAAAAABAAAAAAAAAAIGUEFSRU5UBnNlYWxlZA==";
        assertThat(token.encode()).isEqualTo(text);
        assertThat(SessionToken.parse(text)).contains(token);
    }
}
