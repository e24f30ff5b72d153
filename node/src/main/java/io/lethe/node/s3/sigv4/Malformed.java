package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;

/** Refusals of unreadable signatures, by where they stand. Static and pure. */
final class Malformed {
    private Malformed() {}

    static S3Exception of(Authentication.Carrier carrier, String fault) {
        return switch (carrier) {
            case HEADER ->
                    S3Error.AUTHORIZATION_HEADER_MALFORMED.because(
                            "The authorization header is malformed; " + fault);
            case QUERY ->
                    S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR.because(
                            "Error parsing the X-Amz-Credential parameter; " + fault);
            case FORM ->
                    S3Error.INVALID_ARGUMENT.because(
                            "The form's signature fields are malformed; " + fault);
        };
    }

    static S3Exception query(String message) {
        return S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR.because(message);
    }

    /** SigV2 and anything older or newer than what is served. */
    static S3Exception unsupported() {
        return S3Error.INVALID_REQUEST.because(
                "The authorization mechanism you have provided is not supported. Please use"
                        + " AWS4-HMAC-SHA256.");
    }
}
