package io.lethe.node.s3.operation;

import io.lethe.node.model.StoreException;
import io.lethe.node.object.MarkedDeleted;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;

/**
 * What a copy reads, as it was found. One task looks at it; who tells of it afterwards has waited
 * for that.
 */
final class CopiedSource {
    private final S3Call call;
    private String versionId = "";

    CopiedSource(S3Call call) {
        this.call = call;
    }

    /**
     * Looks at what was found.
     *
     * @throws io.lethe.node.s3.S3Exception PreconditionFailed, AccessDenied
     */
    void check(ObjectInfo found) throws InterruptedException {
        call.access().checkFoundSource(found.attributes());
        Preconditions.ofCopySource(call.request()).checkCopy(found.etag(), found.createdMillis());
        boolean named = !call.access().source().versionId().isEmpty();
        if (named || !found.versionId().equals(VersionIds.NULL)) {
            versionId = found.versionId();
        }
    }

    /** Says which version it was, where there are versions. */
    void tell() {
        call.header("x-amz-copy-source-version-id", versionId, !versionId.isEmpty());
    }

    /** What reads a version to copy it. */
    interface Copying<T> {
        T run() throws InterruptedException;
    }

    /**
     * Copies, where there is no delete marker in the source's place.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidRequest
     * @throws StoreException NO_SUCH_KEY
     */
    <T> T copy(Copying<T> copying) throws InterruptedException {
        try {
            return copying.run();
        } catch (MarkedDeleted e) {
            // What answers say of a delete marker would be said of the target.
            throw e.named()
                    ? S3Error.INVALID_REQUEST.because(
                            "The source of a copy request may not specifically refer to a delete"
                                    + " marker by version id.")
                    : new StoreException(e.code(), String.valueOf(e.getMessage()));
        }
    }
}
