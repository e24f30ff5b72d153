package io.lethe.node.model;

import io.lethe.node.base.Bytes;

/**
 * An access key.
 *
 * @param accessKeyId public name, 20 characters
 * @param sealedSecret the secret under the tenant key (signatures need the secret itself, not a
 *     hash)
 */
public record AccessKeyRecord(
        String accessKeyId, TenantId tenant, Id128 user, Bytes sealedSecret, boolean operator) {}
