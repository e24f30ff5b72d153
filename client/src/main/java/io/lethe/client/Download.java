package io.lethe.client;

import com.google.protobuf.ByteString;
import io.grpc.ClientCall;
import io.lethe.client.model.ContentRange;
import io.lethe.client.model.GetResult;
import io.lethe.client.model.ObjectVersion;
import io.lethe.proto.v1.ByteRange;
import io.lethe.proto.v1.Conditions;
import io.lethe.proto.v1.GetObjectRequest;
import io.lethe.proto.v1.GetObjectResponse;
import io.lethe.proto.v1.GetObjectStart;
import io.lethe.proto.v1.ObjectServiceGrpc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One get. The first start message pins the version; an attempt that breaks is followed by one for
 * the rest of that version's bytes, so that the sink sees each byte once and in order; where it was
 * replaced meanwhile the get fails, with PRECONDITION_FAILED or NO_SUCH_VERSION. At most {@link
 * #WINDOW_MESSAGES} messages are under way or held by the sink.
 */
final class Download extends RetriedCall<GetObjectRequest, GetObjectResponse, GetResult> {
    /** Of at most 256 KiB: 2 MiB per download. */
    static final int WINDOW_MESSAGES = 8;

    private final GetObjectRequest request;
    private final GetOptions options;
    private final BodySink sink;
    private final MessageDigest digest = RequestSigner.newSha256();
    private final Object window = new Object();
    private @Nullable GetResult pinned;
    private long receivedBytes;

    /** Messages that the sink holds; guarded by {@link #window}. */
    private int held;

    /** The attempt that may be asked for more; guarded by {@link #window}. */
    private @Nullable ClientCall<GetObjectRequest, GetObjectResponse> asked;

    Download(
            Wiring wiring,
            long allowedNanos,
            GetObjectRequest request,
            GetOptions options,
            BodySink sink) {
        super(wiring, ObjectServiceGrpc.getGetObjectMethod(), allowedNanos);
        this.request = request;
        this.options = options;
        this.sink = sink;
    }

    /** Starts, and sees to it that the sink learns of a failure before the caller does. */
    CompletableFuture<GetResult> download() {
        CompletableFuture<GetResult> unusedStage =
                result.whenComplete(
                        (value, failure) -> {
                            if (failure != null) {
                                sink.abort(failure);
                            }
                        });
        return run();
    }

    @Override
    GetObjectRequest firstMessage() {
        GetResult known = pinned;
        if (known == null) {
            return request;
        }
        ContentRange range = known.range();
        return GetObjectRequest.newBuilder()
                .setBucket(request.getBucket())
                .setKey(request.getKey())
                .setVersionId(known.object().versionId())
                // Where a bucket keeps no versions, what replaces one has its id.
                .setConditions(Conditions.newBuilder().setIfMatch(known.object().etag()))
                .setRange(
                        ByteRange.newBuilder()
                                .setStart(range.startBytes() + receivedBytes)
                                .setEnd(range.startBytes() + range.lengthBytes() - 1))
                .build();
    }

    @Override
    long attemptNanos() {
        return retries.remainingNanos();
    }

    @Override
    Attempt newAttempt(Endpoint endpoint, ClientCall<GetObjectRequest, GetObjectResponse> call) {
        return new Receiving(endpoint, call);
    }

    private void release() {
        synchronized (window) {
            held--;
            if (asked != null) {
                asked.request(1);
            }
        }
    }

    private boolean windowFull() {
        synchronized (window) {
            return held >= WINDOW_MESSAGES;
        }
    }

    /** Compares the digest and hands over; null, or what is wrong. */
    private @Nullable LetheException finish(GetResult what) {
        boolean whole = what.range().lengthBytes() == what.object().sizeBytes();
        if (options.verify && whole && !what.object().sha256().isEmpty()) {
            String arrived = Hex.of(digest.digest());
            if (!arrived.equals(what.object().sha256())) {
                return LetheException.of(
                        ErrorCode.INTEGRITY,
                        "the bytes of "
                                + what.object().key()
                                + " arrived with SHA-256 "
                                + arrived
                                + ", and it was stored with "
                                + what.object().sha256());
            }
        }
        try {
            sink.end();
        } catch (IOException e) {
            return unwritable(e);
        }
        result.complete(what);
        return null;
    }

    private static LetheException unwritable(IOException e) {
        return LetheException.of(
                ErrorCode.LOCAL, "the target cannot be written: " + Upload.reason(e), e);
    }

    private final class Receiving extends Attempt {
        private boolean introduced;
        private boolean progressed;

        Receiving(Endpoint endpoint, ClientCall<GetObjectRequest, GetObjectResponse> call) {
            super(endpoint, call);
        }

        @Override
        void started() {
            call.halfClose();
            synchronized (window) {
                asked = call;
                // One more for the start message, which the sink never holds.
                call.request(WINDOW_MESSAGES - held + 1);
            }
            watchForStall();
        }

        @Override
        boolean waitsForServer() {
            return !windowFull();
        }

        @Override
        boolean progressed() {
            return progressed;
        }

        @Override
        void closed() {
            synchronized (window) {
                asked = null;
            }
        }

        @Override
        public void onMessage(GetObjectResponse message) {
            moved();
            if (result.isDone()) {
                return;
            }
            try {
                switch (message.getPartCase()) {
                    case START -> introduce(message.getStart());
                    case DATA -> accept(message.getData());
                    case PART_NOT_SET -> call.request(1);
                }
            } catch (IOException e) {
                abandon(unwritable(e));
            }
            moved();
        }

        private void introduce(GetObjectStart start) throws IOException {
            introduced = true;
            ContentRange range = new ContentRange(start.getRangeStart(), start.getRangeLength());
            GetResult known = pinned;
            if (known == null) {
                GetResult what = new GetResult(Conversions.objectVersion(start.getObject()), range);
                pinned = what;
                options.total.accept(range.lengthBytes());
                sink.start(what);
                return;
            }
            ContentRange wanted =
                    new ContentRange(
                            known.range().startBytes() + receivedBytes,
                            known.range().lengthBytes() - receivedBytes);
            ObjectVersion offered = Conversions.objectVersion(start.getObject());
            if (!range.equals(wanted)
                    || !known.object().versionId().equals(offered.versionId())
                    || !known.object().etag().equals(offered.etag())) {
                abandon(protocolBroken("asked for the rest of a download, it offered other bytes"));
            }
        }

        private void accept(ByteString bytes) throws IOException {
            GetResult known = pinned;
            if (!introduced || known == null) {
                abandon(protocolBroken("it sent bytes before saying which"));
                return;
            }
            if (receivedBytes + bytes.size() > known.range().lengthBytes()) {
                abandon(protocolBroken("it sent more bytes than it had announced"));
                return;
            }
            if (options.verify) {
                for (ByteBuffer part : bytes.asReadOnlyByteBufferList()) {
                    digest.update(part);
                }
            }
            receivedBytes += bytes.size();
            progressed |= !bytes.isEmpty();
            synchronized (window) {
                held++;
            }
            sink.data(bytes, Download.this::release);
            options.progress.accept(receivedBytes);
        }

        private LetheException protocolBroken(String what) {
            return LetheException.of(
                    ErrorCode.INTEGRITY, endpoint.address() + " broke the protocol: " + what);
        }

        @Override
        boolean completeWithoutEnd() {
            GetResult known = pinned;
            if (known == null || receivedBytes != known.range().lengthBytes()) {
                return false;
            }
            LetheException wrong = finish(known);
            if (wrong != null) {
                result.completeExceptionally(wrong);
            }
            return true;
        }

        @Override
        @Nullable LetheException succeeded() {
            GetResult known = pinned;
            if (known == null || receivedBytes != known.range().lengthBytes()) {
                return LetheException.of(
                        ErrorCode.UNAVAILABLE,
                        endpoint.address() + " ended the get before its last byte");
            }
            return finish(known);
        }
    }
}
