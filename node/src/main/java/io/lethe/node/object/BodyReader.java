package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.Digests;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body stripe by stripe, hashes it on the way, encrypts it where its sender brought a key,
 * and knows one byte ahead whether more follows. One task.
 */
final class BodyReader {
    /** 5 TiB: S3's largest object. */
    static final long MOST_BYTES = 5L << 40;

    /** 5 GiB: S3's largest part. */
    static final long MOST_PART_BYTES = 5L << 30;

    private final Body body;
    private final long mostBytes;
    private final Digests digests = new Digests();
    private final byte[] ahead = new byte[1];
    private CustomerKeys.@Nullable Stream stream;
    private boolean hasAhead;
    private boolean ended;
    private long totalBytes;

    BodyReader(Body body, long mostBytes) {
        this.body = body;
        this.mostBytes = mostBytes;
        if (body.declaredBytes() > mostBytes) {
            throw new StoreException(
                    ErrorCode.ENTITY_TOO_LARGE,
                    "the body has "
                            + body.declaredBytes()
                            + " bytes; "
                            + mostBytes
                            + " is the most");
        }
    }

    /** Encrypts, once it is hashed, what is read from now on; before anything is. */
    void under(CustomerKeys.Stream customers) {
        stream = customers;
    }

    /** Fills {@code target} from {@code offset} as far as the body goes; returns what was read. */
    int fill(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        int filled = 0;
        if (hasAhead && lengthBytes > 0) {
            target[offset] = ahead[0];
            hasAhead = false;
            filled = 1;
        }
        while (filled < lengthBytes && !ended) {
            int count = body.read(target, offset + filled, lengthBytes - filled);
            if (count < 0) {
                ended = true;
            } else {
                filled += count;
            }
        }
        digests.update(target, offset, filled);
        if (stream != null) {
            stream.apply(target, offset, filled);
        }
        totalBytes += filled;
        checkLength();
        return filled;
    }

    /** Whether nothing is left; waits for the next byte or the end. */
    boolean atEnd() throws InterruptedException {
        if (!hasAhead && !ended) {
            int count = body.read(ahead, 0, 1);
            ended = count < 0;
            hasAhead = count > 0;
        }
        checkLength();
        return ended && !hasAhead;
    }

    private void checkLength() {
        long declared = body.declaredBytes();
        long seen = totalBytes + (hasAhead ? 1 : 0);
        if (seen > mostBytes) {
            throw new StoreException(
                    ErrorCode.ENTITY_TOO_LARGE, "the body is longer than " + mostBytes + " bytes");
        }
        if (declared != Body.UNKNOWN && (seen > declared || (ended && seen < declared))) {
            throw new StoreException(
                    ErrorCode.INCOMPLETE_BODY,
                    "the body has "
                            + (ended ? "" : "more than ")
                            + (ended ? seen : declared)
                            + " bytes, and "
                            + declared
                            + " were declared; nothing was stored");
        }
    }

    Map<String, String> headersAtEnd() {
        return body.headersAtEnd();
    }

    long totalBytes() {
        return totalBytes;
    }

    /**
     * Ends the hashes.
     *
     * @throws StoreException BAD_DIGEST when the body is not what its sender said
     */
    Digests.Result sums(@Nullable Bytes expectedMd5, @Nullable Bytes expectedSha256) {
        Digests.Result sums = digests.finish();
        Bytes atEndSha256 = body.declaredSha256();
        boolean same =
                (expectedMd5 == null || expectedMd5.equals(sums.md5()))
                        && (expectedSha256 == null || expectedSha256.equals(sums.sha256()))
                        && (atEndSha256 == null || atEndSha256.equals(sums.sha256()));
        if (!same) {
            throw new StoreException(
                    ErrorCode.BAD_DIGEST,
                    "the body does not hash to what was declared; nothing was stored");
        }
        return sums;
    }
}
