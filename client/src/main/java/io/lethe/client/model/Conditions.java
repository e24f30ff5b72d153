package io.lethe.client.model;

import java.time.Instant;
import java.util.Optional;

/**
 * Conditions on a key's version; all that are set must hold. Start from {@link #NONE}.
 *
 * @param ifMatch its ETag must be this; {@code *}: there must be an object
 * @param ifNoneMatch its ETag must not be this; {@code *}: there must be no object
 * @param ifModifiedSince only for reads
 * @param ifUnmodifiedSince only for reads
 */
public record Conditions(
        Optional<String> ifMatch,
        Optional<String> ifNoneMatch,
        Optional<Instant> ifModifiedSince,
        Optional<Instant> ifUnmodifiedSince) {
    public static final Conditions NONE =
            new Conditions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Only where no object has the key yet. */
    public static Conditions absent() {
        return NONE.withIfNoneMatch("*");
    }

    /** Only where the current version has this ETag. */
    public static Conditions etag(String etag) {
        return NONE.withIfMatch(etag);
    }

    public Conditions withIfMatch(String etag) {
        return new Conditions(Optional.of(etag), ifNoneMatch, ifModifiedSince, ifUnmodifiedSince);
    }

    public Conditions withIfNoneMatch(String etag) {
        return new Conditions(ifMatch, Optional.of(etag), ifModifiedSince, ifUnmodifiedSince);
    }

    public Conditions withIfModifiedSince(Instant time) {
        return new Conditions(ifMatch, ifNoneMatch, Optional.of(time), ifUnmodifiedSince);
    }

    public Conditions withIfUnmodifiedSince(Instant time) {
        return new Conditions(ifMatch, ifNoneMatch, ifModifiedSince, Optional.of(time));
    }

    public boolean isEmpty() {
        return equals(NONE);
    }
}
