package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a user says of an object; stored under the object's data key only.
 *
 * <p>Encoding: format u8 = 2, content type string, then three maps, each a count varint and that
 * many (name, value) strings in order: metadata, tags, headers. Format 1 had no headers. Format 3,
 * where there is a customer's key, has its verifier as bytes behind them. Format 4, where there is
 * an ACL, has the verifier, which may be empty, and the ACL as a string.
 *
 * @param contentType a MIME type, at most 255 bytes
 * @param metadata names in lower case; names and values together at most {@link
 *     #MOST_METADATA_BYTES}
 * @param tags at most {@link #MOST_TAGS}; names up to 128, values up to 256 characters
 * @param headers of HTTP that are given back as they came, by lower-case name; at most {@link
 *     #MOST_HEADERS_BYTES}
 * @param customerKey what tells again the key that the writer brought, as {@link
 *     io.lethe.node.crypto.CustomerKeys#verifier}; empty: none
 * @param acl what its door calls the ACL, at most {@link #MOST_ACL_CHARS}; empty: the owner's alone
 */
public record Attributes(
        String contentType,
        Map<String, String> metadata,
        Map<String, String> tags,
        Map<String, String> headers,
        Bytes customerKey,
        String acl) {
    /** As S3. */
    public static final int MOST_METADATA_BYTES = 2048;

    /** As S3. */
    public static final int MOST_TAGS = 10;

    /** As S3's bound on all headers of a request. */
    public static final int MOST_HEADERS_BYTES = 8192;

    /** The longest canned ACL has 25. */
    public static final int MOST_ACL_CHARS = 32;

    public static final String DEFAULT_CONTENT_TYPE = "application/octet-stream";
    private static final int FORMAT = 2;
    private static final int FORMAT_WITHOUT_HEADERS = 1;
    private static final int FORMAT_WITH_CUSTOMER_KEY = 3;
    private static final int FORMAT_WITH_ACL = 4;
    private static final int MOST_ENTRIES = 2048;

    public Attributes {
        metadata = Map.copyOf(metadata);
        tags = Map.copyOf(tags);
        headers = Map.copyOf(headers);
        var _ = Check.range("ACL characters", acl.length(), 0, MOST_ACL_CHARS);
        if (contentType.length() > 255) {
            throw new StoreException(
                    ErrorCode.METADATA_TOO_LARGE,
                    "the content type has "
                            + contentType.length()
                            + " characters; 255 is the most");
        }
        if (bytes(headers) > MOST_HEADERS_BYTES) {
            throw new StoreException(
                    ErrorCode.METADATA_TOO_LARGE,
                    "the headers to be kept have "
                            + bytes(headers)
                            + " bytes; "
                            + MOST_HEADERS_BYTES
                            + " is the most");
        }
        int bytes = bytes(metadata);
        if (bytes > MOST_METADATA_BYTES) {
            throw new StoreException(
                    ErrorCode.METADATA_TOO_LARGE,
                    "user metadata has "
                            + bytes
                            + " bytes; "
                            + MOST_METADATA_BYTES
                            + " is the most");
        }
        checkTags(tags);
    }

    private static void checkTags(Map<String, String> tags) {
        if (tags.size() > MOST_TAGS) {
            throw new StoreException(
                    ErrorCode.METADATA_TOO_LARGE,
                    "the object has " + tags.size() + " tags; " + MOST_TAGS + " is the most");
        }
        for (var tag : tags.entrySet()) {
            if (tag.getKey().isEmpty()
                    || tag.getKey().length() > 128
                    || tag.getValue().length() > 256) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT,
                        "a tag's name has 1 to 128 characters and its value at most 256");
            }
        }
    }

    /** Under no customer's key, and without an ACL. */
    public Attributes(
            String contentType,
            Map<String, String> metadata,
            Map<String, String> tags,
            Map<String, String> headers) {
        this(contentType, metadata, tags, headers, Bytes.EMPTY, "");
    }

    /** Without headers. */
    public Attributes(String contentType, Map<String, String> metadata, Map<String, String> tags) {
        this(contentType, metadata, tags, Map.of());
    }

    /** The same with more headers. */
    public Attributes with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        return new Attributes(contentType, metadata, tags, all, customerKey, acl);
    }

    /** The same, where headers of these names are those of others. */
    Attributes replacing(Set<String> names, Map<String, String> others) {
        Map<String, String> all = new TreeMap<>(headers);
        for (String name : names) {
            String other = others.get(name);
            if (other == null) {
                all.remove(name);
            } else {
                all.put(name, other);
            }
        }
        return new Attributes(contentType, metadata, tags, all, customerKey, acl);
    }

    /** The same with these tags in the place of its own. */
    public Attributes withTags(Map<String, String> others) {
        return new Attributes(contentType, metadata, others, headers, customerKey, acl);
    }

    /**
     * The same with this ACL.
     *
     * @param other empty: the owner's alone
     */
    public Attributes withAcl(String other) {
        return new Attributes(contentType, metadata, tags, headers, customerKey, other);
    }

    /**
     * The same under this key.
     *
     * @param verifier empty: under none
     */
    Attributes withCustomerKey(Bytes verifier) {
        return new Attributes(contentType, metadata, tags, headers, verifier, acl);
    }

    /** Whether nobody reads the bytes without the key that their writer brought. */
    public boolean hasCustomerKey() {
        return !customerKey.isEmpty();
    }

    private static int bytes(Map<String, String> map) {
        int bytes = 0;
        for (var entry : map.entrySet()) {
            bytes += utf8Length(entry.getKey()) + utf8Length(entry.getValue());
        }
        return bytes;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    public static Attributes none() {
        return new Attributes(DEFAULT_CONTENT_TYPE, Map.of(), Map.of());
    }

    byte[] encode() {
        int format =
                !acl.isEmpty()
                        ? FORMAT_WITH_ACL
                        : hasCustomerKey() ? FORMAT_WITH_CUSTOMER_KEY : FORMAT;
        Encoder out = new Encoder(256).u8(format).string(contentType);
        for (Map<String, String> map : java.util.List.of(metadata, tags, headers)) {
            out.varint(map.size());
            new TreeMap<>(map).forEach((name, value) -> out.string(name).string(value));
        }
        if (format >= FORMAT_WITH_CUSTOMER_KEY) {
            out.bytes(customerKey);
        }
        if (format >= FORMAT_WITH_ACL) {
            out.string(acl);
        }
        return out.toArray();
    }

    static Attributes decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        int format = in.u8();
        if (format < FORMAT_WITHOUT_HEADERS || format > FORMAT_WITH_ACL) {
            throw new Decoder.CorruptEncoding("attributes of an unknown format");
        }
        Attributes attributes =
                new Attributes(
                        in.string(),
                        map(in),
                        map(in),
                        format == FORMAT_WITHOUT_HEADERS ? Map.of() : map(in),
                        format >= FORMAT_WITH_CUSTOMER_KEY ? in.bytes() : Bytes.EMPTY,
                        format >= FORMAT_WITH_ACL ? in.string() : "");
        in.end();
        return attributes;
    }

    private static Map<String, String> map(Decoder in) {
        Map<String, String> map = new TreeMap<>();
        for (int left = in.count(MOST_ENTRIES); left > 0; left--) {
            map.put(in.string(), in.string());
        }
        return map;
    }
}
