package io.lethe.client.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A user of a tenant, or a service account.
 *
 * @param id 32 hex digits
 * @param name unique in the tenant
 * @param service whether it is a program, and no person
 * @param admin may do everything in the tenant; else what its policies allow
 * @param suspended none of its keys counts
 * @param created where that is known
 * @param policies identity policies by name, as JSON
 * @param arn by which bucket policies name it
 */
public record User(
        String id,
        String name,
        boolean service,
        boolean admin,
        boolean suspended,
        Optional<Instant> created,
        Map<String, String> policies,
        String arn) {
    public User {
        policies = Map.copyOf(policies);
    }
}
