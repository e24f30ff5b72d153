package io.lethe.node.base.background;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A worker as operators see it.
 *
 * @param steps all steps so far
 * @param worked those that found something to do
 * @param failed those that failed
 * @param failedInRow failures since the last step that did not fail
 * @param lastError what the latest failure said; kept after later successes
 * @param lastErrorWallMillis when that was; 0 without one
 * @param progress what the last step said of itself
 */
public record WorkerStatus(
        String name,
        State state,
        long steps,
        long worked,
        long failed,
        int failedInRow,
        @Nullable String lastError,
        long lastErrorWallMillis,
        String progress) {
    /** What it does now. */
    public enum State {
        STEPPING,
        IDLE,
        RESTING,
        BACKING_OFF,
        STOPPED,
        /** Ended by a broken invariant; only a restart of the node brings it back. */
        BROKEN
    }

    /** What the latest failure said, if there was one. */
    public Optional<String> error() {
        return Optional.ofNullable(lastError);
    }

    static WorkerStatus fresh(String name) {
        return new WorkerStatus(name, State.IDLE, 0, 0, 0, 0, null, 0, "");
    }

    WorkerStatus in(State next) {
        return new WorkerStatus(
                name,
                next,
                steps,
                worked,
                failed,
                failedInRow,
                lastError,
                lastErrorWallMillis,
                progress);
    }

    WorkerStatus worked(String said) {
        return new WorkerStatus(
                name,
                State.RESTING,
                steps + 1,
                worked + 1,
                failed,
                0,
                lastError,
                lastErrorWallMillis,
                said);
    }

    WorkerStatus idle(String said) {
        return new WorkerStatus(
                name,
                State.IDLE,
                steps + 1,
                worked,
                failed,
                0,
                lastError,
                lastErrorWallMillis,
                said);
    }

    WorkerStatus failed(String reason, long wallMillis) {
        return new WorkerStatus(
                name,
                State.BACKING_OFF,
                steps + 1,
                worked,
                failed + 1,
                failedInRow + 1,
                reason,
                wallMillis,
                progress);
    }
}
