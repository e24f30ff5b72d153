package io.lethe.node.model;

/** A user of a tenant. */
public record UserRecord(TenantId tenant, Id128 id, String name) {}
