package io.lethe.node.s3;

import io.lethe.node.metadata.command.Condition;
import java.util.Optional;

/**
 * The conditions of a request, evaluated in the order of RFC 9110 (13.2.2), which is S3's:
 *
 * <ol>
 *   <li>If-Match: false → 412; true → 3
 *   <li>without it If-Unmodified-Since: false → 412
 *   <li>If-None-Match: false → 304; true → go on
 *   <li>without it If-Modified-Since: false → 304
 * </ol>
 *
 * Dates that can't be read are ignored, and are compared by seconds.
 */
public record Preconditions(
        Optional<ETags> ifMatch,
        Optional<ETags> ifNoneMatch,
        Optional<Long> ifModifiedSinceMillis,
        Optional<Long> ifUnmodifiedSinceMillis) {
    private static final String COPY = "x-amz-copy-source-";

    /** More than any object's has. */
    private static final int MOST_ETAG_CHARS = 256;

    /** What follows from the conditions of a read. */
    public enum Outcome {
        PROCEED,
        /** 304. */
        NOT_MODIFIED,
        /** 412. */
        FAILED
    }

    /** Of a GET or HEAD. */
    public static Preconditions of(S3Request request) {
        return of(request, "");
    }

    /** Of a copy's source; what would be 304 is 412 there. */
    public static Preconditions ofCopySource(S3Request request) {
        return of(request, COPY);
    }

    private static Preconditions of(S3Request request, String prefix) {
        return new Preconditions(
                request.joinedHeader(prefix + "if-match").map(ETags::parse),
                request.joinedHeader(prefix + "if-none-match").map(ETags::parse),
                request.header(prefix + "if-modified-since").flatMap(HttpDates::parse),
                request.header(prefix + "if-unmodified-since").flatMap(HttpDates::parse));
    }

    /**
     * @param eTag of the version that would be read, without quotes
     */
    public Outcome evaluate(String eTag, long lastModifiedMillis) {
        long modified = Math.floorDiv(lastModifiedMillis, 1000);
        if (ifMatch.isPresent()) {
            if (!ifMatch.get().matchesStrongly(eTag)) {
                return Outcome.FAILED;
            }
        } else if (ifUnmodifiedSinceMillis.isPresent()
                && modified > Math.floorDiv(ifUnmodifiedSinceMillis.get(), 1000)) {
            return Outcome.FAILED;
        }
        if (ifNoneMatch.isPresent()) {
            if (ifNoneMatch.get().matchesWeakly(eTag)) {
                return Outcome.NOT_MODIFIED;
            }
        } else if (ifModifiedSinceMillis.isPresent()
                && modified <= Math.floorDiv(ifModifiedSinceMillis.get(), 1000)) {
            return Outcome.NOT_MODIFIED;
        }
        return Outcome.PROCEED;
    }

    /**
     * Throws unless a copy may go on.
     *
     * @throws S3Exception PreconditionFailed
     */
    public void checkCopy(String eTag, long lastModifiedMillis) {
        if (evaluate(eTag, lastModifiedMillis) != Outcome.PROCEED) {
            throw failed(COPY + "If-*");
        }
    }

    /** The refusal, naming the condition that did not hold. */
    public static S3Exception failed(String condition) {
        return S3Error.PRECONDITION_FAILED.exception().with("Condition", condition);
    }

    /**
     * The condition of a PUT, a Complete, a copy or a DELETE on what is there already: If-Match
     * with one tag or a star, If-None-Match with a star.
     *
     * @throws S3Exception NotImplemented for any other
     */
    public static Condition ofWrite(S3Request request) {
        Optional<ETags> match = request.joinedHeader("if-match").map(ETags::parse);
        Optional<ETags> noneMatch = request.joinedHeader("if-none-match").map(ETags::parse);
        if (match.isPresent() && noneMatch.isPresent()) {
            throw notImplemented("If-Match together with If-None-Match");
        }
        if (noneMatch.isPresent()) {
            if (!noneMatch.get().any()) {
                throw notImplemented("If-None-Match with anything but * in a write");
            }
            return new Condition.Absent();
        }
        if (match.isEmpty()) {
            return new Condition.Always();
        }
        if (match.get().any()) {
            return new Condition.Present();
        }
        if (match.get().tags().size() != 1 || match.get().tags().getFirst().weak()) {
            throw notImplemented("If-Match with other than one strong tag in a write");
        }
        return matches(match.get().tags().getFirst().value());
    }

    /**
     * The condition that what is there has this ETag.
     *
     * @throws S3Exception PreconditionFailed for what is longer than any
     */
    public static Condition matches(String eTag) {
        if (eTag.length() > MOST_ETAG_CHARS) {
            throw failed("If-Match");
        }
        return new Condition.Matches(eTag);
    }

    private static S3Exception notImplemented(String what) {
        return S3Error.NOT_IMPLEMENTED
                .because("A header you provided implies functionality that is not implemented")
                .with("Header", what);
    }
}
