package io.lethe.node.s3;

import io.lethe.node.s3.access.BucketNaming;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * What a request is about: the service, a bucket, or an object. The path is decoded exactly once,
 * and neither dots nor double slashes in it mean anything.
 *
 * @param bucket empty for the service
 * @param key empty for a bucket
 * @param virtualHosted whether the host named the bucket
 */
public record S3Address(String bucket, String key, boolean virtualHosted) {
    /** As S3. */
    public static final int MOST_KEY_BYTES = 1024;

    public boolean isService() {
        return bucket.isEmpty();
    }

    public boolean isBucket() {
        return !bucket.isEmpty() && key.isEmpty();
    }

    public boolean isObject() {
        return !key.isEmpty();
    }

    /**
     * @param domains in lower case, under which {@code bucket.domain} names a bucket
     * @throws S3Exception InvalidURI, InvalidBucketName, KeyTooLongError
     */
    public static S3Address of(S3Request request, Collection<String> domains) {
        String rawPath = request.rawPath();
        if (!rawPath.startsWith("/")) {
            throw S3Error.INVALID_URI.exception();
        }
        String bucket = hostedBucket(request.header("host").orElse(""), domains);
        if (!bucket.isEmpty()) {
            return checked(bucket, PercentCoding.decodeText(rawPath.substring(1), false), true);
        }
        if (rawPath.length() == 1) {
            return new S3Address("", "", false);
        }
        // Cut before decoding: an encoded slash is no part of a bucket's name.
        int slash = rawPath.indexOf('/', 1);
        String rawBucket = slash < 0 ? rawPath.substring(1) : rawPath.substring(1, slash);
        String rawKey = slash < 0 ? "" : rawPath.substring(slash + 1);
        return checked(
                PercentCoding.decodeText(rawBucket, false),
                PercentCoding.decodeText(rawKey, false),
                false);
    }

    /** What stands before one of the domains in the request's host. */
    static Optional<String> hosted(S3Request request, Collection<String> domains) {
        String bucket = hostedBucket(request.header("host").orElse(""), domains);
        return bucket.isEmpty() ? Optional.empty() : Optional.of(bucket);
    }

    /** The page of a website that a path means. */
    static S3Address page(S3Request request, String bucket) {
        String path = request.rawPath();
        String key = PercentCoding.decodeText(path.startsWith("/") ? path.substring(1) : "", false);
        checkKey(key);
        return new S3Address(bucket, key, true);
    }

    private static String hostedBucket(String host, Collection<String> domains) {
        String name = withoutPort(host).toLowerCase(Locale.ROOT);
        for (String domain : domains) {
            int dot = name.length() - domain.length() - 1;
            if (dot > 0 && name.charAt(dot) == '.' && name.endsWith(domain)) {
                return name.substring(0, dot);
            }
        }
        return "";
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        // An IPv6 address has colons of its own, in brackets.
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static S3Address checked(String bucket, String key, boolean virtualHosted) {
        checkBucket(bucket);
        checkKey(key);
        return new S3Address(bucket, key, virtualHosted);
    }

    /**
     * @throws S3Exception InvalidBucketName
     */
    static void checkBucket(String bucket) {
        if (!BucketNaming.isPossible(bucket)) {
            throw S3Error.INVALID_BUCKET_NAME.exception().with("BucketName", bucket);
        }
    }

    /**
     * @throws S3Exception KeyTooLongError
     */
    public static void checkKey(String key) {
        // A character has at least one byte.
        int bytes =
                key.length() > MOST_KEY_BYTES
                        ? key.length()
                        : key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG_ERROR
                    .exception()
                    .with("Size", Integer.toString(bytes))
                    .with("MaxSizeAllowed", Integer.toString(MOST_KEY_BYTES));
        }
    }
}
