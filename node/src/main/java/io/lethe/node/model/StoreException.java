package io.lethe.node.model;

import org.jspecify.annotations.Nullable;

/** A failure that crosses components; its message is fit to be shown and says what to do next. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public StoreException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public StoreException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
