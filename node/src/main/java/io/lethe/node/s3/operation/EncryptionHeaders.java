package io.lethe.node.s3.operation;

import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.SourceVersion;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The {@code x-amz-server-side-encryption} headers. A customer's key comes through TLS only: doors
 * in clear exist in dev mode alone. Static.
 */
final class EncryptionHeaders {
    private static final String ALGORITHM = "x-amz-server-side-encryption";
    private static final String CUSTOMER = "x-amz-server-side-encryption-customer-";
    private static final String SOURCE = "x-amz-copy-source-server-side-encryption-customer-";
    private static final String AES_256 = "AES256";
    private static final String TEXT =
            "Requests specifying Server Side Encryption with Customer provided keys must provide ";

    private EncryptionHeaders() {}

    /**
     * Checks what a request that stores an object asks for beside a customer's key.
     *
     * @throws S3Exception NotImplemented for keys of a key management service; InvalidArgument for
     *     what is no encryption
     */
    static void check(S3Request request) {
        String asked = request.header(ALGORITHM).orElse("");
        switch (asked) {
            case "" -> {}
            case AES_256 -> {
                if (request.header(CUSTOMER + "algorithm").isPresent()) {
                    throw Parameters.invalid(
                            CUSTOMER + "algorithm",
                            AES_256,
                            "Server Side Encryption with Customer provided key is incompatible"
                                    + " with the encryption method specified");
                }
            }
            case "aws:kms", "aws:kms:dsse" ->
                    throw S3Error.NOT_IMPLEMENTED
                            .because(
                                    "A header you provided implies functionality that is not"
                                            + " implemented")
                            .with("Header", ALGORITHM);
            default ->
                    throw Parameters.invalid(
                            ALGORITHM, asked, "The encryption method specified is not supported");
        }
    }

    /**
     * The key that the request brings for the object that it reads or writes; null for none.
     *
     * @throws S3Exception InvalidArgument, InvalidEncryptionAlgorithmError
     */
    static @Nullable KeyBytes customerKey(S3Request request) {
        return key(request, CUSTOMER);
    }

    /**
     * Whether who asks may see checksums of what has these attributes: of what lies under a
     * customer's key, only who brings it.
     *
     * @throws S3Exception as {@link #customerKey}; AccessDenied for another key
     */
    static boolean maySeeChecksums(S3Request request, Attributes attributes) {
        if (!attributes.hasCustomerKey()) {
            return true;
        }
        KeyBytes given = customerKey(request);
        if (given != null && !CustomerKeys.matches(given, attributes.customerKey())) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return given != null;
    }

    /** What a copy reads, with the key that the request brings for it. */
    static SourceVersion source(S3Call call) {
        return call.access().source().under(key(call.request(), SOURCE));
    }

    private static @Nullable KeyBytes key(S3Request request, String prefix) {
        String algorithm = request.header(prefix + "algorithm").orElse("");
        String key = request.header(prefix + "key").orElse("");
        String md5 = request.header(prefix + "key-md5").orElse("");
        if (algorithm.isEmpty() && key.isEmpty() && md5.isEmpty()) {
            return null;
        }
        if (algorithm.isEmpty()) {
            throw invalid(prefix + "algorithm", TEXT + "a valid encryption algorithm.");
        }
        if (!algorithm.equals(AES_256)) {
            throw S3Error.INVALID_ENCRYPTION_ALGORITHM_ERROR
                    .exception()
                    .with("ArgumentName", prefix + "algorithm")
                    .with("ArgumentValue", algorithm);
        }
        if (key.isEmpty()) {
            throw invalid(prefix + "key", TEXT + "an appropriate secret key.");
        }
        if (md5.isEmpty()) {
            throw invalid(
                    prefix + "key-MD5", TEXT + "the client calculated MD5 of the secret key.");
        }
        byte[] bytes = decode(prefix + "key", key);
        try {
            if (bytes.length != KeyBytes.BYTES) {
                throw invalid(
                        prefix + "key", "The secret key was invalid for the specified algorithm.");
            }
            if (!MessageDigest.isEqual(md5(bytes), decode(prefix + "key-MD5", md5))) {
                throw invalid(
                        prefix + "key-MD5",
                        "The calculated MD5 hash of the key did not match the hash that was"
                                + " provided.");
            }
            return KeyBytes.copyOf(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] decode(String header, String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw invalid(header, "The header is not encoded in Base64.");
        }
    }

    private static byte[] md5(byte[] key) {
        try {
            return MessageDigest.getInstance("MD5").digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks MD5", e);
        }
    }

    /** Without the value, which may be the key. */
    private static S3Exception invalid(String header, String message) {
        return S3Error.INVALID_ARGUMENT.because(message).with("ArgumentName", header);
    }

    /** Adds how a version is encrypted, which it always is. */
    static void answer(S3Call call, ObjectInfo info) {
        answer(call, info.attributes().hasCustomerKey());
    }

    /**
     * As {@link #answer(S3Call, ObjectInfo)}.
     *
     * @param underCustomerKey whether it is under the key that the request brought
     */
    static void answer(S3Call call, boolean underCustomerKey) {
        if (underCustomerKey) {
            call.header(CUSTOMER + "algorithm", AES_256);
            call.request()
                    .header(CUSTOMER + "key-md5")
                    .ifPresent(md5 -> call.header(CUSTOMER + "key-MD5", md5));
        } else {
            call.header(ALGORITHM, AES_256);
        }
    }
}
