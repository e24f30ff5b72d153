package io.lethe.node.s3.access;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.S3Credentials;
import io.lethe.node.s3.S3Error;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Temporary credentials. Nobody stores them: the token says everything, sealed under the tenant's
 * key, which every node can ask for. A session ends at its time, or with the access key that it
 * came from. Safe for any task.
 */
public final class Sessions {
    /** Tokens opened last: with their policies some kilobytes each. */
    private static final int MOST_OPENED = 2_000;

    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int KEY_ID_LETTERS = 18;

    /** 260 bits. */
    private static final int SECRET_LETTERS = 52;

    private final S3Credentials credentials;
    private final RandomSource random;
    private final Map<String, Session> opened =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
                    return size() > MOST_OPENED;
                }
            };

    public Sessions(S3Credentials credentials, RandomSource random) {
        this.credentials = credentials;
        this.random = random;
    }

    /**
     * A session that is proven to be ours.
     *
     * @param parent the access key that it came from
     * @param policies what narrows it; none: nothing does
     */
    record Session(SessionRecord record, AccessKeyRecord parent, List<Policy> policies) {}

    /** What STS hands out. */
    public record Issued(
            String accessKeyId, String secret, String token, String sessionName, long endMillis) {
        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return "Issued[" + accessKeyId + "]";
        }
    }

    /**
     * @param sessionName empty: a session of the user itself; else of the account's role
     * @param policy that was checked, or empty
     */
    public Issued issue(
            AccessKeyRecord parent,
            String sessionName,
            String policy,
            long nowMillis,
            long lifeMillis) {
        SessionRecord record =
                new SessionRecord(
                        sessionName.isEmpty()
                                ? SessionRecord.Kind.USER
                                : SessionRecord.Kind.ACCOUNT_ROLE,
                        "LS" + letters(KEY_ID_LETTERS),
                        letters(SECRET_LETTERS),
                        sessionName,
                        nowMillis,
                        nowMillis + lifeMillis,
                        policy);
        SessionToken token =
                new SessionToken(
                        parent.tenant(),
                        parent.accessKeyId(),
                        credentials.sealSession(parent, record.encode()));
        return new Issued(
                record.accessKeyId(),
                record.secret(),
                token.encode(),
                sessionName,
                record.endMillis());
    }

    private String letters(int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /**
     * @param accessKeyId that the request is signed for
     * @throws io.lethe.node.s3.S3Exception InvalidToken, ExpiredToken
     */
    Session open(String text, String accessKeyId, long nowMillis) {
        Session session = find(text);
        // Looked up each time: with its key a session ends.
        Optional<AccessKeyRecord> parent = credentials.find(session.parent().accessKeyId());
        if (!session.record().accessKeyId().equals(accessKeyId)
                || parent.isEmpty()
                || !parent.get().equals(session.parent())) {
            throw invalid();
        }
        if (nowMillis >= session.record().endMillis()) {
            throw S3Error.EXPIRED_TOKEN.exception();
        }
        return session;
    }

    /** Whose key a token says that it came from, whatever else is true of it. */
    Optional<TenantId> claimed(String text) {
        return SessionToken.parse(text)
                .flatMap(
                        token ->
                                credentials
                                        .find(token.parentKeyId())
                                        .map(AccessKeyRecord::tenant)
                                        .filter(token.tenant()::equals));
    }

    private static RuntimeException invalid() {
        return S3Error.INVALID_TOKEN.exception();
    }

    private Session find(String text) {
        synchronized (opened) {
            Session known = opened.get(text);
            if (known != null) {
                return known;
            }
        }
        Session session = open(text);
        synchronized (opened) {
            opened.put(text, session);
        }
        return session;
    }

    private Session open(String text) {
        SessionToken token = SessionToken.parse(text).orElseThrow(Sessions::invalid);
        AccessKeyRecord parent =
                credentials
                        .find(token.parentKeyId())
                        .filter(key -> key.tenant().equals(token.tenant()))
                        .orElseThrow(Sessions::invalid);
        try {
            SessionRecord record =
                    SessionRecord.decode(credentials.openSession(parent, token.sealed()));
            return new Session(
                    record,
                    parent,
                    record.policy().isEmpty() ? List.of() : List.of(policy(record.policy())));
        } catch (StoreException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                throw invalid();
            }
            throw e;
        } catch (Decoder.CorruptEncoding | MalformedPolicyException e) {
            throw invalid();
        }
    }

    /** A policy that narrows a session. */
    public static Policy policy(String json) throws MalformedPolicyException {
        return PolicyParser.session(json.getBytes(StandardCharsets.UTF_8));
    }
}
