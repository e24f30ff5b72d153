package io.lethe.node.s3.access;

import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.CreateBucketConfiguration;
import io.lethe.node.s3.xml.InventoryConfiguration;
import io.lethe.node.s3.xml.LegalHold;
import io.lethe.node.s3.xml.Retention;
import io.lethe.node.s3.xml.Tagging;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The condition keys that bodies give, of operations that say by a body what others say by headers.
 */
final class BodyKeys {
    static final String TAGS = "s3:RequestObjectTag";
    static final String LOCKS = "s3:object-lock-";

    private static final String ACL = "s3:x-amz-acl";
    private static final String LOCATION = "s3:LocationConstraint";
    private static final String INVENTORY = "s3:InventoryAccessibleOptionalFields";

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private BodyKeys() {}

    /** How the keys begin that an operation's body gives; empty for most. */
    static String prefix(String action) {
        return switch (action) {
            case "s3:PutObjectTagging" -> TAGS;
            case "s3:PutObjectRetention", "s3:PutObjectLegalHold" -> LOCKS;
            case "s3:PutObjectAcl", "s3:PutBucketAcl" -> ACL;
            case "s3:CreateBucket" -> LOCATION;
            case "s3:PutInventoryConfiguration" -> INVENTORY;
            default -> "";
        };
    }

    /**
     * @throws io.lethe.node.s3.S3Exception as the operation itself for a body that is none
     */
    static Map<String, List<String>> of(String action, byte[] body, long nowMillis) {
        Map<String, List<String>> keys = new HashMap<>();
        if (body.length == 0) {
            // The operation says so where it needs one.
            return keys;
        }
        switch (action) {
            case "s3:PutObjectTagging" -> tags(keys, Tagging.parseObject(body).toMap());
            case "s3:PutObjectRetention" ->
                    Retention.parse(body)
                            .kept()
                            .ifPresent(
                                    kept -> {
                                        keys.put(LOCKS + "mode", List.of(kept.mode().name()));
                                        until(keys, kept.untilMillis(), nowMillis);
                                    });
            case "s3:PutObjectLegalHold" ->
                    keys.put(
                            LOCKS + "legal-hold",
                            List.of(LegalHold.parse(body).on() ? "ON" : "OFF"));
            case "s3:PutObjectAcl", "s3:PutBucketAcl" -> {
                AccessControlPolicy acl = AccessControlPolicy.parse(body);
                keys.put(ACL, acl.canned(acl.ownerId()).map(CannedAcl::word).stream().toList());
            }
            case "s3:CreateBucket" ->
                    CreateBucketConfiguration.parse(body)
                            .locationConstraint()
                            .ifPresent(place -> keys.put(LOCATION, List.of(place)));
            case "s3:PutInventoryConfiguration" ->
                    keys.put(INVENTORY, InventoryConfiguration.parse(body).fields());
            default -> {
                // Its body is not what policies speak of.
            }
        }
        return keys;
    }

    static void tags(Map<String, List<String>> keys, Map<String, String> tags) {
        keys.put(TAGS + "Keys", List.copyOf(tags.keySet()));
        tags.forEach((name, value) -> keys.put(TAGS + "/" + name, List.of(value)));
    }

    static void until(Map<String, List<String>> keys, long untilMillis, long nowMillis) {
        keys.put(LOCKS + "retain-until-date", List.of(HttpDates.iso(untilMillis)));
        keys.put(
                LOCKS + "remaining-retention-days",
                List.of(Long.toString(Math.ceilDiv(untilMillis - nowMillis, DAY_MILLIS))));
    }
}
