package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.Protection;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * One object to store.
 *
 * @param write chosen by the sender for each attempt that may be repeated: repeating it stores once
 * @param key 1 to 1,024 bytes of UTF-8
 * @param storageClass empty: the bucket's
 * @param expectedMd5 16 bytes that the body must hash to, or null
 * @param expectedSha256 32 bytes, or null
 * @param protection asked for; the bucket may have a default
 * @param customerKey without which nobody shall read the object, or null
 */
public record PutRequest(
        WriteId write,
        String bucket,
        String key,
        String storageClass,
        Attributes attributes,
        Condition condition,
        @Nullable Bytes expectedMd5,
        @Nullable Bytes expectedSha256,
        Protection protection,
        @Nullable KeyBytes customerKey) {
    /** Without a protection or a key of its own. */
    public PutRequest(
            WriteId write,
            String bucket,
            String key,
            String storageClass,
            Attributes attributes,
            Condition condition,
            @Nullable Bytes expectedMd5,
            @Nullable Bytes expectedSha256) {
        this(
                write,
                bucket,
                key,
                storageClass,
                attributes,
                condition,
                expectedMd5,
                expectedSha256,
                Protection.NONE,
                null);
    }
}
