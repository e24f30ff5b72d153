package io.lethe.client;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns a call's end into an exception. The server's own code decides where there is one. */
final class Failures {
    static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("lethe-error-code", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of("lethe-request-id", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> RETRY_AFTER_MILLIS =
            Metadata.Key.of("lethe-retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    private Failures() {}

    /** The failure that {@code status}, which is not OK, and its trailers speak of. */
    static LetheException of(Status status, @Nullable Metadata trailers, String address) {
        String name = trailers == null ? null : trailers.get(ERROR_CODE);
        String requestId = trailers == null ? null : trailers.get(REQUEST_ID);
        String text = status.getDescription() == null ? "" : status.getDescription();
        if (name == null) {
            return ofTransport(status, text, address);
        }
        Optional<ErrorCode> known = ErrorCode.named(name);
        ErrorCode code = known.orElseGet(() -> ofUnknownName(status.getCode()));
        String message = text.isEmpty() ? code.advice() : text;
        return LetheException.of(
                code,
                known.isPresent() ? message : message + " (" + name + ")",
                requestId == null ? "" : requestId,
                null);
    }

    /** The pause that the server asked for, or 0. */
    static long retryAfterMillis(@Nullable Metadata trailers) {
        String text = trailers == null ? null : trailers.get(RETRY_AFTER_MILLIS);
        return text != null && text.matches("[0-9]{1,7}") ? Long.parseLong(text) : 0;
    }

    /** A code from a newer server: its gRPC status says at least whether to come back. */
    private static ErrorCode ofUnknownName(Status.Code code) {
        return switch (code) {
            case UNAVAILABLE, ABORTED -> ErrorCode.UNAVAILABLE;
            case NOT_FOUND -> ErrorCode.NO_SUCH_KEY;
            case PERMISSION_DENIED, UNAUTHENTICATED -> ErrorCode.ACCESS_DENIED;
            case FAILED_PRECONDITION, ALREADY_EXISTS -> ErrorCode.PRECONDITION_FAILED;
            default -> ErrorCode.UNRECOGNIZED;
        };
    }

    /** No Lethe code: the connection, or something that is not Lethe, ended the call. */
    private static LetheException ofTransport(Status status, String text, String address) {
        Throwable cause = status.getCause();
        String reason = text.isEmpty() ? status.getCode().name() : text;
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED ->
                    LetheException.of(
                            ErrorCode.DEADLINE, address + " did not answer in time", "", cause);
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                    LetheException.of(
                            ErrorCode.ACCESS_DENIED,
                            address + " refused the call: " + reason,
                            "",
                            cause);
            case UNIMPLEMENTED ->
                    LetheException.of(
                            ErrorCode.NOT_IMPLEMENTED,
                            address
                                    + " does not know this call; is it Lethe's gRPC port? "
                                    + reason,
                            "",
                            cause);
            case RESOURCE_EXHAUSTED, INVALID_ARGUMENT, OUT_OF_RANGE ->
                    LetheException.of(
                            ErrorCode.INVALID_ARGUMENT,
                            address + " refused the message: " + reason,
                            "",
                            cause);
            default ->
                    LetheException.of(
                            ErrorCode.UNAVAILABLE,
                            address
                                    + " cannot be reached, or broke the connection: "
                                    + why(reason, cause),
                            "",
                            cause);
        };
    }

    private static String why(String reason, @Nullable Throwable cause) {
        String more = cause == null ? null : cause.getMessage();
        return more == null || reason.contains(more) ? reason : reason + " (" + more + ")";
    }
}
