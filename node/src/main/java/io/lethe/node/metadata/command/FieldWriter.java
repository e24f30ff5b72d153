package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields that commands, answers and rows are made of; {@link FieldReader} reads them.
 * Both know the same limits, so nothing is written that could not be read again. One thread.
 *
 * <p>Encodings: {@code number} varint; {@code int32} i32; id 16 bytes; bucket id i64; flag u8 0 or
 * 1; choice u8 ordinal (constants are only ever added at an enum's end); blob and text varint
 * length ‖ bytes; list varint count ‖ items; nullable flag ‖ item if 1; the rest with their
 * methods.
 */
public final class FieldWriter {
    /**
     * Bytes of a key as a field. Wider than {@link VersionRow#MOST_KEY_BYTES}, so that the state
     * answers KEY_TOO_LONG where the codec would just cut the connection.
     */
    public static final int MOST_KEY_FIELD_BYTES = 4 * 1024;

    /** Bytes of a row key: an escaped key is at most twice as long, and some 60 come around it. */
    public static final int MOST_ROW_KEY_BYTES = 16 * 1024;

    /** Bytes of a name or any other text in UTF-8. */
    public static final int MOST_TEXT_BYTES = 4 * 1024;

    /** Bytes of a wrapped key of any kind: 32 of the key, and what the wrapping adds. */
    public static final int MOST_WRAPPED_BYTES = 256;

    private final Encoder out;

    public FieldWriter() {
        this(128);
    }

    public FieldWriter(int expectedBytes) {
        out = new Encoder(expectedBytes);
    }

    public FieldWriter u8(int value) {
        out.u8(value);
        return this;
    }

    public FieldWriter flag(boolean value) {
        out.bool(value);
        return this;
    }

    public FieldWriter number(long value) {
        out.varint(value);
        return this;
    }

    public FieldWriter int32(int value) {
        out.i32(value);
        return this;
    }

    public FieldWriter int64(long value) {
        out.i64(value);
        return this;
    }

    public FieldWriter id(Id128 id) {
        id.encode(out);
        return this;
    }

    public FieldWriter bucket(BucketId bucket) {
        out.i64(bucket.value());
        return this;
    }

    public FieldWriter choice(Enum<?> value) {
        out.u8(value.ordinal());
        return this;
    }

    public FieldWriter raw(Bytes bytes) {
        out.raw(bytes);
        return this;
    }

    /** Bytes behind their length; {@code name} is for the message when there are too many. */
    public FieldWriter blob(String name, Bytes bytes, int most) {
        Check.range(name + " bytes", bytes.length(), 0, most);
        out.bytes(bytes);
        return this;
    }

    public FieldWriter key(Bytes key) {
        return blob("key", key, MOST_KEY_FIELD_BYTES);
    }

    public FieldWriter rowKey(Bytes key) {
        return blob("row key", key, MOST_ROW_KEY_BYTES);
    }

    public FieldWriter wrapped(Bytes wrappedKey) {
        return blob("wrapped key", wrappedKey, MOST_WRAPPED_BYTES);
    }

    public FieldWriter text(String text) {
        return blob("text", Bytes.wrap(text.getBytes(StandardCharsets.UTF_8)), MOST_TEXT_BYTES);
    }

    public <T> FieldWriter list(List<T> items, int most, BiConsumer<FieldWriter, T> item) {
        Check.range("items", items.size(), 0, most);
        number(items.size());
        items.forEach(one -> item.accept(this, one));
        return this;
    }

    public <T> FieldWriter nullable(@Nullable T value, BiConsumer<FieldWriter, T> item) {
        flag(value != null);
        if (value != null) {
            item.accept(this, value);
        }
        return this;
    }

    public FieldWriter segment(SegmentRef segment) {
        segment.encode(out);
        return this;
    }

    /** Shard id, tenant id, tenant key version i32, wrapped key. */
    public FieldWriter grant(ShardGrant grant) {
        return id(grant.shard().id())
                .id(grant.tenant().id())
                .int32(grant.tenantKeyVersion())
                .wrapped(grant.wrappedShardKey());
    }

    /**
     * Size, etag, MD5 16, SHA-256 32, sealed info, shard id, wrapped key, class text, customer's
     * key flag; then u8 0 and the ciphertext, or u8 1 and the list of segments, or u8 2, the
     * upload's order i64 and the count of parts i32.
     */
    public FieldWriter body(VersionBody body) {
        number(body.sizeBytes()).text(body.etag()).raw(body.md5()).raw(body.sha256());
        blob("sealed info", body.sealedInfo(), VersionBody.MOST_INFO_BYTES);
        id(body.shard().id()).wrapped(body.wrappedKey());
        text(body.storageClass()).flag(body.customerKey());
        return switch (body.placement()) {
            case Placement.Inline inline ->
                    u8(0).blob("inline", inline.ciphertext(), VersionBody.MOST_INLINE_BYTES);
            case Placement.Segments segments ->
                    u8(1).list(segments.list(), VersionBody.MOST_SEGMENTS, FieldWriter::segment);
            case Placement.Parts parts -> u8(2).int64(parts.upload()).int32(parts.count());
        };
    }

    /** Bucket id, key, order i64, write id. */
    public FieldWriter upload(UploadRef upload) {
        return bucket(upload.bucket())
                .key(upload.key())
                .int64(upload.order())
                .id(upload.write().id());
    }

    /** Bucket id, key, order i64, {@link #uploadFields}, {@link #protection}. */
    public FieldWriter uploadRow(UploadRow row) {
        return bucket(row.bucket())
                .key(row.key())
                .int64(row.order())
                .uploadFields(row)
                .protection(row.protection());
    }

    /** Of a bucket: mode u8, days varint, years varint. */
    public FieldWriter lock(BucketLock lock) {
        return choice(lock.mode()).number(lock.days()).number(lock.years());
    }

    /** Mode u8, retain-until varint, hold flag. */
    public FieldWriter protection(Protection protection) {
        return choice(protection.mode()).number(protection.untilMillis()).flag(protection.hold());
    }

    /** Write, tenant, created, class text, checksum (256), sealed info, shard, wrapped key. */
    public FieldWriter uploadFields(UploadRow row) {
        return id(row.write().id())
                .id(row.tenant().id())
                .number(row.createdMillis())
                .text(row.storageClass())
                .blob("checksum", row.checksum(), PartBody.MOST_CHECKSUM_BYTES)
                .blob("sealed info", row.sealedInfo(), VersionBody.MOST_INFO_BYTES)
                .id(row.shard().id())
                .wrapped(row.wrappedKey());
    }

    /** Number i32, order i64, write id, created varint, {@link #partBody}. */
    public FieldWriter part(PartRow row) {
        return int32(row.number())
                .int64(row.order())
                .id(row.write().id())
                .number(row.createdMillis())
                .partBody(row.body());
    }

    /** Size varint, MD5 16, SHA-256 32, checksum blob (256), list of segment (200). */
    public FieldWriter partBody(PartBody body) {
        return number(body.sizeBytes())
                .raw(body.md5())
                .raw(body.sha256())
                .blob("checksum", body.checksum(), PartBody.MOST_CHECKSUM_BYTES)
                .list(body.segments(), PartBody.MOST_SEGMENTS, FieldWriter::segment);
    }

    /** Bucket id, key, then {@link #version}. */
    public FieldWriter row(VersionRow row) {
        return bucket(row.bucket()).key(row.key()).version(row);
    }

    /**
     * Of a row without bucket and key: order i64, null flag, tenant, write, created; then u8 0, or
     * u8 1 and the body, or u8 2, the body and {@link #protection}.
     */
    public FieldWriter version(VersionRow row) {
        int64(row.order()).flag(row.nullVersion()).id(row.tenant().id()).id(row.write().id());
        number(row.createdMillis());
        VersionBody body = row.body();
        if (body == null) {
            return u8(0);
        }
        return row.protection().isNone()
                ? u8(1).body(body)
                : u8(2).body(body).protection(row.protection());
    }

    public Bytes toBytes() {
        return out.toBytes();
    }
}
