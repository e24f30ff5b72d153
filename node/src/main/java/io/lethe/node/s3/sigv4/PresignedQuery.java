package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.sigv4.Authentication.Carrier;
import java.util.List;
import java.util.Optional;

/** Reads the {@code X-Amz-*} parameters of a presigned URL. Static and pure. */
final class PresignedQuery {
    static final String SIGNATURE = "X-Amz-Signature";
    static final String CONTENT_SHA256 = "X-Amz-Content-Sha256";

    /** As AWS: seven days. */
    static final long MOST_LIFE_SECONDS = 604_800;

    private static final List<String> NEEDED =
            List.of(
                    "X-Amz-Algorithm",
                    "X-Amz-Credential",
                    SIGNATURE,
                    "X-Amz-Date",
                    "X-Amz-SignedHeaders",
                    "X-Amz-Expires");

    private PresignedQuery() {}

    static Authentication.Signed read(S3Request request) {
        for (String name : NEEDED) {
            if (request.parameter(name).orElse("").isEmpty()) {
                throw Malformed.query(
                        "Query-string authentication version 4 requires the X-Amz-Algorithm,"
                                + " X-Amz-Credential, X-Amz-Signature, X-Amz-Date,"
                                + " X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
            }
        }
        checkOnce(request);
        if (!get(request, "X-Amz-Algorithm").equals(SigV4.ALGORITHM)) {
            throw Malformed.query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        CredentialScope credential =
                CredentialScope.parse(get(request, "X-Amz-Credential"))
                        .orElseThrow(
                                () ->
                                        Malformed.of(
                                                Carrier.QUERY,
                                                "the Credential is mal-formed; expecting"
                                                        + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/"
                                                        + "aws4_request\"."));
        String timestamp = get(request, "X-Amz-Date");
        long timeMillis =
                AmzDate.millis(timestamp)
                        .orElseThrow(
                                () ->
                                        Malformed.query(
                                                "X-Amz-Date must be in the ISO8601 Long Format"
                                                        + " \"yyyyMMdd'T'HHmmss'Z'\""));
        if (!timestamp.startsWith(credential.date())) {
            throw Malformed.of(
                    Carrier.QUERY,
                    "incorrect date \""
                            + credential.date()
                            + "\". This date is not the same as X-Amz-Date: \""
                            + timestamp.substring(0, 8)
                            + "\".");
        }
        return new Authentication.Signed(
                Carrier.QUERY,
                credential,
                AuthorizationHeader.signedHeaders(
                        Carrier.QUERY, get(request, "X-Amz-SignedHeaders")),
                get(request, SIGNATURE),
                timestamp,
                timeMillis,
                lifeSeconds(get(request, "X-Amz-Expires")),
                payload(request),
                SigV4.token(request.parameter("X-Amz-Security-Token")));
    }

    /** Two values would let the one that is verified differ from the one that is used. */
    private static void checkOnce(S3Request request) {
        long count =
                request.parameters().stream()
                        .map(S3Request.Parameter::name)
                        .filter(NEEDED::contains)
                        .count();
        if (count != NEEDED.size()) {
            throw Malformed.query("Each X-Amz parameter of a signature must stand once.");
        }
    }

    private static String get(S3Request request, String name) {
        return request.parameter(name).orElse("");
    }

    private static long lifeSeconds(String text) {
        boolean digits = text.chars().allMatch(one -> one >= '0' && one <= '9');
        if (!digits) {
            throw Malformed.query(
                    text.startsWith("-")
                            ? "X-Amz-Expires must be non-negative"
                            : "X-Amz-Expires should be a number");
        }
        long seconds = text.length() > 9 ? Long.MAX_VALUE : Long.parseLong(text);
        if (seconds > MOST_LIFE_SECONDS) {
            throw Malformed.query(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given"
                            + " X-Amz-Expires must be less than 604800 seconds");
        }
        if (seconds == 0) {
            throw Malformed.query("X-Amz-Expires must be at least 1 second");
        }
        return seconds;
    }

    private static Payload payload(S3Request request) {
        Optional<String> sent = request.parameter(CONTENT_SHA256);
        if (sent.isEmpty()) {
            sent = request.header("x-amz-content-sha256");
        }
        return sent.map(Payload::parse).orElse(new Payload.Unsigned());
    }
}
