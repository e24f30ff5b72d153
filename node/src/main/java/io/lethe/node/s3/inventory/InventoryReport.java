package io.lethe.node.s3.inventory;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Digests;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Body;
import io.lethe.node.object.ByteBody;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * Writes one report: a list as compressed CSV, then a manifest that names it, then the manifest's
 * MD5, where S3 puts each. Who finds the checksum finds all of it. One task.
 */
final class InventoryReport {
    /** For a list of a bucket of any size. */
    private static final Duration WRITE_WITHIN = Duration.ofHours(12);

    private static final Duration PAGE_WITHIN = Duration.ofSeconds(60);

    private final InventoryPorts ports;
    private final Caller caller;
    private final BucketRecord bucket;
    private final InventoryConfiguration inventory;

    InventoryReport(InventoryPorts ports, BucketRecord bucket, InventoryConfiguration inventory) {
        this.ports = ports;
        this.bucket = bucket;
        this.inventory = inventory;
        caller = new Caller(bucket.tenant(), "inventory", false);
    }

    /** Returns how many lines it has. */
    long write() throws InterruptedException {
        long nowMillis = ports.tasks().clock().wallMillis();
        InventoryKeys keys =
                InventoryKeys.next(bucket.name(), inventory, nowMillis, ports.random());
        InventoryBody list =
                new InventoryBody(ports, caller, bucket.name(), inventory, PAGE_WITHIN.toNanos());
        ObjectInfo stored = put(keys.list(), "application/gzip", list);
        byte[] manifest = manifest(keys.list(), stored, nowMillis).getBytes(StandardCharsets.UTF_8);
        ObjectInfo _ = put(keys.manifest(), "application/json", new ByteBody(manifest));
        Digests of = new Digests();
        of.update(manifest, 0, manifest.length);
        byte[] sum = Bytes.utf8(of.finish().md5().hex()).toArray();
        ObjectInfo _ = put(keys.checksum(), "text/plain", new ByteBody(sum));
        return list.objects();
    }

    /** Names in it hold nothing that JSON would escape: ids, prefixes and keys are checked. */
    private String manifest(String listKey, ObjectInfo list, long nowMillis) {
        return "{\n  \"sourceBucket\" : \""
                + bucket.name()
                + "\",\n  \"destinationBucket\" : \"arn:aws:s3:::"
                + inventory.bucket()
                + "\",\n  \"version\" : \"2016-11-30\",\n  \"creationTimestamp\" : \""
                + nowMillis
                + "\",\n  \"fileFormat\" : \"CSV\",\n  \"fileSchema\" : \""
                + String.join(", ", InventoryFields.schema(inventory))
                + "\",\n  \"files\" : [ {\n    \"key\" : \""
                + listKey
                + "\",\n    \"size\" : "
                + list.sizeBytes()
                + ",\n    \"MD5checksum\" : \""
                + list.md5().hex()
                + "\"\n  } ]\n}\n";
    }

    private ObjectInfo put(String key, String type, Body body) throws InterruptedException {
        return ports.objects()
                .put(
                        caller,
                        new PutRequest(
                                new WriteId(Id128.random(ports.random())),
                                inventory.bucket(),
                                key,
                                "",
                                new Attributes(type, Map.of(), Map.of()),
                                new Condition.Always(),
                                null,
                                null),
                        body,
                        ports.tasks().clock().nanos() + WRITE_WITHIN.toNanos());
    }
}
