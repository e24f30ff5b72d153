package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Request;
import java.util.ArrayList;
import java.util.List;

/** The key, the day and the requests of the examples in AWS's own documentation of SigV4 for S3. */
final class Examples {
    static final String KEY_ID = "AKIAIOSFODNN7EXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    static final String HOST = "examplebucket.s3.amazonaws.com";
    static final String SCOPE = KEY_ID + "/20130524/us-east-1/s3/aws4_request";

    /** 2013-05-24T00:00:00Z. */
    static final long TIME_MILLIS = 1_369_353_600_000L;

    private Examples() {}

    /** A request of header lines {@code name: value}. */
    static S3Request request(String method, String target, String... lines) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            headers.add(
                    new S3Request.Header(
                            line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return new S3Request(method, target, headers);
    }

    static String authorization(String signedHeaders, String signature) {
        return "Authorization: AWS4-HMAC-SHA256 Credential="
                + SCOPE
                + ",SignedHeaders="
                + signedHeaders
                + ",Signature="
                + signature;
    }

    static SigningKey key(Authentication.Signed signed) {
        return SigningKey.derive(SECRET, signed.credential());
    }

    static Authentication.Signed signed(S3Request request) {
        return (Authentication.Signed) SigV4.read(request);
    }

    static ChunkSigner verify(S3Request request) {
        Authentication.Signed signed = signed(request);
        return SigV4.verify(signed, request, key(signed));
    }
}
