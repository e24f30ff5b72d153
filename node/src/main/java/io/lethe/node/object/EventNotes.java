package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.model.BucketRecord;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of a change, as a bucket's configuration says. Safe for any task. */
public interface EventNotes {
    /** What makes the change. */
    enum Cause {
        PUT,
        /** A form that a browser sent. */
        POST,
        COPY,
        COMPLETE,
        DELETE,
        EXPIRE
    }

    /** Nobody ever. */
    EventNotes NOBODY = (_, _, _, _) -> null;

    /**
     * Asked again whenever the bucket is looked up again.
     *
     * @return null where nobody wants to hear
     */
    @Nullable EventNote of(BucketRecord bucket, Bytes key, Cause cause, Caller caller);
}
