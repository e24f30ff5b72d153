package io.lethe.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that was refused or failed. The subclass tells who has to act, the code exactly why; the
 * message is fit to be shown. Repeats that were safe have been made before this is thrown.
 */
public abstract sealed class LetheException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String requestId;

    private LetheException(
            ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.requestId = requestId;
    }

    static LetheException of(
            ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
        return switch (code.kind()) {
            case REQUEST -> new Request(code, message, requestId, cause);
            case NOT_FOUND -> new NotFound(code, message, requestId, cause);
            case DENIED -> new Denied(code, message, requestId, cause);
            case CONFLICT -> new Conflict(code, message, requestId, cause);
            case UNAVAILABLE -> new Unavailable(code, message, requestId, cause);
            case FAILURE -> new Failure(code, message, requestId, cause);
            case LOCAL -> new Local(code, message, requestId, cause);
        };
    }

    static LetheException of(ErrorCode code, String message) {
        return of(code, message, "", null);
    }

    static LetheException of(ErrorCode code, String message, Throwable cause) {
        return of(code, message, "", cause);
    }

    public final ErrorCode code() {
        return code;
    }

    /** The request's id, which the server's log carries too; empty where no server answered. */
    public final Optional<String> requestId() {
        return requestId.isEmpty() ? Optional.empty() : Optional.of(requestId);
    }

    /** Whether the same request may succeed later without a change. */
    public final boolean retryable() {
        return code.retryable();
    }

    /** What to do next, in a few words. */
    public final String advice() {
        return code.advice();
    }

    /** The request itself is wrong. */
    public static final class Request extends LetheException {
        private static final long serialVersionUID = 1L;

        Request(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** There is no such bucket, key or version. */
    public static final class NotFound extends LetheException {
        private static final long serialVersionUID = 1L;

        NotFound(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** The key is unknown, its signature wrong, or it lacks the right. */
    public static final class Denied extends LetheException {
        private static final long serialVersionUID = 1L;

        Denied(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** What is there now does not allow it. */
    public static final class Conflict extends LetheException {
        private static final long serialVersionUID = 1L;

        Conflict(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** The cluster cannot do it now, or not in the time allowed. */
    public static final class Unavailable extends LetheException {
        private static final long serialVersionUID = 1L;

        Unavailable(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** Something broke; the outcome of a write may be unknown. */
    public static final class Failure extends LetheException {
        private static final long serialVersionUID = 1L;

        Failure(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }

    /** The caller's own source, target, or cancellation. */
    public static final class Local extends LetheException {
        private static final long serialVersionUID = 1L;

        Local(ErrorCode code, String message, String requestId, @Nullable Throwable cause) {
            super(code, message, requestId, cause);
        }
    }
}
