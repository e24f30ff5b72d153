package io.lethe.node.s3.access;

import io.lethe.node.base.Clock;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import io.lethe.node.s3.S3Credentials;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.s3.sigv4.ChunkSigner;
import io.lethe.node.s3.sigv4.Payload;
import io.lethe.node.s3.sigv4.SigV4;
import io.lethe.node.s3.sigv4.SigningKey;
import io.lethe.node.s3.sigv4.SigningKeys;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import io.lethe.node.tenant.policy.UserPolicies;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds out who asks. Safe for any task. */
public final class Identification {
    /** Keys derived for a day and region: one for each access key in use at a time. */
    private static final int MOST_SIGNING_KEYS = 10_000;

    /** What an account lets its admins do. */
    private static final Policy EVERYTHING =
            everything(
                    """
                    {"Version": "2012-10-17",
                     "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\
                    """);

    private final S3Credentials credentials;
    private final S3Tenants tenants;
    private final Clock clock;
    private final String region;
    private final Sessions sessions;
    private final UserPolicies userPolicies = new UserPolicies();
    private final SigningKeys signingKeys = new SigningKeys(MOST_SIGNING_KEYS);

    public Identification(
            S3Credentials credentials,
            Sessions sessions,
            S3Tenants tenants,
            Clock clock,
            String region) {
        this.credentials = credentials;
        this.sessions = sessions;
        this.tenants = tenants;
        this.clock = clock;
        this.region = region;
    }

    private static Policy everything(String json) {
        try {
            return PolicyParser.identity(json.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the built-in policy is malformed", e);
        }
    }

    /**
     * Who asks, and what is known of the body that follows.
     *
     * @param signer of chunks; null where nobody signed
     */
    public record Identified(
            Principal principal,
            Authentication how,
            Payload payload,
            @Nullable ChunkSigner signer) {}

    /** A request that nobody signed, or whose signature does not matter. */
    public static final Identified ANYBODY =
            new Identified(
                    Principal.ANYBODY,
                    new Authentication.Anonymous(),
                    new Payload.Unsigned(),
                    null);

    /**
     * @param services for which the request may be signed
     * @throws io.lethe.node.s3.S3Exception as {@link SigV4} and {@link Authentication.Signed} say;
     *     InvalidAccessKeyId, InvalidToken
     */
    public Identified of(S3Request request, Set<String> services) {
        return switch (SigV4.read(request)) {
            case Authentication.Anonymous none ->
                    new Identified(Principal.ANYBODY, none, Payload.ofAnonymous(request), null);
            case Authentication.Signed signed -> {
                Claim claim = claim(signed, services);
                ChunkSigner signer = SigV4.verify(signed, request, claim.key());
                tenants.checkServed(claim.principal().asker());
                yield new Identified(claim.principal(), signed, signed.payload(), signer);
            }
        };
    }

    /**
     * Who sends a form.
     *
     * @param fields by lower-case name
     * @throws io.lethe.node.s3.S3Exception as {@link #of}
     */
    public Identified ofForm(Map<String, String> fields) {
        Authentication how = SigV4.readForm(fields);
        if (!(how instanceof Authentication.Signed signed)) {
            return new Identified(Principal.ANYBODY, how, new Payload.Unsigned(), null);
        }
        Claim claim = claim(signed, Set.of("s3"));
        SigV4.verifyForm(signed, fields.getOrDefault("policy", ""), claim.key());
        tenants.checkServed(claim.principal().asker());
        return new Identified(claim.principal(), signed, signed.payload(), null);
    }

    /**
     * The tenant that a request says it comes from, proven or not; empty where it says nothing that
     * can be so.
     */
    public Optional<TenantId> claimed(S3Request request) {
        return claimed(() -> SigV4.read(request));
    }

    /**
     * As {@link #claimed(S3Request)}, of a form.
     *
     * @param fields by lower-case name
     */
    public Optional<TenantId> claimedByForm(Map<String, String> fields) {
        return claimed(() -> SigV4.readForm(fields));
    }

    private Optional<TenantId> claimed(Supplier<Authentication> read) {
        try {
            if (!(read.get() instanceof Authentication.Signed signed)) {
                return Optional.empty();
            }
            return signed.sessionToken().isPresent()
                    ? sessions.claimed(signed.sessionToken().get())
                    : credentials
                            .find(signed.credential().accessKeyId())
                            .map(AccessKeyRecord::tenant);
        } catch (S3Exception e) {
            // What is wrong with the signature is for the request itself to hear.
            return Optional.empty();
        }
    }

    /** Who the request says it comes from, and the key that proves it. */
    record Claim(Principal principal, SigningKey key) {}

    private Claim claim(Authentication.Signed signed, Set<String> services) {
        signed.checkTime(clock.wallMillis());
        signed.checkScope(region, services);
        String accessKeyId = signed.credential().accessKeyId();
        if (signed.sessionToken().isPresent()) {
            Sessions.Session session =
                    sessions.open(signed.sessionToken().get(), accessKeyId, clock.wallMillis());
            return new Claim(
                    principal(session),
                    signingKeys.of(session.record().secret(), signed.credential()));
        }
        AccessKeyRecord key =
                credentials
                        .find(accessKeyId)
                        .orElseThrow(
                                () ->
                                        S3Error.INVALID_ACCESS_KEY_ID
                                                .exception()
                                                .with("AWSAccessKeyId", accessKeyId));
        return new Claim(
                principal(key), signingKeys.of(credentials.secret(key), signed.credential()));
    }

    /** The user of a key; a key goes with its user. */
    private UserRecord user(AccessKeyRecord key) {
        return tenants.user(key.tenant(), key.user())
                .orElseThrow(S3Error.INVALID_ACCESS_KEY_ID::exception);
    }

    private static Caller.User caller(UserRecord user) {
        return new Caller.User(
                user.tenant().account(),
                user.tenant().canonical(),
                "/",
                user.name(),
                user.id().toString());
    }

    private static Optional<Principal.Member> member(UserRecord user) {
        return Optional.of(new Principal.Member(user.tenant(), user.id(), user.admin()));
    }

    private List<Policy> policies(UserRecord user) {
        return user.admin() ? List.of(EVERYTHING) : userPolicies.of(user);
    }

    private Principal principal(AccessKeyRecord key) {
        UserRecord user = user(key);
        return new Principal(
                caller(user),
                member(user),
                key.accessKeyId(),
                null,
                key.operator(),
                policies(user),
                List.of());
    }

    private Principal principal(Sessions.Session session) {
        AccessKeyRecord parent = session.parent();
        SessionRecord record = session.record();
        UserRecord user = user(parent);
        return new Principal(
                switch (record.kind()) {
                    case USER -> caller(user);
                    case ACCOUNT_ROLE -> accountRole(parent.tenant(), record.sessionName());
                },
                member(user),
                record.accessKeyId(),
                new Principal.Origin(parent.accessKeyId(), record.issuedMillis()),
                parent.operator(),
                policies(user),
                session.policies());
    }

    /** A session of the role that every account has, and that may do what the account may. */
    public static Caller.RoleSession accountRole(TenantId tenant, String sessionName) {
        return new Caller.RoleSession(
                tenant.account(),
                tenant.canonical(),
                "/",
                "account",
                tenant.id().toString(),
                sessionName);
    }

    /**
     * The access key behind a caller.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidAccessKeyId where it is gone
     */
    public AccessKeyRecord parent(Principal principal) {
        Principal.Origin origin = principal.origin();
        return credentials
                .find(origin == null ? principal.accessKeyId() : origin.accessKeyId())
                .orElseThrow(S3Error.INVALID_ACCESS_KEY_ID::exception);
    }

    /**
     * Who asks by a short body that is hashed whole, as STS's are.
     *
     * @throws io.lethe.node.s3.S3Exception as {@link #of}; MissingAuthenticationToken
     */
    public Principal ofBody(S3Request request, byte[] body, Set<String> services) {
        if (!(SigV4.read(request) instanceof Authentication.Signed signed)) {
            throw S3Error.MISSING_AUTHENTICATION_TOKEN.exception();
        }
        Claim claim = claim(signed, services);
        var _ = SigV4.verifyBody(signed, request, claim.key(), body);
        tenants.checkServed(claim.principal().asker());
        return claim.principal();
    }
}
