package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.sigv4.Authentication.Carrier;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…}. Static and pure. */
final class AuthorizationHeader {
    /** More than any client signs; a head has a bound of its own. */
    private static final int MOST_SIGNED_HEADERS = 128;

    private AuthorizationHeader() {}

    static Authentication.Signed read(String header, S3Request request) {
        int space = header.indexOf(' ');
        String scheme = space < 0 ? header : header.substring(0, space);
        if (!scheme.equals(SigV4.ALGORITHM)) {
            throw wrongScheme(scheme, header);
        }
        Map<String, String> parts = parts(header.substring(space < 0 ? header.length() : space));
        CredentialScope credential =
                CredentialScope.parse(part(parts, "Credential"))
                        .orElseThrow(
                                () ->
                                        Malformed.of(
                                                Carrier.HEADER,
                                                "the Credential is mal-formed; expecting"
                                                        + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/"
                                                        + "aws4_request\"."));
        List<String> signedHeaders = signedHeaders(Carrier.HEADER, part(parts, "SignedHeaders"));
        String signature = part(parts, "Signature");
        long timeMillis = timeMillis(request);
        String timestamp = AmzDate.format(timeMillis);
        if (!timestamp.startsWith(credential.date())) {
            throw Malformed.of(
                    Carrier.HEADER,
                    "Invalid credential date \""
                            + credential.date()
                            + "\". This date is not the same as X-Amz-Date: \""
                            + timestamp.substring(0, 8)
                            + "\".");
        }
        return new Authentication.Signed(
                Carrier.HEADER,
                credential,
                signedHeaders,
                signature,
                timestamp,
                timeMillis,
                0,
                payload(credential, request),
                SigV4.token(request.header("x-amz-security-token")));
    }

    private static S3Exception wrongScheme(String scheme, String header) {
        if (scheme.equals("AWS") || scheme.startsWith("AWS4-")) {
            return Malformed.unsupported();
        }
        return S3Error.INVALID_ARGUMENT
                .because("Unsupported Authorization Type")
                .with("ArgumentName", "Authorization")
                // The scheme alone: what follows it may be a password.
                .with("ArgumentValue", scheme.length() == header.length() ? "" : scheme);
    }

    private static Map<String, String> parts(String list) {
        Map<String, String> parts = new HashMap<>();
        for (String part : list.split(",", -1)) {
            String trimmed = part.strip();
            int equals = trimmed.indexOf('=');
            if (equals > 0) {
                parts.putIfAbsent(trimmed.substring(0, equals), trimmed.substring(equals + 1));
            }
        }
        return parts;
    }

    private static String part(Map<String, String> parts, String name) {
        String value = parts.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw Malformed.of(Carrier.HEADER, "the " + name + " component is missing.");
        }
        return value;
    }

    static List<String> signedHeaders(Carrier carrier, String list) {
        List<String> names = List.of(list.toLowerCase(Locale.ROOT).split(";", -1));
        if (names.size() > MOST_SIGNED_HEADERS || names.contains("")) {
            throw Malformed.of(carrier, "the SignedHeaders are not a list of header names.");
        }
        return names;
    }

    private static long timeMillis(S3Request request) {
        Optional<String> amz = request.header("x-amz-date");
        Optional<Long> millis =
                amz.isPresent()
                        ? amz.flatMap(AuthorizationHeader::anyDate)
                        : request.header("date").flatMap(AuthorizationHeader::anyDate);
        return millis.orElseThrow(
                () ->
                        S3Error.ACCESS_DENIED.because(
                                "AWS authentication requires a valid Date or x-amz-date header"));
    }

    private static Optional<Long> anyDate(String text) {
        Optional<Long> millis = AmzDate.millis(text);
        return millis.isPresent() ? millis : HttpDates.parse(text);
    }

    private static Payload payload(CredentialScope credential, S3Request request) {
        Optional<String> sent = request.header("x-amz-content-sha256");
        if (sent.isPresent()) {
            return Payload.parse(sent.get());
        }
        if (!credential.service().equals("s3")) {
            return new Payload.OfBody();
        }
        throw S3Error.INVALID_REQUEST.because(
                "Missing required header for this request: x-amz-content-sha256");
    }
}
