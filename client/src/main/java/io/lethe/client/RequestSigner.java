package io.lethe.client;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs calls as {@code proto/src/main/proto/lethe/v1/common.proto} says. Safe for any thread. */
final class RequestSigner {
    static final Metadata.Key<String> KEY = ascii("lethe-key");
    static final Metadata.Key<String> DATE = ascii("lethe-date");
    static final Metadata.Key<String> NONCE = ascii("lethe-nonce");
    static final Metadata.Key<String> SIGNATURE = ascii("lethe-signature");

    private static final String ALGORITHM = "HmacSHA256";

    private final String accessKey;
    private final SecretKeySpec secret;
    private final LongSupplier wallMillis;
    private final RandomIds ids;

    RequestSigner(String accessKey, String secret, LongSupplier wallMillis, RandomIds ids) {
        this.accessKey = accessKey;
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        this.wallMillis = wallMillis;
        this.ids = ids;
    }

    private static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /**
     * The entries for one attempt.
     *
     * @param fullMethod as gRPC names it, such as {@code lethe.v1.ObjectService/PutObject}
     * @param firstMessage as it goes onto the wire
     */
    Metadata sign(String fullMethod, byte[] firstMessage) {
        String date = Long.toString(wallMillis.getAsLong());
        String nonce = Hex.of(ids.next());
        String text =
                String.join(
                        "\n", "lethe-v1", fullMethod, date, nonce, Hex.of(sha256(firstMessage)));
        Metadata entries = new Metadata();
        entries.put(KEY, accessKey);
        entries.put(DATE, date);
        entries.put(NONCE, nonce);
        entries.put(SIGNATURE, Hex.of(mac(text.getBytes(StandardCharsets.UTF_8))));
        return entries;
    }

    private byte[] mac(byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + ALGORITHM, e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        return newSha256().digest(bytes);
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }
}
