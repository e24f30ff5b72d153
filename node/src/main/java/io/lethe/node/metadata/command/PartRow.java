package io.lethe.node.metadata.command;

import io.lethe.node.model.WriteId;

/**
 * A part of an upload, or of the version that it became.
 *
 * @param number 1 to {@link #MOST_PARTS}
 * @param order the part's own place, which names it among versions, uploads and parts; another for
 *     each part that was ever put under the number
 * @param write under which its chunks were written
 */
public record PartRow(int number, long order, WriteId write, long createdMillis, PartBody body) {
    /** As S3. */
    public static final int MOST_PARTS = 10_000;

    /** For a listing: without its segments. */
    public PartRow listed() {
        return new PartRow(number, order, write, createdMillis, body.listed());
    }

    public PartRow withBody(PartBody other) {
        return new PartRow(number, order, write, createdMillis, other);
    }
}
