package io.lethe.node.s3;

import java.time.Duration;
import java.util.List;

/**
 * How the door presents itself.
 *
 * @param region the only one that signatures may name
 * @param domains host names under which {@code bucket.domain} addresses a bucket; may be empty
 * @param websiteDomains host names under which {@code bucket.domain} is a bucket's website
 * @param requestTime the most that one request may take, transfer included
 * @param patience after which an answer that takes long begins with white space
 */
public record S3Settings(
        String region,
        List<String> domains,
        List<String> websiteDomains,
        Duration requestTime,
        Duration patience) {
    /** Below the shortest time-out of the clients that we know: 10 s without a byte. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    public S3Settings {
        domains = List.copyOf(domains);
        websiteDomains = List.copyOf(websiteDomains);
    }
}
