package io.lethe.fake;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.PutObjectEnd;
import io.lethe.proto.v1.PutObjectHeader;
import io.lethe.proto.v1.PutObjectRequest;
import io.lethe.proto.v1.PutObjectResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** One PutObject stream. Callbacks come one at a time. */
final class FakeUpload implements StreamObserver<PutObjectRequest> {
    private static final int MOST_MESSAGE_BYTES = 256 * 1024;
    private static final int MOST_KEY_BYTES = 1024;

    private final FakeStore store;
    private final Faults faults;
    private final ServerCallStreamObserver<PutObjectResponse> answer;
    private final ByteString.Output body = ByteString.newOutput();
    private PutObjectHeader header = PutObjectHeader.getDefaultInstance();
    private boolean over;

    FakeUpload(FakeStore store, Faults faults, ServerCallStreamObserver<PutObjectResponse> answer) {
        this.store = store;
        this.faults = faults;
        this.answer = answer;
        answer.disableAutoRequest();
        answer.setOnCancelHandler(() -> over = true);
        answer.request(1);
    }

    @Override
    public void onNext(PutObjectRequest message) {
        if (over) {
            return;
        }
        try {
            switch (message.getPartCase()) {
                case HEADER -> open(message.getHeader());
                case DATA -> accept(message.getData());
                case END -> commit(message.getEnd());
                case PART_NOT_SET -> throw Refusal.invalid("an empty message");
            }
        } catch (StatusRuntimeException e) {
            fail(e);
            return;
        }
        if (!over && !faults.ignoresData()) {
            answer.request(1);
        }
    }

    private void fail(Exception failure) {
        over = true;
        answer.onError(failure);
    }

    private void open(PutObjectHeader first) {
        header = first;
        RuntimeException refusal = faults.nextRefusal("PutObject");
        if (refusal != null) {
            fail(refusal);
            return;
        }
        PutObjectResponse given = store.answerTo(first.getWriteId());
        if (given != null) {
            over = true;
            answer.onNext(given);
            answer.onCompleted();
            return;
        }
        String unusedBucket = store.bucket(first.getBucket()).getName();
        if (first.getWriteId().size() != 16) {
            throw Refusal.invalid("the write id must have 16 bytes");
        }
        if (first.getKey().isEmpty() || first.getKeyBytes().size() > MOST_KEY_BYTES) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT, "KEY_TOO_LONG", "the key is empty or too long");
        }
    }

    private void accept(ByteString data) {
        if (data.size() > MOST_MESSAGE_BYTES) {
            throw Refusal.invalid("a data message has at most 256 KiB");
        }
        faults.received(data.size());
        try {
            data.writeTo(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void commit(PutObjectEnd end) {
        ByteString bytes = body.toByteString();
        if (end.getSize() != bytes.size()
                || (header.hasSize() && header.getSize() != bytes.size())) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT, "INCOMPLETE_BODY", "the length is another");
        }
        ByteString sha256 = digest("SHA-256", bytes);
        ByteString md5 = digest("MD5", bytes);
        check(header.getMd5(), md5);
        check(header.getSha256(), sha256);
        check(end.getSha256(), sha256);
        PutObjectResponse stored = store.commit(header, bytes, sha256, md5);
        over = true;
        if (faults.losesAnswer()) {
            answer.onError(Status.UNAVAILABLE.withDescription("told to lose it").asException());
            return;
        }
        answer.onNext(stored);
        answer.onCompleted();
    }

    private static void check(ByteString declared, ByteString found) {
        if (!declared.isEmpty() && !declared.equals(found)) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT, "BAD_DIGEST", "the bytes have another digest");
        }
    }

    private static ByteString digest(String algorithm, ByteString bytes) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance(algorithm).digest(bytes.toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        over = true;
    }

    @Override
    public void onCompleted() {
        if (!over) {
            fail(
                    Refusal.of(
                            Status.Code.INVALID_ARGUMENT,
                            "INCOMPLETE_BODY",
                            "the stream ended without an end message"));
        }
    }
}
