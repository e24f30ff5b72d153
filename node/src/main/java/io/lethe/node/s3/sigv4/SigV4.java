package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way in: {@link #read} tells who a request claims to come from, {@link #verify} proves it.
 * Static and pure.
 */
public final class SigV4 {
    public static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private SigV4() {}

    /**
     * Reads the Authorization header or the presigned query.
     *
     * @throws io.lethe.node.s3.S3Exception for a signature that can't be read, and for SigV2
     */
    public static Authentication read(S3Request request) {
        List<String> headers = request.headerValues("authorization");
        boolean presigned =
                request.hasParameter("X-Amz-Algorithm") || request.hasParameter("X-Amz-Signature");
        boolean presignedV2 =
                request.hasParameter("Signature") && request.hasParameter("AWSAccessKeyId");
        if (headers.size() + (presigned ? 1 : 0) + (presignedV2 ? 1 : 0) > 1) {
            throw S3Error.INVALID_ARGUMENT
                    .because(
                            "Only one auth mechanism allowed; only the X-Amz-Algorithm query"
                                    + " parameter, Signature query string parameter or the"
                                    + " Authorization header should be specified")
                    .with("ArgumentName", "Authorization");
        }
        if (presignedV2) {
            throw Malformed.unsupported();
        }
        if (presigned) {
            return PresignedQuery.read(request);
        }
        return headers.isEmpty()
                ? new Authentication.Anonymous()
                : AuthorizationHeader.read(headers.getFirst().strip(), request);
    }

    /**
     * Reads the fields of a POST form.
     *
     * @param fields by lower-case name
     */
    public static Authentication readForm(Map<String, String> fields) {
        return FormFields.read(fields);
    }

    /**
     * Proves that the holder of the key signed this request, in constant time.
     *
     * @return what verifies chunks that follow
     * @throws io.lethe.node.s3.S3Exception SignatureDoesNotMatch; AccessDenied where headers that
     *     matter are not signed
     */
    public static ChunkSigner verify(
            Authentication.Signed signed, S3Request request, SigningKey key) {
        return verify(signed, request, key, signed.payload().canonical());
    }

    /**
     * As {@link #verify(Authentication.Signed, S3Request, SigningKey)}, of a request whose body was
     * hashed first: {@link Payload.OfBody}.
     */
    public static ChunkSigner verify(
            Authentication.Signed signed,
            S3Request request,
            SigningKey key,
            String payloadSha256Hex) {
        checkHeadersSigned(signed, request);
        String canonical = CanonicalRequest.of(signed, request, payloadSha256Hex);
        String toSign =
                String.join(
                        "\n",
                        ALGORITHM,
                        signed.timestamp(),
                        signed.credential().signed(),
                        Hashes.sha256Hex(CanonicalRequest.bytes(canonical)));
        if (!Hashes.same(key.sign(toSign), signed.signature())) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH
                    .exception()
                    .with("AWSAccessKeyId", signed.credential().accessKeyId())
                    .with("StringToSign", toSign)
                    .with("SignatureProvided", signed.signature())
                    .with("CanonicalRequest", canonical);
        }
        return new ChunkSigner(key, signed.timestamp(), signed.signature());
    }

    /** As {@link #verify(Authentication.Signed, S3Request, SigningKey)}, with the whole body. */
    public static ChunkSigner verifyBody(
            Authentication.Signed signed, S3Request request, SigningKey key, byte[] body) {
        String hash = Hashes.sha256Hex(body);
        if (signed.payload() instanceof Payload.Digest(String said)
                && !said.equalsIgnoreCase(hash)) {
            throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH.exception();
        }
        return verify(
                signed,
                request,
                key,
                signed.payload() instanceof Payload.OfBody ? hash : signed.payload().canonical());
    }

    /**
     * Proves the policy of a POST form.
     *
     * @param policyBase64 the field as sent
     */
    public static void verifyForm(
            Authentication.Signed signed, String policyBase64, SigningKey key) {
        if (!Hashes.same(key.sign(policyBase64), signed.signature())) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH
                    .exception()
                    .with("AWSAccessKeyId", signed.credential().accessKeyId())
                    .with("StringToSign", policyBase64)
                    .with("SignatureProvided", signed.signature());
        }
    }

    /**
     * A header that a stranger could add on the way must not count: {@code host} and every {@code
     * x-amz-} header must be signed, except where its value is part of what is signed anyway.
     */
    private static void checkHeadersSigned(Authentication.Signed signed, S3Request request) {
        List<String> missing = new ArrayList<>();
        if (!signed.signedHeaders().contains("host")) {
            missing.add("host");
        }
        for (String name : request.headerNames()) {
            if (name.startsWith("x-amz-")
                    && !signed.signedHeaders().contains(name)
                    && !boundOtherwise(name, signed, request)) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            throw S3Error.ACCESS_DENIED
                    .because("There were headers present in the request which were not signed")
                    .with("HeadersNotSigned", String.join(", ", missing));
        }
    }

    private static boolean boundOtherwise(
            String name, Authentication.Signed signed, S3Request request) {
        return switch (name) {
            case "x-amz-content-sha256" ->
                    !request.hasParameter(PresignedQuery.CONTENT_SHA256)
                            && request.headerValues(name).size() == 1
                            && !(signed.payload() instanceof Payload.OfBody);
            case "x-amz-date" ->
                    signed.carrier() == Authentication.Carrier.HEADER
                            && request.headerValues(name).size() == 1;
            default -> false;
        };
    }

    /** Of a header or a parameter; empty counts as none. */
    static Optional<String> token(Optional<String> sent) {
        return sent.filter(token -> !token.isEmpty());
    }
}
