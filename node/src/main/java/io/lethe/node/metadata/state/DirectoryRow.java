package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.RecordCodec;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import java.util.function.Function;

/**
 * Says what a changed row of the directory is about, for those who keep copies of its records. Keys
 * and values as in {@code Table}. Static and pure.
 */
public final class DirectoryRow {
    private DirectoryRow() {}

    /** A user's place among its tenant's. */
    public record UserName(TenantId tenant, Id128 user) {}

    /** A bucket's place among its tenant's names. */
    public record BucketName(TenantId tenant, String name) {}

    private static <T> T read(Bytes value, Function<FieldReader, T> fields) {
        return RowValues.read(value, fields);
    }

    public static NodeRecord node(Bytes value) {
        return read(value, RecordCodec::node);
    }

    public static DeviceRecord device(Bytes value) {
        return Table.DEVICES.read(value);
    }

    public static PlacementGroup placementGroup(Bytes value) {
        return read(value, RecordCodec::placementGroup);
    }

    public static PartitionRecord partition(Bytes value) {
        return read(value, RecordCodec::partition);
    }

    public static StorageClass storageClass(Bytes value) {
        return read(value, RecordCodec::storageClass);
    }

    /** From a key of {@link Family#TENANTS}. */
    public static TenantId tenantId(Bytes key) {
        return new TenantId(Id128.decode(new Decoder(key)));
    }

    /** From a key of {@link Family#TENANT_NAMES}. */
    public static String tenantName(Bytes key) {
        return key.utf8();
    }

    /** From a key of {@link Family#USERS}. */
    public static UserName userName(Bytes key) {
        Decoder in = new Decoder(key);
        return new UserName(new TenantId(Id128.decode(in)), Id128.decode(in));
    }

    /** From a key of {@link Family#ACCESS_KEYS}. */
    public static String accessKeyId(Bytes key) {
        return key.utf8();
    }

    /** From a key of {@link Family#BUCKETS}. */
    public static BucketId bucketId(Bytes key) {
        return new BucketId(new Decoder(key).i64());
    }

    /** From a key of {@link Family#BUCKET_NAMES}. */
    public static BucketName bucketName(Bytes key) {
        return new BucketName(tenantId(key), key.slice(Id128.BYTES, key.length()).utf8());
    }
}
