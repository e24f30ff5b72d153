package io.lethe.client;

import java.util.Optional;

/**
 * What went wrong. The names are the server's, except for the last group, which arises in the
 * client.
 */
public enum ErrorCode {
    INVALID_ARGUMENT(Kind.REQUEST, false, "correct the request; the message names the field"),
    INVALID_BUCKET_NAME(
            Kind.REQUEST, false, "use 3 to 63 lower-case letters, digits, dots and hyphens"),
    INVALID_STORAGE_CLASS(Kind.REQUEST, false, "use the bucket's, or ask which classes there are"),
    KEY_TOO_LONG(Kind.REQUEST, false, "use a key of at most 1024 bytes of UTF-8"),
    METADATA_TOO_LARGE(Kind.REQUEST, false, "shorten the user metadata to 2 KiB in all"),
    INVALID_REQUEST(Kind.REQUEST, false, "look how the bucket and the object are set up"),
    UPGRADE_NEEDED(Kind.REQUEST, false, "see 'lethe upgrade' for what the nodes run"),
    ENTITY_TOO_LARGE(Kind.REQUEST, false, "store it in parts, or ask for a higher limit"),
    ENTITY_TOO_SMALL(Kind.REQUEST, false, "make every part but the last at least 5 MiB"),
    INVALID_PART(Kind.REQUEST, false, "list the upload's parts; put again what is missing"),
    INVALID_PART_ORDER(Kind.REQUEST, false, "name the parts in the order of their numbers"),
    INVALID_PART_NUMBER(Kind.REQUEST, false, "ask for a part that the object has"),
    INVALID_RANGE(Kind.REQUEST, false, "ask for bytes that the object has"),
    INCOMPLETE_BODY(Kind.REQUEST, false, "send exactly the declared number of bytes"),
    BAD_DIGEST(Kind.REQUEST, false, "the bytes changed on their way; send them again"),
    NOT_IMPLEMENTED(Kind.REQUEST, false, "this cluster cannot do it; see its README"),
    UNAUTHENTICATED(Kind.DENIED, false, "check the access key and this machine's clock"),
    SIGNATURE_MISMATCH(Kind.DENIED, false, "check the secret key"),
    ACCESS_DENIED(Kind.DENIED, false, "ask whoever gave you the key for this right"),
    NO_SUCH_BUCKET(Kind.NOT_FOUND, false, "list the buckets, or make this one"),
    NO_SUCH_KEY(Kind.NOT_FOUND, false, "list the bucket to see its keys"),
    NO_SUCH_VERSION(Kind.NOT_FOUND, false, "list the key's versions"),
    NO_SUCH_UPLOAD(Kind.NOT_FOUND, false, "list the uploads under way, or begin another"),
    NO_SUCH_ENTITY(Kind.NOT_FOUND, false, "list tenants, users or keys to see their names"),
    ALREADY_EXISTS(Kind.CONFLICT, false, "use it, or choose another name"),
    BUCKET_ALREADY_EXISTS(Kind.CONFLICT, false, "use it, or choose another name"),
    DEVICE_IN_USE(
            Kind.CONFLICT,
            false,
            "drain it first, see 'lethe device drain' and 'lethe node drain'"),
    INVALID_BUCKET_STATE(Kind.CONFLICT, false, "look at the bucket's versioning and Object Lock"),
    BUCKET_NOT_EMPTY(Kind.CONFLICT, false, "delete its objects, versions and delete markers first"),
    PRECONDITION_FAILED(Kind.CONFLICT, false, "read the current version and decide anew"),
    WRITE_CLOSED(Kind.UNAVAILABLE, true, "nothing was stored; try again"),
    OVERLOADED(Kind.UNAVAILABLE, true, "try again later, with fewer requests at once"),
    OUT_OF_SPACE(Kind.UNAVAILABLE, false, "delete objects or add devices; see the cluster's state"),
    UNAVAILABLE(Kind.UNAVAILABLE, true, "check that the cluster runs, and try again"),
    DEADLINE(Kind.UNAVAILABLE, true, "allow more time, or check the cluster's state"),
    OUTCOME_UNKNOWN(Kind.FAILURE, true, "it may have happened: look before you repeat it by hand"),
    DATA_UNREADABLE(
            Kind.FAILURE, true, "too many devices are away: look at the devices, try again"),
    TICKET_REFUSED(Kind.FAILURE, true, "try again; if it stays, check the nodes' clocks"),
    STALE_EPOCH(Kind.FAILURE, true, "try again"),
    NO_SUCH_CHUNK(Kind.FAILURE, false, "report it with the request id"),
    GONE(Kind.FAILURE, false, "report it with the request id"),
    CORRUPT(Kind.FAILURE, false, "report it with the request id"),
    CHUNK_CONFLICT(Kind.FAILURE, false, "report it with the request id"),
    INTERNAL(Kind.FAILURE, true, "report it with the request id"),
    /** The server sent a name that this SDK does not know. */
    UNRECOGNIZED(Kind.FAILURE, false, "use a newer client, or report it with the request id"),
    /** The bytes that arrived are not those that were stored. */
    INTEGRITY(Kind.FAILURE, false, "get it again; if it stays, report it: nothing was kept"),
    /** The caller's own source, target or configuration failed. */
    LOCAL(Kind.LOCAL, false, "see the message"),
    /** The caller gave up. */
    CANCELLED(Kind.LOCAL, false, "start again when you want it");

    /** Who has to act, and the class of {@link LetheException}. */
    public enum Kind {
        REQUEST,
        NOT_FOUND,
        DENIED,
        CONFLICT,
        UNAVAILABLE,
        FAILURE,
        LOCAL
    }

    private final Kind kind;
    private final boolean retryable;
    private final String advice;

    ErrorCode(Kind kind, boolean retryable, String advice) {
        this.kind = kind;
        this.retryable = retryable;
        this.advice = advice;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the same request may succeed later without a change. */
    public boolean retryable() {
        return retryable;
    }

    /** What to do next, in a few words. */
    public String advice() {
        return advice;
    }

    /** The code of this name, or empty where this SDK does not know it. */
    static Optional<ErrorCode> named(String name) {
        for (ErrorCode code : values()) {
            if (code.name().equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
