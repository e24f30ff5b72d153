package io.lethe.client.model;

import java.time.Instant;
import java.util.Optional;

/**
 * An enterprise that the provider serves.
 *
 * @param id 32 hex digits
 * @param alias unique; names it in orders, and its buckets to others
 * @param account 12 digits, as in ARNs
 * @param suspended nobody gets at what it has
 * @param changed when it was made or last changed, where that is known
 */
public record Tenant(
        String id,
        String alias,
        String displayName,
        String account,
        ServiceClass serviceClass,
        boolean suspended,
        Optional<Instant> changed) {}
