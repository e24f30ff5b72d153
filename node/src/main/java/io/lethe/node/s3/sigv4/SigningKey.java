package io.lethe.node.s3.sigv4;

import io.lethe.node.base.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * The key that a secret gives for one day, region and service: good to keep beside the secret, so
 * that a request costs one HMAC instead of five. As secret as the secret itself.
 *
 * @param scope without an access key id: {@code date/region/service/aws4_request}
 */
public record SigningKey(String scope, Bytes key) {
    public static SigningKey derive(String secret, CredentialScope credential) {
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part :
                new String[] {
                    credential.date(),
                    credential.region(),
                    credential.service(),
                    CredentialScope.TERMINATOR
                }) {
            key = Hashes.hmac(key, part);
        }
        return new SigningKey(credential.signed(), Bytes.wrap(key));
    }

    /** A signature in hex. */
    String sign(byte[] content) {
        return Hashes.hex(Hashes.hmac(key.unsafeArray(), content));
    }

    String sign(String content) {
        return sign(content.getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "SigningKey[" + scope + "]";
    }
}
