package io.lethe.node.object;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;

/** Which bytes of an object are wanted. */
public sealed interface ReadRange {
    record All() implements ReadRange {}

    /**
     * From {@code first}, through {@code last} inclusive or the object's end, whichever is first.
     */
    record Span(long first, long last) implements ReadRange {}

    /** The last {@code lengthBytes}, or all where the object is shorter. */
    record Suffix(long lengthBytes) implements ReadRange {}

    /** One part of a multipart upload; an object that was stored at once is its own part 1. */
    record Part(int number) implements ReadRange {}

    /** A range within an object. */
    record Resolved(long first, long lengthBytes) {}

    /**
     * For a part: of an object that was stored at once.
     *
     * @throws StoreException INVALID_RANGE when no byte of the object is in it; INVALID_PART_NUMBER
     *     when there is no such part
     */
    default Resolved within(long sizeBytes) {
        return switch (this) {
            case All _ -> new Resolved(0, sizeBytes);
            case Part(int number) -> {
                if (number != 1) {
                    throw noSuchPart(number);
                }
                yield new Resolved(0, sizeBytes);
            }
            case Span(long first, long last) -> {
                if (first < 0 || last < first || first >= sizeBytes) {
                    throw outside(sizeBytes);
                }
                yield new Resolved(first, Math.min(last, sizeBytes - 1) - first + 1);
            }
            case Suffix(long length) -> {
                if (length <= 0 || sizeBytes == 0) {
                    throw outside(sizeBytes);
                }
                long kept = Math.min(length, sizeBytes);
                yield new Resolved(sizeBytes - kept, kept);
            }
        };
    }

    static StoreException noSuchPart(int number) {
        return new StoreException(
                ErrorCode.INVALID_PART_NUMBER, "the object has no part " + number);
    }

    private StoreException outside(long sizeBytes) {
        return new StoreException(
                ErrorCode.INVALID_RANGE,
                "the range " + this + " has no byte of an object of " + sizeBytes + " bytes");
    }
}
