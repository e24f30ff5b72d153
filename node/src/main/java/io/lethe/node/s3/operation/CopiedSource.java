package io.lethe.node.s3.operation;

import io.lethe.node.model.StoreException;
import io.lethe.node.object.Body;
import io.lethe.node.object.MarkedDeleted;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.SourceVersion;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.ChecksummedBody;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a copy reads, as it was found. One task looks at it; who tells of it afterwards has waited
 * for that.
 */
final class CopiedSource {
    private final S3Call call;
    private final boolean whole;
    private Optional<ChecksumAlgorithm> algorithm;
    private @Nullable ChecksummedBody body;
    private String versionId = "";

    private CopiedSource(S3Call call, boolean whole, Optional<ChecksumAlgorithm> algorithm) {
        this.call = call;
        this.whole = whole;
        this.algorithm = algorithm;
    }

    /**
     * Of an object.
     *
     * @param wanted the checksum that the copy shall have; empty: as its source
     */
    static CopiedSource ofObject(S3Call call, Optional<ChecksumAlgorithm> wanted) {
        return new CopiedSource(call, true, wanted);
    }

    /**
     * Of a part.
     *
     * @param wanted the checksum that the upload's parts shall have
     */
    static CopiedSource ofPart(S3Call call, Optional<ChecksumAlgorithm> wanted) {
        return new CopiedSource(call, false, wanted);
    }

    /** What the request names. */
    SourceVersion version(SourceVersion.Check check) {
        return EncryptionHeaders.source(call).checkedBy(check).through(this::summed);
    }

    private Body summed(Body copied) {
        if (algorithm.isEmpty()) {
            return copied;
        }
        ChecksummedBody through = new ChecksummedBody(copied, algorithm.get());
        body = through;
        return through;
    }

    /** Of what was copied, once it is; empty where it has none. */
    Optional<ChecksumValue> checksum() {
        return Optional.ofNullable(body).flatMap(ChecksummedBody::value);
    }

    /** Says the checksum of what was copied. */
    XmlWriter tellChecksum(XmlWriter out) {
        checksum().ifPresent(sum -> out.text(sum.algorithm().element(), sum.text()));
        return out;
    }

    /**
     * Looks at what was found.
     *
     * @throws io.lethe.node.s3.S3Exception PreconditionFailed, AccessDenied
     */
    void check(ObjectInfo found) throws InterruptedException {
        call.access().checkFoundSource(found.attributes());
        Preconditions.ofCopySource(call.request()).checkCopy(found.etag(), found.createdMillis());
        if (whole && algorithm.isEmpty()) {
            algorithm =
                    found.attributes().headers().keySet().stream()
                            .flatMap(name -> ChecksumAlgorithm.byHeader(name).stream())
                            .findFirst();
        }
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
