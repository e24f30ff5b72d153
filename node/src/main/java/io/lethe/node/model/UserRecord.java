package io.lethe.node.model;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A user of a tenant, or a program that has access keys of its own.
 *
 * @param name unique in the tenant
 * @param admin may do everything in the tenant, and for its other users; else what policies allow
 * @param suspended none of its keys and sessions counts
 * @param createdMillis by the directory's time; 0: before that was kept
 * @param policies identity policies by name, as JSON
 */
public record UserRecord(
        TenantId tenant,
        Id128 id,
        String name,
        Kind kind,
        boolean admin,
        boolean suspended,
        long createdMillis,
        SortedMap<String, String> policies) {
    /** In rows by its place: new ones come last. */
    public enum Kind {
        PERSON,
        /** A service account. */
        SERVICE
    }

    public UserRecord {
        policies = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(policies));
    }

    /** A person who may do everything in the tenant, as all users might at first. */
    public UserRecord(TenantId tenant, Id128 id, String name) {
        this(tenant, id, name, Kind.PERSON, true, false, 0, new TreeMap<>(Map.of()));
    }
}
