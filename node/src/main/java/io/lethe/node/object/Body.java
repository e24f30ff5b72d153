package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object's bytes on their way in, pulled by the writer, which is how the sender is slowed down.
 */
public interface Body {
    /** For a length that the sender did not say. */
    long UNKNOWN = -1;

    /** What the sender declared, or {@link #UNKNOWN}. */
    long declaredBytes();

    /** SHA-256 that the sender says the body has, known once it has ended; null: not said. */
    default @Nullable Bytes declaredSha256() {
        return null;
    }

    /** Headers that shall be kept with the object, known once the body has ended; by name. */
    default Map<String, String> headersAtEnd() {
        return Map.of();
    }

    /**
     * Reads at least one byte, waiting for it.
     *
     * @return bytes read, or -1 at the end
     * @throws io.lethe.node.model.StoreException INCOMPLETE_BODY when the sender broke off;
     *     DEADLINE when it stalled
     */
    int read(byte[] target, int offset, int lengthBytes) throws InterruptedException;
}
