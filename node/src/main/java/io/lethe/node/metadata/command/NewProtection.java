package io.lethe.node.metadata.command;

import io.lethe.node.model.BucketLock;
import io.lethe.node.model.Protection;
import org.jspecify.annotations.Nullable;

/**
 * What shall protect a version that is being made. The default becomes a date by the state's time,
 * when the version is made.
 *
 * @param asked by the writer
 * @param byDefault the bucket's, where the writer asks for no retention; null: it has none
 */
public record NewProtection(Protection asked, @Nullable BucketLock byDefault) {
    public static final NewProtection NONE = new NewProtection(Protection.NONE, null);

    public boolean isNone() {
        return byDefault == null && asked.isNone();
    }

    /** For a version that is made now. */
    public Protection at(long nowMillis) {
        return asked.mode() != BucketLock.Mode.NONE || byDefault == null
                ? asked
                : Protection.byDefault(byDefault, nowMillis).withHold(asked.hold());
    }
}
