package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link FieldWriter} wrote. Anything else ends in {@link CorruptEncoding}, with memory
 * bounded by a small multiple of the input's length. One thread.
 */
public final class FieldReader {
    private final Decoder in;

    private FieldReader(Bytes source) {
        in = new Decoder(source);
    }

    /**
     * Reads one whole value: all of {@code source}, and nothing left over. A record that refuses
     * its fields is a corrupt encoding too.
     */
    public static <T> T whole(Bytes source, Function<FieldReader, T> value) {
        FieldReader in = new FieldReader(source);
        try {
            T read = value.apply(in);
            in.in.end();
            return read;
        } catch (IllegalArgumentException refused) {
            CorruptEncoding corrupt =
                    new CorruptEncoding("a field is refused: " + refused.getMessage());
            corrupt.initCause(refused);
            throw corrupt;
        }
    }

    /** Reads a value at the beginning of {@code source}, whatever follows. */
    static <T> T beginning(Bytes source, Function<FieldReader, T> value) {
        return value.apply(new FieldReader(source));
    }

    /** Reads the format and throws unless it is known. */
    public void format(int known) {
        int format = u8();
        if (format != known) {
            throw new CorruptEncoding(
                    "format " + format + " is unknown here; " + known + " is the newest");
        }
    }

    public static CorruptEncoding unknown(String what, int type) {
        return new CorruptEncoding("there is no " + what + " of type " + type);
    }

    public int u8() {
        return in.u8();
    }

    public boolean flag() {
        return in.bool();
    }

    public long number() {
        return in.varint();
    }

    public int int32() {
        return in.i32();
    }

    public long int64() {
        return in.i64();
    }

    public Id128 id() {
        return Id128.decode(in);
    }

    public BucketId bucket() {
        return new BucketId(in.i64());
    }

    public TenantId tenant() {
        return new TenantId(id());
    }

    public WriteId write() {
        return new WriteId(id());
    }

    public ShardId shard() {
        return new ShardId(id());
    }

    /**
     * @param values the enum's {@code values()}
     */
    public <E extends Enum<E>> E choice(E[] values) {
        int ordinal = u8();
        if (ordinal >= values.length) {
            throw unknown(values[0].getDeclaringClass().getSimpleName(), ordinal);
        }
        return values[ordinal];
    }

    public Bytes raw(int bytes) {
        return Bytes.wrap(in.raw(bytes));
    }

    public Bytes blob(int most) {
        return Bytes.wrap(in.raw(in.count(most)));
    }

    public Bytes key() {
        return blob(FieldWriter.MOST_KEY_FIELD_BYTES);
    }

    public Bytes rowKey() {
        return blob(FieldWriter.MOST_ROW_KEY_BYTES);
    }

    public Bytes wrapped() {
        return blob(FieldWriter.MOST_WRAPPED_BYTES);
    }

    public String text() {
        return new String(in.raw(in.count(FieldWriter.MOST_TEXT_BYTES)), StandardCharsets.UTF_8);
    }

    public <T> List<T> list(int most, Function<FieldReader, T> item) {
        // Every item has at least one byte, so a count that lies is found before memory is taken.
        int count = in.count(Math.min(most, in.remaining()));
        List<T> items = new ArrayList<>(Math.min(count, 1_000));
        for (int i = 0; i < count; i++) {
            items.add(item.apply(this));
        }
        return items;
    }

    public <T> @Nullable T nullable(Function<FieldReader, T> item) {
        return flag() ? item.apply(this) : null;
    }

    public SegmentRef segment() {
        return SegmentRef.decode(in);
    }

    public ShardGrant grant() {
        return new ShardGrant(shard(), tenant(), int32(), wrapped());
    }

    public VersionBody body() {
        return new VersionBody(
                number(),
                text(),
                raw(16),
                raw(32),
                blob(VersionBody.MOST_INFO_BYTES),
                shard(),
                wrapped(),
                text(),
                flag(),
                placement());
    }

    private Placement placement() {
        int type = u8();
        return switch (type) {
            case 0 -> new Placement.Inline(blob(VersionBody.MOST_INLINE_BYTES));
            case 1 -> new Placement.Segments(list(VersionBody.MOST_SEGMENTS, FieldReader::segment));
            case 2 -> new Placement.Parts(int64(), int32());
            default -> throw unknown("placement", type);
        };
    }

    public UploadRef upload() {
        return new UploadRef(bucket(), key(), int64(), write());
    }

    public UploadRow uploadRow() {
        return uploadFields(bucket(), key(), int64()).withProtection(protection());
    }

    /** A row without bucket, key and order, which its row key says. */
    public UploadRow uploadFields(BucketId bucket, Bytes key, long order) {
        return new UploadRow(
                bucket,
                key,
                order,
                write(),
                tenant(),
                number(),
                text(),
                blob(PartBody.MOST_CHECKSUM_BYTES),
                blob(VersionBody.MOST_INFO_BYTES),
                shard(),
                wrapped());
    }

    public BucketLock lock() {
        return new BucketLock(choice(BucketLock.Mode.values()), period(), period());
    }

    /** What no period is, its record refuses. */
    private int period() {
        return Math.clamp(number(), -1, Integer.MAX_VALUE);
    }

    public Protection protection() {
        return new Protection(choice(BucketLock.Mode.values()), number(), flag());
    }

    public PartRow part() {
        return new PartRow(int32(), int64(), write(), number(), partBody());
    }

    public PartBody partBody() {
        return new PartBody(
                number(),
                raw(16),
                raw(32),
                blob(PartBody.MOST_CHECKSUM_BYTES),
                list(PartBody.MOST_SEGMENTS, FieldReader::segment));
    }

    public VersionRow row() {
        return version(bucket(), key());
    }

    /** A row without bucket and key, which its row key says. */
    public VersionRow version(BucketId bucket, Bytes key) {
        VersionRow row =
                new VersionRow(bucket, key, int64(), flag(), tenant(), write(), number(), null);
        int type = u8();
        return switch (type) {
            case 0 -> row;
            case 1 -> row.withBody(body());
            case 2 -> row.withBody(body()).withProtection(protection());
            default -> throw unknown("version", type);
        };
    }
}
