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
 */
public record S3Settings(
        String region, List<String> domains, List<String> websiteDomains, Duration requestTime) {
    public S3Settings {
        domains = List.copyOf(domains);
        websiteDomains = List.copyOf(websiteDomains);
    }
}
