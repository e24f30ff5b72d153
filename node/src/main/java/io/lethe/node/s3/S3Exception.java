package io.lethe.node.s3;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.MarkedDeleted;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request that is answered by an error; without a stack, since strangers can cause as many of
 * them as they like.
 *
 * <p>{@code fields} are further elements of the answer's XML, in order, e.g. {@code ArgumentName};
 * {@code headers} further headers.
 */
public final class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final S3Error error;
    private final transient Map<String, String> fields;
    private final transient Map<String, String> headers;

    S3Exception(
            S3Error error,
            String message,
            Map<String, String> fields,
            Map<String, String> headers) {
        super(message, null, false, false);
        this.error = error;
        this.fields = Map.copyOf(fields).isEmpty() ? Map.of() : new LinkedHashMap<>(fields);
        this.headers = Map.copyOf(headers);
    }

    /**
     * A failure of the store as S3 says it. What happened inside the cluster stays inside: of
     * failures that are not the caller's, only the table's message is shown.
     */
    public static S3Exception of(StoreException failure) {
        if (failure instanceof MarkedDeleted marked) {
            return of(marked);
        }
        S3Error error = S3Error.of(failure.code());
        boolean callers = failure.code().category() == ErrorCode.Category.CALLER;
        String text = failure.getMessage();
        return error.because(callers && text != null ? text : error.message());
    }

    private static S3Exception of(MarkedDeleted marked) {
        S3Exception failure =
                marked.named()
                        ? S3Error.METHOD_NOT_ALLOWED
                                .exception()
                                .with("ResourceType", "DeleteMarker")
                                .withHeader("allow", "DELETE")
                                .withHeader(
                                        "last-modified", HttpDates.format(marked.createdMillis()))
                        : S3Error.NO_SUCH_KEY.exception();
        return failure.withHeader("x-amz-delete-marker", "true")
                .withHeader("x-amz-version-id", marked.versionId());
    }

    /** The same with one more element in its XML. */
    public S3Exception with(String field, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(field, value);
        return new S3Exception(error, message(), more, headers);
    }

    /** The same with one more header. */
    public S3Exception withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new S3Exception(error, message(), fields, more);
    }

    public S3Error error() {
        return error;
    }

    public String message() {
        String text = getMessage();
        return text == null ? error.message() : text;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** In the order in which they are written. */
    public Map<String, String> fields() {
        return fields;
    }
}
