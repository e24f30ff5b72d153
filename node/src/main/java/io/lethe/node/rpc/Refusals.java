package io.lethe.node.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How failures are told to clients: status, error code and request id (lethe/v1/common.proto). */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    private static final Metadata.Key<String> CODE =
            Metadata.Key.of("lethe-error-code", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REQUEST =
            Metadata.Key.of("lethe-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private Refusals() {}

    static Status status(ErrorCode code) {
        return Status.fromCode(Status.Code.valueOf(code.grpcStatus()));
    }

    static Metadata trailers(ErrorCode code, String requestId) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, code.name());
        trailers.put(REQUEST, requestId);
        return trailers;
    }

    /** Whatever went wrong, as the client hears it; what is Lethe's own fault is logged. */
    static StatusRuntimeException of(Throwable failure, String requestId) {
        StoreException known =
                switch (failure) {
                    case StoreException e -> e;
                    case IllegalArgumentException e ->
                            new StoreException(
                                    ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
                    case InterruptedException e ->
                            new StoreException(ErrorCode.UNAVAILABLE, "the request was cancelled");
                    default ->
                            new StoreException(
                                    ErrorCode.INTERNAL,
                                    "an internal error; the node's log has it under request "
                                            + requestId,
                                    failure);
                };
        if (known.code().category() == ErrorCode.Category.INTERNAL
                || known.code() == ErrorCode.INTERNAL
                || known.code() == ErrorCode.DATA_UNREADABLE) {
            log.warn("request {} failed", requestId, failure);
        }
        return status(known.code())
                .withDescription(known.getMessage())
                .asRuntimeException(trailers(known.code(), requestId));
    }
}
