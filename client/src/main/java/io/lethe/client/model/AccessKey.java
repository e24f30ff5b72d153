package io.lethe.client.model;

import java.time.Instant;
import java.util.Optional;

/**
 * An access key, without its secret.
 *
 * @param id public name
 * @param user id of the user whose it is
 * @param active counts; one that does not can be made to again
 * @param created where that is known
 * @param expires from when on it does not count; empty: never
 */
public record AccessKey(
        String id,
        String user,
        boolean active,
        Optional<Instant> created,
        Optional<Instant> expires) {}
