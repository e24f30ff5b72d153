package io.lethe.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ClientCall;
import io.lethe.client.model.PutResult;
import io.lethe.proto.v1.ObjectServiceGrpc;
import io.lethe.proto.v1.PutObjectEnd;
import io.lethe.proto.v1.PutObjectHeader;
import io.lethe.proto.v1.PutObjectRequest;
import io.lethe.proto.v1.PutObjectResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One put: header, data while the call is ready, end. Holds one message at a time, besides what
 * gRPC may queue. Every attempt has the same write id, so that one which committed unseen is found
 * by the next; only {@code WRITE_CLOSED}, which promises that nothing was stored, brings a new id.
 */
final class Upload extends RetriedCall<PutObjectRequest, PutObjectResponse, PutResult> {
    /** The contract's bound on a data message. */
    static final int MESSAGE_BYTES = 256 * 1024;

    private final PutObjectHeader header;
    private final Source source;
    private final PutOptions options;
    private byte[] writeId;
    private boolean opened;
    private boolean everythingSent;

    /**
     * @param header everything but write id and size
     */
    Upload(
            Wiring wiring,
            long allowedNanos,
            PutObjectHeader header,
            Source source,
            PutOptions options) {
        super(wiring, ObjectServiceGrpc.getPutObjectMethod(), allowedNanos);
        this.header = header;
        this.source = source;
        this.options = options;
        this.writeId = wiring.ids().next();
    }

    @Override
    PutObjectRequest firstMessage() {
        PutObjectHeader.Builder full = header.toBuilder().setWriteId(ByteString.copyFrom(writeId));
        size().ifPresent(full::setSize);
        return PutObjectRequest.newBuilder().setHeader(full).build();
    }

    private OptionalLong size() {
        try {
            return source.sizeBytes();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    long attemptNanos() {
        return retries.remainingNanos();
    }

    @Override
    boolean repeatable() {
        return !opened || source.rereadable();
    }

    @Override
    LetheException unrepeatable(LetheException failure) {
        String outcome =
                everythingSent
                        ? "; everything had been sent, so it may have been stored: look before you"
                                + " put it again"
                        : "; nothing was stored, and the source cannot be read again";
        return LetheException.of(
                everythingSent ? ErrorCode.OUTCOME_UNKNOWN : failure.code(),
                failure.getMessage() + outcome,
                failure.requestId().orElse(""),
                failure);
    }

    @Override
    void beforeRepeat(LetheException failure) {
        if (failure.code() == ErrorCode.WRITE_CLOSED) {
            writeId = wiring.ids().next();
        }
    }

    @Override
    Attempt newAttempt(Endpoint endpoint, ClientCall<PutObjectRequest, PutObjectResponse> call) {
        return new Sending(endpoint, call);
    }

    private LetheException unreadable(IOException e) {
        return LetheException.of(
                ErrorCode.LOCAL, source.description() + " cannot be read: " + reason(e), e);
    }

    /** File system exceptions carry only the path; their class says the rest. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private final class Sending extends Attempt {
        /** Bytes at hand in one message are sent without waiting to be asked: saves a turn. */
        private final boolean atOnce;

        private final MessageDigest digest = RequestSigner.newSha256();
        private @Nullable InputStream in;
        private @Nullable PutObjectResponse answer;
        private long sentBytes;
        private boolean ended;
        private volatile boolean reading;

        Sending(Endpoint endpoint, ClientCall<PutObjectRequest, PutObjectResponse> call) {
            super(endpoint, call);
            this.atOnce =
                    source instanceof MemorySource
                            && size().orElse(Long.MAX_VALUE) <= MESSAGE_BYTES;
        }

        @Override
        void started() {
            everythingSent = false;
            call.request(2);
            watchForStall();
            if (atOnce) {
                pump();
            }
        }

        @Override
        public void onReady() {
            synchronized (this) {
                pump();
            }
        }

        @Override
        public void onMessage(PutObjectResponse message) {
            answer = message;
        }

        @Override
        boolean waitsForServer() {
            return !reading;
        }

        private void pump() {
            try {
                while (!ended && !result.isDone() && (atOnce || call.isReady())) {
                    sendNext();
                }
            } catch (IOException e) {
                ended = true;
                abandon(unreadable(e));
            }
            if (ended) {
                closeSource();
            }
        }

        private void sendNext() throws IOException {
            byte[] bytes = read();
            moved();
            if (bytes.length > 0) {
                call.sendMessage(
                        PutObjectRequest.newBuilder()
                                .setData(UnsafeByteOperations.unsafeWrap(bytes))
                                .build());
                sentBytes += bytes.length;
                options.progress.accept(sentBytes);
            }
            if (bytes.length < MESSAGE_BYTES) {
                sendEnd();
            }
        }

        private byte[] read() throws IOException {
            reading = true;
            try {
                InputStream open = in;
                if (open == null) {
                    opened = true;
                    open = source.open();
                    in = open;
                }
                byte[] bytes = open.readNBytes(MESSAGE_BYTES);
                if (options.checksum) {
                    digest.update(bytes);
                }
                return bytes;
            } finally {
                reading = false;
            }
        }

        private void sendEnd() {
            ended = true;
            OptionalLong declared = size();
            if (declared.isPresent() && declared.getAsLong() != sentBytes) {
                abandon(
                        LetheException.of(
                                ErrorCode.LOCAL,
                                source.description()
                                        + " has changed while it was read: "
                                        + sentBytes
                                        + " bytes came, "
                                        + declared.getAsLong()
                                        + " were expected; nothing was stored, put it again"));
                return;
            }
            PutObjectEnd.Builder end = PutObjectEnd.newBuilder().setSize(sentBytes);
            if (options.checksum) {
                end.setSha256(ByteString.copyFrom(digest.digest()));
            }
            everythingSent = true;
            call.sendMessage(PutObjectRequest.newBuilder().setEnd(end).build());
            call.halfClose();
        }

        private void closeSource() {
            InputStream open = in;
            in = null;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    // What was read is whole; a file that does not close loses nothing.
                    moved();
                }
            }
        }

        @Override
        void closed() {
            closeSource();
        }

        @Override
        @Nullable LetheException succeeded() {
            PutObjectResponse stored = answer;
            if (stored == null) {
                return LetheException.of(
                        ErrorCode.UNAVAILABLE, endpoint.address() + " ended the put unanswered");
            }
            result.complete(Conversions.putResult(stored));
            return null;
        }
    }
}
