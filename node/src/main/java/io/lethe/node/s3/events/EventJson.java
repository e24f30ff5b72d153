package io.lethe.node.s3.events;

import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.PercentCoding;
import java.util.HexFormat;

/**
 * Writes events as S3 does: eventVersion 2.1, and 2.3 of lifecycle expirations. A key is
 * percent-encoded as in a form; the sequencer is ascending among the events of a key. The bucket's
 * owner is its account number, by which a receiver tells tenants apart: names of buckets are unique
 * within one only. What a lifecycle did is done by {@code s3.amazonaws.com}, as in S3, and comes
 * from nowhere. Static and pure.
 */
final class EventJson {
    private EventJson() {}

    /** One entry of {@code Records}. */
    static String record(EventRow row, String region) {
        boolean created = row.sizeBytes() != EventRow.NO_SIZE;
        String event = row.event().startsWith("s3:") ? row.event().substring(3) : row.event();
        boolean expired = event.startsWith("LifecycleExpiration");
        String principal = expired ? "s3.amazonaws.com" : row.principal();
        StringBuilder out = new StringBuilder(600);
        out.append('{');
        text(out, "eventVersion", expired ? "2.3" : "2.1");
        text(out.append(','), "eventSource", "aws:s3");
        text(out.append(','), "awsRegion", region);
        text(out.append(','), "eventTime", HttpDates.iso(row.atMillis()));
        text(out.append(','), "eventName", event);
        text(out.append(",\"userIdentity\":{"), "principalId", principal);
        text(out.append("},\"requestParameters\":{"), "principalId", principal);
        if (!row.address().isEmpty()) {
            text(out.append(','), "sourceIPAddress", row.address());
        }
        text(out.append("},\"responseElements\":{"), "x-amz-request-id", row.request().toString());
        text(out.append("},\"s3\":{"), "s3SchemaVersion", "1.0");
        text(out.append(','), "configurationId", row.configuration());
        text(out.append(",\"bucket\":{"), "name", row.bucketName());
        text(out.append(",\"ownerIdentity\":{"), "principalId", row.owner().account());
        text(out.append("},"), "arn", "arn:aws:s3:::" + row.bucketName());
        text(out.append("},\"object\":{"), "key", encoded(row));
        if (created) {
            out.append(",\"size\":").append(row.sizeBytes());
            text(out.append(','), "eTag", row.etag());
        }
        if (!row.nullVersion()) {
            text(out.append(','), "versionId", VersionIds.show(row.version(), false));
        }
        text(
                out.append(','),
                "sequencer",
                HexFormat.of().withUpperCase().toHexDigits(row.sequence()));
        return out.append("}}}").toString();
    }

    /** What events are ordered by: {@code ACCOUNT--BUCKET/KEY}. */
    static String key(EventRow row) {
        return row.owner().account() + "--" + row.bucketName() + '/' + row.key().utf8();
    }

    private static String encoded(EventRow row) {
        return PercentCoding.encode(row.key().utf8(), true).replace("%20", "+");
    }

    /** What a new configuration is tried with. */
    static String test(String bucket, long nowMillis, String requestId) {
        StringBuilder out = new StringBuilder(200);
        text(out.append('{'), "Service", "Amazon S3");
        text(out.append(','), "Event", "s3:TestEvent");
        text(out.append(','), "Time", HttpDates.iso(nowMillis));
        text(out.append(','), "Bucket", bucket);
        text(out.append(','), "RequestId", requestId);
        text(out.append(','), "HostId", "lethe");
        return out.append('}').toString();
    }

    private static void text(StringBuilder out, String name, String value) {
        quoted(out, name);
        out.append(':');
        quoted(out, value);
    }

    private static void quoted(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                out.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
