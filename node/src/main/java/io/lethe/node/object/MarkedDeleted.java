package io.lethe.node.object;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;

/**
 * There is a delete marker where an object was asked for: nothing to read, and doors that show
 * versions say which marker it is. To all others the object is missing.
 */
public final class MarkedDeleted extends StoreException {
    private static final long serialVersionUID = 1L;

    private final String versionId;
    private final long createdMillis;
    private final boolean named;

    /**
     * @param versionId of the marker
     * @param named whether that version was asked for; else the marker is the key's newest version
     */
    MarkedDeleted(String versionId, long createdMillis, boolean named, String message) {
        super(named ? ErrorCode.NO_SUCH_VERSION : ErrorCode.NO_SUCH_KEY, message);
        this.versionId = versionId;
        this.createdMillis = createdMillis;
        this.named = named;
    }

    public String versionId() {
        return versionId;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public boolean named() {
        return named;
    }
}
