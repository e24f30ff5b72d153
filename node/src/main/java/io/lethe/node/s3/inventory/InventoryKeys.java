package io.lethe.node.s3.inventory;

import io.lethe.node.base.RandomSource;
import io.lethe.node.model.Id128;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * Under which keys one report is written, where S3 has them: below {@code [PREFIX/]BUCKET/ID/} the
 * list as {@code data/UNIQUE.csv.gz}, the others as {@code yyyy-MM-dd'T'HH-mm'Z'/manifest.*}.
 */
public record InventoryKeys(String list, String manifest, String checksum) {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /**
     * @param bucket that the report is about
     * @param nowMillis when it is begun
     */
    public static InventoryKeys next(
            String bucket, InventoryConfiguration inventory, long nowMillis, RandomSource random) {
        String prefix = inventory.destinationPrefix();
        String folder =
                (prefix.isEmpty() ? "" : prefix + '/') + bucket + '/' + inventory.id() + '/';
        String at = folder + MINUTE.format(Instant.ofEpochMilli(nowMillis)) + '/';
        return new InventoryKeys(
                folder + "data/" + Id128.random(random) + ".csv.gz",
                at + "manifest.json",
                at + "manifest.checksum");
    }

    public List<String> all() {
        return List.of(list, manifest, checksum);
    }
}
