package io.lethe.node.object;

import io.lethe.node.crypto.KeyBytes;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a copy reads. The reader may be another caller than the copy's writer: the copy of another
 * tenant's object, which a door has allowed.
 *
 * @param versionId empty for the current version
 * @param customerKey under which the version is, or null
 * @param check asked of the version that was found, before anything of it is read
 * @param through what is read passes through it, once the check has been
 */
public record SourceVersion(
        Caller reader,
        String bucket,
        String key,
        String versionId,
        @Nullable KeyBytes customerKey,
        Check check,
        UnaryOperator<Body> through) {
    /** Lets a version be copied, or throws. */
    @FunctionalInterface
    public interface Check {
        void accept(ObjectInfo found) throws InterruptedException;
    }

    /** Under no customer's key, and whatever is found. */
    public SourceVersion(Caller reader, String bucket, String key, String versionId) {
        this(reader, bucket, key, versionId, null, _ -> {}, UnaryOperator.identity());
    }

    /** The same, read with this key. */
    public SourceVersion under(@Nullable KeyBytes customer) {
        return new SourceVersion(reader, bucket, key, versionId, customer, check, through);
    }

    /** The same with this check. */
    public SourceVersion checkedBy(Check other) {
        return new SourceVersion(reader, bucket, key, versionId, customerKey, other, through);
    }

    /** The same, read through this. */
    public SourceVersion through(UnaryOperator<Body> other) {
        return new SourceVersion(reader, bucket, key, versionId, customerKey, check, other);
    }
}
