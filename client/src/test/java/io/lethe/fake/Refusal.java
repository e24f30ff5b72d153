package io.lethe.fake;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Errors as the contract wants them: status, code and request id. */
final class Refusal {
    static final String REQUEST_ID = "0123456789abcdef0123456789abcdef";

    private Refusal() {}

    static Metadata trailers(String code) {
        Metadata trailers = new Metadata();
        trailers.put(key("lethe-error-code"), code);
        trailers.put(key("lethe-request-id"), REQUEST_ID);
        return trailers;
    }

    static StatusRuntimeException of(Status.Code status, String code, String message) {
        return status.toStatus().withDescription(message).asRuntimeException(trailers(code));
    }

    static StatusRuntimeException noSuchBucket(String name) {
        return of(Status.Code.NOT_FOUND, "NO_SUCH_BUCKET", "there is no bucket '" + name + "'");
    }

    static StatusRuntimeException noSuchKey(String key) {
        return of(Status.Code.NOT_FOUND, "NO_SUCH_KEY", "there is no object '" + key + "'");
    }

    static StatusRuntimeException noSuchVersion(String id) {
        return of(Status.Code.NOT_FOUND, "NO_SUCH_VERSION", "there is no version " + id);
    }

    static StatusRuntimeException invalid(String message) {
        return of(Status.Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", message);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
