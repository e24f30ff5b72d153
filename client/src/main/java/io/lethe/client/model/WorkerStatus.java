package io.lethe.client.model;

import java.time.Instant;
import java.util.Optional;

/**
 * A background worker.
 *
 * @param state {@code IDLE}, {@code BUSY}, {@code PAUSED} or {@code FAILED}
 * @param steps done since the node started
 * @param backlog things still to do, where the worker knows
 * @param lastStep end of the last one
 * @param lastError empty: none
 */
public record WorkerStatus(
        String node,
        String name,
        String state,
        long steps,
        long backlog,
        Optional<Instant> lastStep,
        String lastError,
        long errors) {}
