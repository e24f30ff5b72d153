package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.sigv4.Authentication.Carrier;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the signature fields of a browser's POST form. Static and pure. */
final class FormFields {
    private FormFields() {}

    static Authentication read(Map<String, String> fields) {
        if (fields.containsKey("awsaccesskeyid") || fields.containsKey("signature")) {
            throw Malformed.unsupported();
        }
        boolean policy = fields.containsKey("policy");
        boolean signature = fields.containsKey("x-amz-signature");
        if (!policy && !signature) {
            return new Authentication.Anonymous();
        }
        if (!policy) {
            throw missing("Policy");
        }
        if (!field(fields, "X-Amz-Algorithm").equals(SigV4.ALGORITHM)) {
            throw Malformed.unsupported();
        }
        CredentialScope credential =
                CredentialScope.parse(field(fields, "X-Amz-Credential"))
                        .orElseThrow(
                                () ->
                                        Malformed.of(
                                                Carrier.FORM,
                                                "X-Amz-Credential must be"
                                                        + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/"
                                                        + "aws4_request\"."));
        String timestamp = field(fields, "X-Amz-Date");
        long timeMillis =
                AmzDate.millis(timestamp)
                        .filter(_ -> timestamp.startsWith(credential.date()))
                        .orElseThrow(
                                () ->
                                        Malformed.of(
                                                Carrier.FORM,
                                                "X-Amz-Date must be yyyyMMdd'T'HHmmss'Z' of the"
                                                        + " credential's day."));
        return new Authentication.Signed(
                Carrier.FORM,
                credential,
                List.of(),
                field(fields, "X-Amz-Signature"),
                timestamp,
                timeMillis,
                0,
                new Payload.Unsigned(),
                SigV4.token(Optional.ofNullable(fields.get("x-amz-security-token"))));
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        if (value.isEmpty()) {
            throw missing(name);
        }
        return value;
    }

    private static S3Exception missing(String name) {
        return S3Error.INVALID_ARGUMENT
                .because(
                        "Bucket POST must contain a field named '"
                                + name
                                + "'.  If it is specified, please check the order of the fields.")
                .with("ArgumentName", name);
    }
}
