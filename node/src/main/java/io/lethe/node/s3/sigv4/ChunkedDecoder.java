package io.lethe.node.s3.sigv4;

import io.lethe.node.base.Check;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Takes an {@code aws-chunked} body apart, whatever the pieces in which it arrives, without copying
 * payload. Payload is handed out before its chunk's signature is known to be good: nothing may be
 * committed before {@link #end} has returned. One thread.
 *
 * <pre>
 * body    = chunk* last trailer* CRLF
 * chunk   = hex-size [";chunk-signature=" 64 hex] CRLF bytes CRLF
 * last    = "0" [";chunk-signature=" 64 hex] CRLF
 * trailer = name ":" value (CRLF | LF)        signed ones end with x-amz-trailer-signature
 * </pre>
 *
 * SIZE → DATA → AFTER_DATA → SIZE …; a size of 0 → TRAILERS → DONE.
 */
public final class ChunkedDecoder {
    /** Of a chunk's size line or a trailer; the longest we know is 90 bytes. */
    static final int MOST_LINE_BYTES = 1024;

    /** Of all trailers: one checksum of the longest kind and its signature take 200 bytes. */
    static final int MOST_TRAILERS_BYTES = 8 * 1024;

    /** As AWS: a shorter chunk must be the last one with data. */
    static final long LEAST_CHUNK_BYTES = 8 * 1024;

    /** 5 GiB, the most that one request stores; no chunk can be longer. */
    static final long MOST_DECODED_BYTES = 5L << 30;

    private static final int MOST_DECLARED_TRAILERS = 16;
    private static final String CHUNK_SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private enum State {
        SIZE,
        DATA,
        AFTER_DATA,
        TRAILERS,
        DONE
    }

    private final @Nullable ChunkSigner signer;
    private final boolean trailersAllowed;
    private final boolean trailersSigned;
    private final Set<String> declaredTrailers;
    private final long decodedBytes;
    private final MessageDigest chunkHash = Hashes.sha256();
    private final Map<String, String> trailers = new LinkedHashMap<>();
    private final StringBuilder signedTrailers = new StringBuilder();
    private byte[] line = new byte[128];
    private int lineBytes;
    private int trailerBytes;
    private int blankLines;
    private boolean trailerSignatureSeen;
    private String chunkSignature = "";
    private long chunkBytes;
    private long chunkLeft;
    private long chunks;
    private long seenBytes;
    private State state = State.SIZE;

    ChunkedDecoder(
            Payload payload,
            @Nullable ChunkSigner signer,
            long decodedBytes,
            Set<String> declaredTrailers) {
        Check.that(payload.chunked(), "only chunked payloads are taken apart");
        boolean signed = payload instanceof Payload.SignedChunks;
        Check.that(!signed || signer != null, "signed chunks need the request's signature");
        this.signer = signed ? signer : null;
        this.trailersSigned = payload instanceof Payload.SignedChunks(boolean trailer) && trailer;
        this.trailersAllowed = !signed || trailersSigned;
        this.decodedBytes = decodedBytes;
        this.declaredTrailers = Set.copyOf(declaredTrailers);
    }

    /**
     * For the body of a request.
     *
     * @param signer what {@link SigV4#verify} gave; null for an anonymous request
     * @throws S3Exception MissingContentLength, InvalidArgument, EntityTooLarge,
     *     MalformedTrailerError; AccessDenied for chunks signed by nobody
     */
    public static ChunkedDecoder of(
            S3Request request, Payload payload, @Nullable ChunkSigner signer) {
        if (payload instanceof Payload.SignedChunks && signer == null) {
            throw S3Error.ACCESS_DENIED.because(
                    "A body of signed chunks needs a signed request; sign it or send it plain.");
        }
        return new ChunkedDecoder(payload, signer, decodedLength(request), declared(request));
    }

    /** The length of the payload that a chunked request declares. */
    public static long decodedLength(S3Request request) {
        String text =
                request.header("x-amz-decoded-content-length")
                        .orElseThrow(S3Error.MISSING_CONTENT_LENGTH::exception);
        boolean number =
                !text.isEmpty()
                        && text.length() <= 18
                        && text.chars().allMatch(one -> one >= '0' && one <= '9');
        if (!number) {
            throw S3Error.INVALID_ARGUMENT
                    .because("x-amz-decoded-content-length must be a number of bytes")
                    .with("ArgumentName", "x-amz-decoded-content-length");
        }
        long length = Long.parseLong(text);
        if (length > MOST_DECODED_BYTES) {
            throw S3Error.ENTITY_TOO_LARGE
                    .exception()
                    .with("ProposedSize", text)
                    .with("MaxSizeAllowed", Long.toString(MOST_DECODED_BYTES));
        }
        return length;
    }

    private static Set<String> declared(S3Request request) {
        Set<String> names = new TreeSet<>();
        for (String name : request.joinedHeader("x-amz-trailer").orElse("").split(",", -1)) {
            String lower = name.strip().toLowerCase(Locale.ROOT);
            if (!lower.isEmpty()) {
                names.add(lower);
            }
        }
        if (names.size() > MOST_DECLARED_TRAILERS) {
            throw S3Error.MALFORMED_TRAILER_ERROR.exception();
        }
        return names;
    }

    /**
     * Goes on with what arrived.
     *
     * @param in its position moves past what was read
     * @return the next range of payload, a view of {@code in}; empty once {@code in} is used up
     * @throws S3Exception InvalidRequest, InvalidChunkSizeError, IncompleteBody,
     *     SignatureDoesNotMatch, MalformedTrailerError; the decoder is of no use then
     */
    public Optional<ByteBuffer> next(ByteBuffer in) {
        while (in.hasRemaining()) {
            switch (state) {
                case SIZE -> {
                    if (readLine(in)) {
                        startChunk();
                    }
                }
                case DATA -> {
                    return Optional.of(data(in));
                }
                case AFTER_DATA -> {
                    if (readLine(in)) {
                        endChunk();
                    }
                }
                case TRAILERS -> {
                    if (readLine(in)) {
                        trailerLine();
                    }
                }
                case DONE ->
                        throw S3Error.INVALID_REQUEST.because(
                                "The body goes on after its final chunk.");
            }
        }
        return Optional.empty();
    }

    private ByteBuffer data(ByteBuffer in) {
        int count = (int) Math.min(chunkLeft, in.remaining());
        ByteBuffer range = in.slice(in.position(), count);
        in.position(in.position() + count);
        if (signer != null) {
            chunkHash.update(range.duplicate());
        }
        seenBytes += count;
        chunkLeft -= count;
        if (chunkLeft == 0) {
            state = State.AFTER_DATA;
        }
        return range;
    }

    /** Whether {@link #line} now holds a whole line, without its end. */
    private boolean readLine(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte one = in.get();
            if (one == '\n') {
                if (lineBytes > 0 && line[lineBytes - 1] == '\r') {
                    lineBytes--;
                } else if (state != State.TRAILERS) {
                    throw lineFault("has a line that does not end by CR LF");
                }
                return true;
            }
            if (lineBytes == MOST_LINE_BYTES) {
                throw lineFault("has a line longer than " + MOST_LINE_BYTES + " bytes");
            }
            if (lineBytes == line.length) {
                line = Arrays.copyOf(line, Math.min(MOST_LINE_BYTES, line.length * 2));
            }
            line[lineBytes++] = one;
        }
        return false;
    }

    private S3Exception lineFault(String fault) {
        return state == State.TRAILERS
                ? S3Error.MALFORMED_TRAILER_ERROR.exception()
                : S3Error.INVALID_REQUEST.because("The aws-chunked body " + fault + ".");
    }

    private String takeLine() {
        String text = new String(line, 0, lineBytes, StandardCharsets.ISO_8859_1);
        lineBytes = 0;
        return text;
    }

    private void startChunk() {
        String text = takeLine();
        int semicolon = text.indexOf(';');
        String size = semicolon < 0 ? text : text.substring(0, semicolon);
        String extension = semicolon < 0 ? "" : text.substring(semicolon + 1).strip();
        long bytes = hexSize(size.strip());
        if (signer != null) {
            if (!extension.startsWith(CHUNK_SIGNATURE)) {
                throw lineFault("has a chunk without a chunk-signature");
            }
            chunkSignature = extension.substring(CHUNK_SIGNATURE.length());
        }
        chunks++;
        if (bytes == 0) {
            endPayload();
            return;
        }
        if (chunks > 1 && chunkBytes < LEAST_CHUNK_BYTES) {
            throw S3Error.INVALID_CHUNK_SIZE_ERROR
                    .exception()
                    .with("Chunk", Long.toString(chunks - 1))
                    .with("BadChunkSize", Long.toString(chunkBytes));
        }
        if (bytes > decodedBytes - seenBytes) {
            throw tooLong();
        }
        chunkBytes = bytes;
        chunkLeft = bytes;
        state = State.DATA;
    }

    private S3Exception tooLong() {
        return S3Error.INCOMPLETE_BODY.because(
                "The chunks hold more bytes than the "
                        + decodedBytes
                        + " that x-amz-decoded-content-length declares.");
    }

    private long hexSize(String text) {
        if (text.isEmpty() || text.length() > 15) {
            throw lineFault("has a chunk size that can't be read");
        }
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            int digit = one < 128 ? Character.digit(one, 16) : -1;
            if (digit < 0) {
                throw lineFault("has a chunk size that can't be read");
            }
            bytes = (bytes << 4) | digit;
        }
        return bytes;
    }

    private void endChunk() {
        if (lineBytes != 0) {
            throw lineFault("has a chunk longer than it says");
        }
        checkChunk();
        state = State.SIZE;
    }

    private void checkChunk() {
        if (signer != null && !signer.chunk(Hashes.hex(chunkHash.digest()), chunkSignature)) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH.because(
                    "The signature of chunk "
                            + chunks
                            + " does not match its bytes. Check your key and signing method.");
        }
    }

    private void endPayload() {
        checkChunk();
        if (seenBytes != decodedBytes) {
            throw S3Error.INCOMPLETE_BODY.because(
                    "The chunks hold "
                            + seenBytes
                            + " bytes, and x-amz-decoded-content-length declares "
                            + decodedBytes
                            + ".");
        }
        state = State.TRAILERS;
    }

    private void trailerLine() {
        trailerBytes += lineBytes;
        if (trailerBytes > MOST_TRAILERS_BYTES) {
            throw S3Error.MALFORMED_TRAILER_ERROR.exception();
        }
        String text = takeLine();
        if (text.isEmpty()) {
            // AWS's own examples end the trailers by an empty line before their signature.
            boolean wanting = trailersSigned && !trailerSignatureSeen;
            if (!wanting || ++blankLines > 1) {
                endTrailers();
            }
            return;
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : text.substring(0, colon).strip();
        name = name.toLowerCase(Locale.ROOT);
        if (name.isEmpty() || !trailersAllowed || trailerSignatureSeen) {
            throw S3Error.MALFORMED_TRAILER_ERROR.exception();
        }
        String value = text.substring(colon + 1).strip();
        if (trailersSigned && name.equals(TRAILER_SIGNATURE)) {
            checkTrailers(value);
        } else if (!declaredTrailers.contains(name) || trailers.put(name, value) != null) {
            throw S3Error.MALFORMED_TRAILER_ERROR.exception();
        } else {
            signedTrailers.append(name).append(':').append(value).append('\n');
        }
    }

    private void checkTrailers(String signature) {
        trailerSignatureSeen = true;
        byte[] text = signedTrailers.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (signer != null && !signer.trailer(Hashes.sha256Hex(text), signature)) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH.because(
                    "The signature of the trailers does not match them. Check your key and"
                            + " signing method.");
        }
    }

    private void endTrailers() {
        if ((trailersSigned && !trailerSignatureSeen)
                || (trailersAllowed && !trailers.keySet().equals(declaredTrailers))) {
            throw S3Error.MALFORMED_TRAILER_ERROR.exception();
        }
        state = State.DONE;
    }

    /**
     * To be called when the body has ended; only then is the payload whole and proven.
     *
     * @throws S3Exception IncompleteBody, MalformedTrailerError
     */
    public void end() {
        if (state == State.TRAILERS && trailerSignatureSeen && lineBytes == 0) {
            // Some clients leave out the empty line after the signature.
            endTrailers();
        }
        if (state != State.DONE) {
            throw S3Error.INCOMPLETE_BODY.because(
                    "The body ended before its final chunk; "
                            + seenBytes
                            + " of "
                            + decodedBytes
                            + " bytes had come.");
        }
    }

    /** By lower-case name, in order; whole after {@link #end}. */
    public Map<String, String> trailers() {
        return Map.copyOf(trailers);
    }

    public long decodedBytes() {
        return decodedBytes;
    }
}
