package io.lethe.node.s3.inventory;

import io.lethe.node.object.ObjectLister.Entry;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.PercentCoding;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The columns of an inventory, and its lines. Static and pure. */
public final class InventoryFields {
    /** Optional columns that Lethe knows the values of. */
    public static final Set<String> KNOWN =
            Set.of(
                    "Size",
                    "LastModifiedDate",
                    "StorageClass",
                    "ETag",
                    "IsMultipartUploaded",
                    "EncryptionStatus");

    private InventoryFields() {}

    static List<String> schema(InventoryConfiguration inventory) {
        List<String> columns = new ArrayList<>(List.of("Bucket", "Key"));
        if (inventory.allVersions()) {
            columns.addAll(List.of("VersionId", "IsLatest", "IsDeleteMarker"));
        }
        columns.addAll(inventory.fields());
        return columns;
    }

    /** One line with its end: every value in quotes, the key percent-encoded. */
    static String line(InventoryConfiguration inventory, String bucket, Entry entry) {
        StringBuilder out = new StringBuilder(128);
        for (String column : schema(inventory)) {
            if (!out.isEmpty()) {
                out.append(',');
            }
            out.append('"').append(value(column, bucket, entry)).append('"');
        }
        return out.append('\n').toString();
    }

    /** None holds a quote: keys are encoded. */
    private static String value(String column, String bucket, Entry entry) {
        boolean object = !entry.deleteMarker();
        return switch (column) {
            case "Bucket" -> bucket;
            case "Key" -> PercentCoding.encode(entry.key(), true);
            case "VersionId" -> entry.versionId().equals("null") ? "" : entry.versionId();
            case "IsLatest" -> String.valueOf(entry.latest());
            case "IsDeleteMarker" -> String.valueOf(entry.deleteMarker());
            case "Size" -> object ? String.valueOf(entry.sizeBytes()) : "";
            case "LastModifiedDate" -> HttpDates.iso(entry.modifiedMillis());
            case "StorageClass" -> object ? StorageClasses.name(entry.storageClass()) : "";
            case "ETag" -> object ? entry.etag() : "";
            case "IsMultipartUploaded" ->
                    object ? String.valueOf(entry.etag().indexOf('-') >= 0) : "";
            case "EncryptionStatus" -> !object ? "" : entry.sha256().isEmpty() ? "SSE-C" : "SSE-S3";
            default -> "";
        };
    }
}
