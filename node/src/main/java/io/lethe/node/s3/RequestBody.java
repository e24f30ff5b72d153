package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.http.BodyBroken;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.object.Body;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.DeclaredChecksum;
import io.lethe.node.s3.checksum.RunningChecksum;
import io.lethe.node.s3.sigv4.ChunkSigner;
import io.lethe.node.s3.sigv4.ChunkedDecoder;
import io.lethe.node.s3.sigv4.Payload;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as the object path reads it: taken out of {@code aws-chunked} framing, its
 * signatures and the checksum that it declares checked; so whoever has read its end has all of it.
 * One task.
 */
public final class RequestBody implements Body {
    /** What is read from the connection at once where it must be taken apart. */
    private static final int RAW_BYTES = 64 * 1024;

    private final HttpExchange exchange;
    private final Payload payload;
    private final @Nullable ChunkedDecoder decoder;
    private final long declaredBytes;
    private final ByteBuffer raw;
    private ByteBuffer range = ByteBuffer.allocate(0);
    private final DeclaredChecksum declared;
    private final @Nullable RunningChecksum running;
    private @Nullable ChecksumValue checksum;
    private boolean ended;
    private boolean checked;

    RequestBody(
            HttpExchange exchange,
            S3Request request,
            Payload payload,
            @Nullable ChunkSigner signer) {
        this.exchange = exchange;
        this.payload = payload;
        this.decoder = payload.chunked() ? ChunkedDecoder.of(request, payload, signer) : null;
        this.declaredBytes =
                payload.chunked()
                        ? ChunkedDecoder.decodedLength(request)
                        : exchange.head().bodyBytes();
        this.declared = DeclaredChecksum.of(request);
        this.running = declared.algorithm().map(ChecksumAlgorithm::start).orElse(null);
        this.raw = ByteBuffer.allocate(payload.chunked() ? RAW_BYTES : 0).limit(0);
    }

    @Override
    public long declaredBytes() {
        return declaredBytes < 0 ? UNKNOWN : declaredBytes;
    }

    /** What the signature says of the body: 32 bytes; null where it says nothing. */
    public @Nullable Bytes signedSha256() {
        return payload instanceof Payload.Digest(String hex) ? Bytes.hex(hex) : null;
    }

    /** The checksum that was declared and holds; null before the end, and where there is none. */
    public @Nullable ChecksumValue checksum() {
        return checksum;
    }

    /** The checksum stays with the object. */
    @Override
    public Map<String, String> headersAtEnd() {
        ChecksumValue known = checksum;
        return known == null ? Map.of() : Map.of(known.algorithm().header(), known.text());
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        int count;
        try {
            count =
                    decoder == null
                            ? exchange.read(target, offset, lengthBytes)
                            : decoded(decoder, target, offset, lengthBytes);
        } catch (BodyBroken e) {
            throw broken(e);
        }
        if (count < 0) {
            checkSum();
        } else if (running != null) {
            running.update(target, offset, count);
        }
        return count;
    }

    private void checkSum() {
        if (checked || running == null) {
            return;
        }
        checked = true;
        Map<String, String> trailers = decoder == null ? Map.of() : decoder.trailers();
        ChecksumValue expected = declared.expected(trailers).orElseThrow();
        ChecksumValue computed = ChecksumValue.of(expected.algorithm(), running);
        if (!expected.same(computed)) {
            throw S3Error.BAD_DIGEST.because(
                    "The "
                            + expected.algorithm().word()
                            + " you specified did not match the calculated checksum.");
        }
        checksum = computed;
    }

    /** What a sender hears whose body did not come whole; nobody hears it who has gone. */
    static S3Exception broken(BodyBroken e) {
        return switch (e.why()) {
            case GONE -> S3Error.INCOMPLETE_BODY.exception();
            case STALLED -> S3Error.REQUEST_TIMEOUT.exception();
            case MALFORMED ->
                    S3Error.INVALID_REQUEST.because("The framing of the body makes no sense.");
        };
    }

    private int decoded(ChunkedDecoder parts, byte[] target, int offset, int lengthBytes)
            throws InterruptedException {
        while (!range.hasRemaining()) {
            if (ended) {
                return -1;
            }
            Optional<ByteBuffer> next = parts.next(raw);
            if (next.isPresent()) {
                range = next.get();
            } else {
                refill(parts);
            }
        }
        int count = Math.min(lengthBytes, range.remaining());
        range.get(target, offset, count);
        return count;
    }

    private void refill(ChunkedDecoder parts) throws InterruptedException {
        int count = exchange.read(raw.array(), 0, raw.capacity());
        if (count < 0) {
            parts.end();
            ended = true;
        } else {
            raw.position(0).limit(count);
        }
    }
}
