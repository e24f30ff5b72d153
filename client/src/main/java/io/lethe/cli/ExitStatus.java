package io.lethe.cli;

import io.lethe.client.ErrorCode;

/** How a command ended, for scripts. The numbers stay. */
enum ExitStatus {
    OK(0, "done"),
    FAILURE(1, "it failed for another reason"),
    USAGE(2, "the command line or the configuration is wrong"),
    NOT_FOUND(3, "no such bucket, key or version"),
    DENIED(4, "the access key is unknown, or lacks the right"),
    UNAVAILABLE(5, "the cluster cannot do it now; try again later"),
    CONFLICT(6, "it exists already, is not empty, or a condition does not hold"),
    INTEGRITY(7, "the bytes that came are not those that were stored; nothing was kept"),
    INTERRUPTED(130, "stopped by Ctrl-C");

    private final int number;
    private final String meaning;

    ExitStatus(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }

    static ExitStatus of(ErrorCode code) {
        if (code == ErrorCode.INTEGRITY || code == ErrorCode.BAD_DIGEST) {
            return INTEGRITY;
        }
        if (code == ErrorCode.CANCELLED) {
            return INTERRUPTED;
        }
        return switch (code.kind()) {
            case NOT_FOUND -> NOT_FOUND;
            case DENIED -> DENIED;
            case CONFLICT -> CONFLICT;
            case UNAVAILABLE -> UNAVAILABLE;
            case REQUEST, FAILURE, LOCAL -> FAILURE;
        };
    }
}
