package io.lethe.node.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every way in which Lethe refuses or fails, and how each door says so: the one table.
 *
 * <p>{@code retry} tells whether the same request may succeed later without a change.
 */
public enum ErrorCode {
    INVALID_ARGUMENT(Category.CALLER, false, "InvalidArgument", 400, "INVALID_ARGUMENT"),
    /** What is asked does not go with how the bucket or the version is. */
    INVALID_REQUEST(Category.CALLER, false, "InvalidRequest", 400, "FAILED_PRECONDITION"),
    /** The cluster's feature level, or a node's build, is below what is asked for. */
    UPGRADE_NEEDED(Category.CALLER, false, "InvalidRequest", 400, "FAILED_PRECONDITION"),
    INVALID_BUCKET_NAME(Category.CALLER, false, "InvalidBucketName", 400, "INVALID_ARGUMENT"),
    /** No storage class of this name is there. */
    INVALID_STORAGE_CLASS(Category.CALLER, false, "InvalidStorageClass", 400, "INVALID_ARGUMENT"),
    KEY_TOO_LONG(Category.CALLER, false, "KeyTooLongError", 400, "INVALID_ARGUMENT"),
    METADATA_TOO_LARGE(Category.CALLER, false, "MetadataTooLarge", 400, "INVALID_ARGUMENT"),
    ENTITY_TOO_LARGE(Category.CALLER, false, "EntityTooLarge", 400, "INVALID_ARGUMENT"),
    /** A part of a multipart upload that is not the last one is too short. */
    ENTITY_TOO_SMALL(Category.CALLER, false, "EntityTooSmall", 400, "INVALID_ARGUMENT"),
    /** A completion names a part that is not there, or is another than it says. */
    INVALID_PART(Category.CALLER, false, "InvalidPart", 400, "INVALID_ARGUMENT"),
    INVALID_PART_ORDER(Category.CALLER, false, "InvalidPartOrder", 400, "INVALID_ARGUMENT"),
    INVALID_PART_NUMBER(Category.CALLER, false, "InvalidPartNumber", 416, "OUT_OF_RANGE"),
    INVALID_RANGE(Category.CALLER, false, "InvalidRange", 416, "OUT_OF_RANGE"),
    INCOMPLETE_BODY(Category.CALLER, false, "IncompleteBody", 400, "INVALID_ARGUMENT"),
    BAD_DIGEST(Category.CALLER, false, "BadDigest", 400, "INVALID_ARGUMENT"),
    UNAUTHENTICATED(Category.CALLER, false, "InvalidAccessKeyId", 403, "UNAUTHENTICATED"),
    SIGNATURE_MISMATCH(Category.CALLER, false, "SignatureDoesNotMatch", 403, "UNAUTHENTICATED"),
    ACCESS_DENIED(Category.CALLER, false, "AccessDenied", 403, "PERMISSION_DENIED"),
    NO_SUCH_BUCKET(Category.CALLER, false, "NoSuchBucket", 404, "NOT_FOUND"),
    NO_SUCH_KEY(Category.CALLER, false, "NoSuchKey", 404, "NOT_FOUND"),
    NO_SUCH_VERSION(Category.CALLER, false, "NoSuchVersion", 404, "NOT_FOUND"),
    NO_SUCH_UPLOAD(Category.CALLER, false, "NoSuchUpload", 404, "NOT_FOUND"),
    /** A tenant, user or key that an order names. */
    NO_SUCH_ENTITY(Category.CALLER, false, "NoSuchEntity", 404, "NOT_FOUND"),
    /** Another has the name. */
    ALREADY_EXISTS(Category.CALLER, false, "EntityAlreadyExists", 409, "ALREADY_EXISTS"),
    BUCKET_ALREADY_EXISTS(Category.CALLER, false, "BucketAlreadyExists", 409, "ALREADY_EXISTS"),
    /** Versioning and Object Lock that do not go together. */
    INVALID_BUCKET_STATE(Category.CALLER, false, "InvalidBucketState", 409, "FAILED_PRECONDITION"),
    /** A device that placement groups still need. */
    DEVICE_IN_USE(Category.CALLER, false, "OperationAborted", 409, "FAILED_PRECONDITION"),
    BUCKET_NOT_EMPTY(Category.CALLER, false, "BucketNotEmpty", 409, "FAILED_PRECONDITION"),
    PRECONDITION_FAILED(Category.CALLER, false, "PreconditionFailed", 412, "FAILED_PRECONDITION"),
    /** The write was closed (expired or given up) before it committed: nothing was stored. */
    WRITE_CLOSED(Category.CALLER, true, "RequestTimeout", 400, "ABORTED"),
    /** Shed before any work was done. */
    OVERLOADED(Category.CAPACITY, true, "SlowDown", 503, "RESOURCE_EXHAUSTED"),
    /** No device, or no placement group, has room. */
    OUT_OF_SPACE(Category.CAPACITY, false, "ServiceUnavailable", 503, "RESOURCE_EXHAUSTED"),
    /**
     * Too few failure domains, no quorum, no leader yet: nothing was lost, and it may come back.
     */
    UNAVAILABLE(Category.FAILURE, true, "ServiceUnavailable", 503, "UNAVAILABLE"),
    /** The request's deadline passed. */
    DEADLINE(Category.FAILURE, true, "RequestTimeout", 400, "DEADLINE_EXCEEDED"),
    /** It may or may not have happened; repeating it under the same write id is safe. */
    OUTCOME_UNKNOWN(Category.FAILURE, true, "InternalError", 500, "UNKNOWN"),
    /** Fewer than k chunks of a segment can be read. */
    DATA_UNREADABLE(Category.FAILURE, true, "InternalError", 500, "DATA_LOSS"),
    /** A chunk store refused a ticket. */
    TICKET_REFUSED(Category.INTERNAL, true, "InternalError", 500, "PERMISSION_DENIED"),
    /** The sender's map is older than the receiver's: reload and try again. */
    STALE_EPOCH(Category.INTERNAL, true, "InternalError", 500, "ABORTED"),
    /** A chunk that is not there. */
    NO_SUCH_CHUNK(Category.INTERNAL, false, "InternalError", 500, "NOT_FOUND"),
    /** A chunk that was reclaimed or doomed. */
    GONE(Category.INTERNAL, false, "InternalError", 500, "NOT_FOUND"),
    /** Bytes that do not match their checksum. */
    CORRUPT(Category.INTERNAL, false, "InternalError", 500, "DATA_LOSS"),
    /** Other bytes are stored under this name already. */
    CHUNK_CONFLICT(Category.INTERNAL, false, "InternalError", 500, "ALREADY_EXISTS"),
    NOT_IMPLEMENTED(Category.CALLER, false, "NotImplemented", 501, "UNIMPLEMENTED"),
    INTERNAL(Category.FAILURE, true, "InternalError", 500, "INTERNAL");

    /** Who has to act. */
    public enum Category {
        CALLER,
        CAPACITY,
        FAILURE,
        INTERNAL
    }

    private final Category category;
    private final boolean retry;
    private final String s3Code;
    private final int httpStatus;
    private final String grpcStatus;

    ErrorCode(Category category, boolean retry, String s3Code, int httpStatus, String grpcStatus) {
        this.category = category;
        this.retry = retry;
        this.s3Code = s3Code;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
    }

    /** The code of this name; empty where only another build has it. */
    public static Optional<ErrorCode> named(String name) {
        return Arrays.stream(values()).filter(code -> code.name().equals(name)).findFirst();
    }

    public Category category() {
        return category;
    }

    public boolean retry() {
        return retry;
    }

    public String s3Code() {
        return s3Code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The name of an {@code io.grpc.Status.Code}. */
    public String grpcStatus() {
        return grpcStatus;
    }
}
