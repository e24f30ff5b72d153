package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.BucketId;
import java.io.ByteArrayOutputStream;

/**
 * Keys of a partition's rows. Partitions are ranges of these keys. Static and pure.
 *
 * <pre>
 * bucket prefix  hash16(bucket) u16 ‖ bucket i64                          10 bytes
 * escaped key    the key, each 0x00 in it followed by 0xFF
 * object key     bucket prefix ‖ escaped key ‖ 0x00 0x00
 * version key    object key ‖ ~order i64                                  newest first
 * </pre>
 *
 * Escaping keeps the order of keys, byte for byte: where one key ends and a longer one goes on, the
 * end's {@code 00 00} is below the other's next byte, or below the {@code 00 FF} of a zero byte. No
 * object key is a prefix of another, and the escaped form of a prefix is a prefix of exactly the
 * escaped forms of the keys that start with it, so that prefixes are ranges. The inverted order
 * begins with a byte of 0x80 or more, since orders are not negative.
 */
public final class RowKeys {
    /** Bytes of {@link #bucketPrefix}. */
    static final int PREFIX_BYTES = 10;

    /** Bytes of the two zeros behind an escaped key. */
    static final int END_BYTES = 2;

    /** Bytes of an inverted order. */
    private static final int ORDER_BYTES = 8;

    private RowKeys() {}

    /** Where all rows of a bucket lie. */
    public static Bytes bucketPrefix(BucketId bucket) {
        return prefixed(bucket, 0).toBytes();
    }

    /** The bucket whose rows begin with {@code prefix}. */
    public static BucketId bucketOf(Bytes prefix) {
        Decoder in = new Decoder(prefix);
        var _ = in.raw(2);
        return new BucketId(in.i64());
    }

    private static Encoder prefixed(BucketId bucket, int moreBytes) {
        int hash = bucket.hash16();
        return new Encoder(PREFIX_BYTES + moreBytes).u8(hash >>> 8).u8(hash).i64(bucket.value());
    }

    /** The row key of an object, by which requests are routed to partitions. */
    public static Bytes objectKey(BucketId bucket, Bytes key) {
        return escape(prefixed(bucket, key.length() + END_BYTES), key).u8(0).u8(0).toBytes();
    }

    /** What the object keys of all keys with this prefix start with. */
    public static Bytes keyPrefix(BucketId bucket, Bytes prefix) {
        return escape(prefixed(bucket, prefix.length()), prefix).toBytes();
    }

    /** The key of one version. */
    public static Bytes versionKey(BucketId bucket, Bytes key, long order) {
        return versionKey(objectKey(bucket, key), order);
    }

    static Bytes versionKey(Bytes objectKey, long order) {
        return new Encoder(objectKey.length() + ORDER_BYTES).raw(objectKey).i64(~order).toBytes();
    }

    /** Whether an object's row key, or a longer one, begins what is said to begin a range. */
    static boolean hasWholeKey(Bytes bound) {
        for (int at = PREFIX_BYTES; at + 1 < bound.length(); at++) {
            if (bound.at(at) == 0) {
                if (bound.at(at + 1) == 0) {
                    return true;
                }
                at++;
            }
        }
        return false;
    }

    private static Encoder escape(Encoder out, Bytes key) {
        for (byte one : key.unsafeArray()) {
            out.u8(one);
            if (one == 0) {
                out.u8(0xff);
            }
        }
        return out;
    }

    /** What an object key or version key says. */
    record Parsed(BucketId bucket, Bytes key, long order) {
        /** The order of an object key. */
        static final long NONE = -1;
    }

    /**
     * Reads an object key or a version key, from {@code from} on.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static Parsed parse(Bytes rowKey, int from) {
        byte[] bytes = rowKey.unsafeArray();
        int at = from + PREFIX_BYTES;
        if (bytes.length < at + END_BYTES) {
            throw new IllegalArgumentException("a row key is too short: " + rowKey);
        }
        ByteArrayOutputStream key = new ByteArrayOutputStream(bytes.length - at);
        while (true) {
            if (at + 1 >= bytes.length) {
                throw new IllegalArgumentException("a row key has no end: " + rowKey);
            }
            if (bytes[at] != 0) {
                key.write(bytes[at++]);
            } else if (bytes[at + 1] == (byte) 0xff) {
                key.write(0);
                at += 2;
            } else {
                break;
            }
        }
        at += END_BYTES;
        long order = order(rowKey, at);
        return new Parsed(
                new BucketId(int64(bytes, from + 2)), Bytes.wrap(key.toByteArray()), order);
    }

    private static long order(Bytes rowKey, int at) {
        int left = rowKey.length() - at;
        if (left == 0) {
            return Parsed.NONE;
        }
        if (left < ORDER_BYTES) {
            throw new IllegalArgumentException("a row key ends in half an order: " + rowKey);
        }
        return ~int64(rowKey.unsafeArray(), at);
    }

    private static long int64(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /** The least key greater than {@code key}. */
    static Bytes after(Bytes key) {
        return new Encoder(key.length() + 1).raw(key).u8(0).toBytes();
    }
}
