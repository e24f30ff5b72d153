package io.lethe.node.s3.access;

import io.lethe.node.base.Clock;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.UserRecord;
import io.lethe.node.s3.S3Credentials;
import io.lethe.node.s3.S3Error;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out who asks. Safe for any task. */
public final class Identification {
    /** Keys derived for a day and region: one for each access key in use at a time. */
    private static final int MOST_SIGNING_KEYS = 10_000;

    /**
     * What an account lets its users do. Users have no policies of their own yet, and all of them
     * have all of the account's rights.
     */
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
    private final SigningKeys signingKeys = new SigningKeys(MOST_SIGNING_KEYS);

    public Identification(
            S3Credentials credentials, S3Tenants tenants, Clock clock, String region) {
        this.credentials = credentials;
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
                yield new Identified(claim.principal(), signed, signed.payload(), signer);
            }
        };
    }

    /** Who the request says it comes from, and the key that proves it. */
    record Claim(Principal principal, SigningKey key) {}

    private Claim claim(Authentication.Signed signed, Set<String> services) {
        signed.checkTime(clock.wallMillis());
        signed.checkScope(region, services);
        if (signed.sessionToken().isPresent()) {
            throw S3Error.INVALID_TOKEN.exception();
        }
        String accessKeyId = signed.credential().accessKeyId();
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

    private Principal principal(AccessKeyRecord key) {
        String name =
                tenants.user(key.tenant(), key.user())
                        .map(UserRecord::name)
                        .orElseGet(() -> key.user().toString());
        return new Principal(
                new Caller.User(
                        key.tenant().account(),
                        key.tenant().canonical(),
                        "/",
                        name,
                        key.user().toString()),
                Optional.of(key.tenant()),
                key.accessKeyId(),
                key.operator(),
                List.of(EVERYTHING),
                List.of());
    }
}
