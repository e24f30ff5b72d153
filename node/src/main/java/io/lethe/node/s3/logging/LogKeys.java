package io.lethe.node.s3.logging;

import io.lethe.node.base.RandomSource;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.xml.BucketLoggingStatus;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Under which keys access logs are written: {@code PREFIX yyyy-MM-dd-HH-mm-ss-UNIQUE}, where the
 * target wants it with {@code TENANT/REGION/BUCKET/yyyy/MM/dd/} behind the prefix. Static.
 */
public final class LogKeys {
    private static final int UNIQUE_DIGITS = 16;

    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** The bucket whose requests are told of. */
    public record Source(TenantId tenant, String bucket, String region) {}

    private LogKeys() {}

    /**
     * @param sinceMillis of the first line
     * @param nowMillis when the log is written
     */
    public static String next(
            BucketLoggingStatus.Target target,
            Source source,
            long sinceMillis,
            long nowMillis,
            RandomSource random) {
        Instant now = Instant.ofEpochMilli(nowMillis);
        String unique = Id128.random(random).toString().substring(0, UNIQUE_DIGITS);
        String name = SECOND.format(now) + '-' + unique.toUpperCase(Locale.ROOT);
        String folder =
                switch (target.keyFormat()) {
                    case SIMPLE -> "";
                    case BY_EVENT_TIME -> folder(source, Instant.ofEpochMilli(sinceMillis));
                    case BY_DELIVERY_TIME -> folder(source, now);
                };
        return target.prefix() + folder + name;
    }

    private static String folder(Source source, Instant day) {
        return source.tenant()
                + "/"
                + source.region()
                + '/'
                + source.bucket()
                + '/'
                + DAY.format(day)
                + '/';
    }
}
