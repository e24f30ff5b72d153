package io.lethe.node.s3;

import io.lethe.node.model.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every error that the S3 door (and its STS actions) answers with: S3's code, the HTTP status, and
 * the message where nothing more exact is known. The one table; sorted by code, STS last.
 *
 * <p>Source: the list of error responses in the Amazon S3 API reference, and STS's.
 */
public enum S3Error {
    ACCESS_CONTROL_LIST_NOT_SUPPORTED(
            "AccessControlListNotSupported", 400, "The bucket does not allow ACLs"),
    ACCESS_DENIED("AccessDenied", 403, "Access Denied"),
    ACCESS_FORBIDDEN(
            "AccessForbidden",
            403,
            "CORSResponse: This CORS request is not allowed. This is usually because the "
                    + "evaluation of Origin, request method / Access-Control-Request-Method or "
                    + "Access-Control-Request-Headers are not allowed by the resource's CORS "
                    + "spec."),
    AUTHORIZATION_HEADER_MALFORMED(
            "AuthorizationHeaderMalformed",
            400,
            "The authorization header that you provided is not valid."),
    AUTHORIZATION_QUERY_PARAMETERS_ERROR(
            "AuthorizationQueryParametersError",
            400,
            "The authorization query parameters that you provided are not valid."),
    BAD_DIGEST(
            "BadDigest",
            400,
            "The Content-MD5 or checksum value that you specified did not match what the "
                    + "server received."),
    BAD_REQUEST("BadRequest", 400, "Bad Request"),
    BUCKET_ALREADY_EXISTS(
            "BucketAlreadyExists",
            409,
            "The requested bucket name is not available. The bucket namespace is shared "
                    + "by all users of the system. Select a different name and try again."),
    BUCKET_ALREADY_OWNED_BY_YOU(
            "BucketAlreadyOwnedByYou",
            409,
            "The bucket that you tried to create already exists, and you own it."),
    BUCKET_NOT_EMPTY("BucketNotEmpty", 409, "The bucket that you tried to delete is not empty."),
    CONDITIONAL_REQUEST_CONFLICT(
            "ConditionalRequestConflict",
            409,
            "A conflicting operation occurred during the request. Try again."),
    ENTITY_ALREADY_EXISTS("EntityAlreadyExists", 409, "There is one of that name already."),
    ENTITY_TOO_LARGE(
            "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size."),
    ENTITY_TOO_SMALL(
            "EntityTooSmall",
            400,
            "Your proposed upload is smaller than the minimum allowed object size."),
    EXPIRED_TOKEN("ExpiredToken", 400, "The provided token has expired."),
    ILLEGAL_LOCATION_CONSTRAINT_EXCEPTION(
            "IllegalLocationConstraintException",
            400,
            "The specified location constraint is incompatible for the region specific "
                    + "endpoint this request was sent to."),
    ILLEGAL_VERSIONING_CONFIGURATION_EXCEPTION(
            "IllegalVersioningConfigurationException",
            400,
            "The versioning configuration specified in the request is invalid."),
    INCOMPLETE_BODY(
            "IncompleteBody",
            400,
            "You did not provide the number of bytes specified by the Content-Length HTTP "
                    + "header."),
    INCORRECT_NUMBER_OF_FILES_IN_POST_REQUEST(
            "IncorrectNumberOfFilesInPostRequest",
            400,
            "POST requires exactly one file upload per request."),
    INTERNAL_ERROR("InternalError", 500, "We encountered an internal error. Please try again."),
    INVALID_ACCESS_KEY_ID(
            "InvalidAccessKeyId",
            403,
            "The AWS access key ID that you provided does not exist in our records."),
    INVALID_ARGUMENT("InvalidArgument", 400, "Invalid Argument"),
    INVALID_BUCKET_ACL_WITH_BLOCK_PUBLIC_ACCESS_ERROR(
            "InvalidBucketAclWithBlockPublicAccessError",
            400,
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled"),
    INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP(
            "InvalidBucketAclWithObjectOwnership",
            400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced " + "setting"),
    INVALID_BUCKET_NAME("InvalidBucketName", 400, "The specified bucket is not valid."),
    INVALID_BUCKET_STATE(
            "InvalidBucketState",
            409,
            "The request is not valid for the current state of the bucket."),
    INVALID_CHUNK_SIZE_ERROR(
            "InvalidChunkSizeError",
            403,
            "Only the last chunk is allowed to have a size less than 8192 bytes"),
    INVALID_DIGEST("InvalidDigest", 400, "The Content-MD5 you specified is not valid."),
    INVALID_ENCRYPTION_ALGORITHM_ERROR(
            "InvalidEncryptionAlgorithmError",
            400,
            "The encryption request that you specified is not valid. The valid value is "
                    + "AES256."),
    INVALID_LOCATION_CONSTRAINT(
            "InvalidLocationConstraint", 400, "The specified location constraint is not valid."),
    INVALID_OBJECT_STATE(
            "InvalidObjectState",
            403,
            "The operation is not valid for the current state of the object."),
    INVALID_PART(
            "InvalidPart",
            400,
            "One or more of the specified parts could not be found. The part might not "
                    + "have been uploaded, or the specified entity tag might not have matched the "
                    + "part's entity tag."),
    INVALID_PART_NUMBER("InvalidPartNumber", 416, "The requested partnumber is not satisfiable"),
    INVALID_PART_ORDER(
            "InvalidPartOrder",
            400,
            "The list of parts was not in ascending order. The parts list must be "
                    + "specified in order by part number."),
    INVALID_POLICY_DOCUMENT(
            "InvalidPolicyDocument",
            400,
            "The content of the form does not meet the conditions specified in the policy "
                    + "document."),
    INVALID_RANGE("InvalidRange", 416, "The requested range is not satisfiable"),
    INVALID_REQUEST("InvalidRequest", 400, "Invalid Request"),
    INVALID_RETENTION_PERIOD(
            "InvalidRetentionPeriod",
            400,
            "Default retention period must be a positive integer value."),
    INVALID_STORAGE_CLASS(
            "InvalidStorageClass", 400, "The storage class you specified is not valid"),
    INVALID_TAG(
            "InvalidTag",
            400,
            "The tag provided was not a valid tag. This error can occur if the tag did "
                    + "not pass input validation."),
    INVALID_TARGET_BUCKET_FOR_LOGGING(
            "InvalidTargetBucketForLogging",
            400,
            "The target bucket for logging either does not exist, is not owned by you, or "
                    + "does not have the appropriate grants for the log-delivery group."),
    INVALID_TOKEN("InvalidToken", 400, "The provided token is malformed or otherwise not valid."),
    INVALID_URI("InvalidURI", 400, "Couldn't parse the specified URI."),
    KEY_TOO_LONG_ERROR("KeyTooLongError", 400, "Your key is too long"),
    MALFORMED_ACL_ERROR(
            "MalformedACLError",
            400,
            "The XML you provided was not well-formed or did not validate against our "
                    + "published schema"),
    MALFORMED_POST_REQUEST(
            "MalformedPOSTRequest",
            400,
            "The body of your POST request is not well-formed multipart/form-data."),
    MALFORMED_POLICY("MalformedPolicy", 400, "This policy contains invalid Json"),
    MALFORMED_TRAILER_ERROR(
            "MalformedTrailerError",
            400,
            "The request contained trailing data that was not well-formed or did not "
                    + "conform to our published schema."),
    MALFORMED_XML(
            "MalformedXML",
            400,
            "The XML you provided was not well-formed or did not validate against our "
                    + "published schema"),
    MAX_MESSAGE_LENGTH_EXCEEDED("MaxMessageLengthExceeded", 400, "Your request was too large."),
    MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR(
            "MaxPostPreDataLengthExceededError",
            400,
            "Your POST request fields preceding the upload file were too large."),
    METADATA_TOO_LARGE(
            "MetadataTooLarge",
            400,
            "Your metadata headers exceed the maximum allowed metadata size."),
    METHOD_NOT_ALLOWED(
            "MethodNotAllowed", 405, "The specified method is not allowed against this resource."),
    MISSING_AUTHENTICATION_TOKEN("MissingAuthenticationToken", 403, "The request was not signed."),
    MISSING_CONTENT_LENGTH(
            "MissingContentLength", 411, "You must provide the Content-Length HTTP header."),
    MISSING_REQUEST_BODY_ERROR("MissingRequestBodyError", 400, "Request body is empty."),
    MISSING_SECURITY_HEADER(
            "MissingSecurityHeader", 400, "Your request is missing a required header."),
    NO_SUCH_BUCKET("NoSuchBucket", 404, "The specified bucket does not exist"),
    NO_SUCH_BUCKET_POLICY("NoSuchBucketPolicy", 404, "The bucket policy does not exist"),
    NO_SUCH_CORS_CONFIGURATION(
            "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"),
    NO_SUCH_CONFIGURATION(
            "NoSuchConfiguration", 404, "The specified configuration does not exist."),
    NO_SUCH_ENTITY("NoSuchEntity", 404, "What the request names does not exist."),
    NO_SUCH_KEY("NoSuchKey", 404, "The specified key does not exist."),
    NO_SUCH_LIFECYCLE_CONFIGURATION(
            "NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist"),
    NO_SUCH_OBJECT_LOCK_CONFIGURATION(
            "NoSuchObjectLockConfiguration",
            404,
            "The specified object does not have a ObjectLock configuration"),
    NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION(
            "NoSuchPublicAccessBlockConfiguration",
            404,
            "The public access block configuration was not found"),
    NO_SUCH_TAG_SET("NoSuchTagSet", 404, "The TagSet does not exist"),
    NO_SUCH_UPLOAD(
            "NoSuchUpload",
            404,
            "The specified multipart upload does not exist. The upload ID may be invalid, "
                    + "or the upload may have been aborted or completed."),
    NO_SUCH_VERSION("NoSuchVersion", 404, "The specified version does not exist."),
    NO_SUCH_WEBSITE_CONFIGURATION(
            "NoSuchWebsiteConfiguration",
            404,
            "The specified bucket does not have a website configuration"),
    NOT_IMPLEMENTED(
            "NotImplemented",
            501,
            "A header or query you provided implies functionality that is not implemented"),
    NOT_MODIFIED("NotModified", 304, "Not Modified"),
    OBJECT_LOCK_CONFIGURATION_NOT_FOUND_ERROR(
            "ObjectLockConfigurationNotFoundError",
            404,
            "Object Lock configuration does not exist for this bucket"),
    OPERATION_ABORTED(
            "OperationAborted",
            409,
            "A conflicting conditional operation is currently in progress against this "
                    + "resource. Try again."),
    OWNERSHIP_CONTROLS_NOT_FOUND_ERROR(
            "OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found"),
    PRECONDITION_FAILED(
            "PreconditionFailed",
            412,
            "At least one of the pre-conditions you specified did not hold"),
    REQUEST_HEADER_SECTION_TOO_LARGE(
            "RequestHeaderSectionTooLarge",
            400,
            "Your request header section exceeds the maximum allowed size."),
    REQUEST_IS_NOT_MULTI_PART_CONTENT(
            "RequestIsNotMultiPartContent",
            400,
            "A bucket POST request must be of the enclosure-type multipart/form-data."),
    REQUEST_TIME_TOO_SKEWED(
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large."),
    REQUEST_TIMEOUT(
            "RequestTimeout",
            400,
            "Your socket connection to the server was not read from or written to within "
                    + "the timeout period."),
    RESTORE_ALREADY_IN_PROGRESS(
            "RestoreAlreadyInProgress", 409, "Object restore is already in progress."),
    SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND_ERROR(
            "ServerSideEncryptionConfigurationNotFoundError",
            404,
            "The server side encryption configuration was not found"),
    SERVICE_UNAVAILABLE("ServiceUnavailable", 503, "Please reduce your request rate."),
    SIGNATURE_DOES_NOT_MATCH(
            "SignatureDoesNotMatch",
            403,
            "The request signature we calculated does not match the signature you "
                    + "provided. Check your key and signing method."),
    SLOW_DOWN("SlowDown", 503, "Please reduce your request rate."),
    TOO_MANY_BUCKETS(
            "TooManyBuckets", 400, "You have attempted to create more buckets than allowed."),
    UNEXPECTED_CONTENT("UnexpectedContent", 400, "This request does not support content."),
    UNSUPPORTED_MEDIA_TYPE(
            "UnsupportedMediaType", 415, "The content type of the request is not supported."),
    USER_KEY_MUST_BE_SPECIFIED(
            "UserKeyMustBeSpecified",
            400,
            "The bucket POST must contain the specified field name. If it is specified, "
                    + "check the order of the fields."),
    X_AMZ_CONTENT_SHA256_MISMATCH(
            "XAmzContentSHA256Mismatch",
            400,
            "The provided 'x-amz-content-sha256' header does not match what was computed."),
    KMS_NOT_FOUND_EXCEPTION("KMS.NotFoundException", 400, "The KMS key could not be found."),
    KMS_DISABLED_EXCEPTION(
            "KMS.DisabledException",
            400,
            "The request was rejected because the specified KMS key is not enabled."),
    KMS_INVALID_STATE_EXCEPTION(
            "KMS.KMSInvalidStateException",
            400,
            "The request was rejected because the state of the specified KMS key is not "
                    + "valid for this request."),
    INVALID_IDENTITY_TOKEN(
            "InvalidIdentityToken",
            400,
            "The web identity token that was passed could not be validated. Get a new "
                    + "identity token from the identity provider and try again."),
    EXPIRED_TOKEN_EXCEPTION(
            "ExpiredTokenException",
            400,
            "The web identity token that was passed is expired or is not valid. Get a new "
                    + "identity token from the identity provider and try again."),
    IDP_COMMUNICATION_ERROR(
            "IDPCommunicationError",
            400,
            "The request could not be fulfilled because the identity provider could not "
                    + "be reached to verify the web identity token. Try again."),
    IDP_REJECTED_CLAIM(
            "IDPRejectedClaim", 403, "The identity provider reported that authentication failed."),
    INVALID_ACTION("InvalidAction", 400, "The action or operation requested is invalid."),
    INVALID_PARAMETER_VALUE(
            "InvalidParameterValue",
            400,
            "An invalid or out-of-range value was supplied for the input parameter."),
    MALFORMED_POLICY_DOCUMENT("MalformedPolicyDocument", 400, "The policy document was malformed."),
    MISSING_PARAMETER(
            "MissingParameter",
            400,
            "A required parameter for the specified action is not supplied."),
    PACKED_POLICY_TOO_LARGE(
            "PackedPolicyTooLarge",
            400,
            "The session policy and tags exceed the space allotted for them."),
    VALIDATION_ERROR(
            "ValidationError",
            400,
            "The input fails to satisfy the constraints specified by the service.");

    private static final Map<String, S3Error> BY_CODE =
            Stream.of(values())
                    .collect(Collectors.toUnmodifiableMap(S3Error::code, Function.identity()));

    private final String code;
    private final int httpStatus;
    private final String message;

    S3Error(String code, int httpStatus, String message) {
        this.code = code;
        this.httpStatus = httpStatus;
        this.message = message;
    }

    /** As in the {@code Code} element. */
    public String code() {
        return code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The message where the thrower has no better one. */
    public String message() {
        return message;
    }

    /** How the store's own codes look through this door. */
    public static S3Error of(ErrorCode store) {
        return switch (store) {
            case UNAUTHENTICATED -> INVALID_ACCESS_KEY_ID;
            case SIGNATURE_MISMATCH -> SIGNATURE_DOES_NOT_MATCH;
            default -> byCode(store.s3Code()).orElse(INTERNAL_ERROR);
        };
    }

    public static Optional<S3Error> byCode(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    public S3Exception because(String message) {
        return new S3Exception(this, message, Map.of(), Map.of());
    }

    /** With the table's own message. */
    public S3Exception exception() {
        return because(message);
    }
}
