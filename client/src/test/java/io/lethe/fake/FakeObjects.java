package io.lethe.fake;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.ByteRange;
import io.lethe.proto.v1.CopyObjectRequest;
import io.lethe.proto.v1.CopyObjectResponse;
import io.lethe.proto.v1.DeleteObjectRequest;
import io.lethe.proto.v1.DeleteObjectResponse;
import io.lethe.proto.v1.GetObjectRequest;
import io.lethe.proto.v1.GetObjectResponse;
import io.lethe.proto.v1.GetObjectStart;
import io.lethe.proto.v1.HeadObjectRequest;
import io.lethe.proto.v1.HeadObjectResponse;
import io.lethe.proto.v1.ListObjectsRequest;
import io.lethe.proto.v1.ListObjectsResponse;
import io.lethe.proto.v1.ListVersionsRequest;
import io.lethe.proto.v1.ListVersionsResponse;
import io.lethe.proto.v1.ObjectServiceGrpc;
import io.lethe.proto.v1.PutObjectHeader;
import io.lethe.proto.v1.PutObjectRequest;
import io.lethe.proto.v1.PutObjectResponse;

/** ObjectService. */
final class FakeObjects extends ObjectServiceGrpc.ObjectServiceImplBase {
    private static final int MESSAGE_BYTES = 256 * 1024;
    private static final int MOST_KEYS = 1000;

    private final FakeStore store;
    private final Faults faults;

    FakeObjects(FakeStore store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    @Override
    public StreamObserver<PutObjectRequest> putObject(StreamObserver<PutObjectResponse> answer) {
        return new FakeUpload(store, faults, (ServerCallStreamObserver<PutObjectResponse>) answer);
    }

    /** First byte and count. */
    private record Cut(long start, long length) {
        static Cut of(GetObjectRequest q, long size) {
            ByteRange range = q.getRange();
            if (!q.hasRange()) {
                return new Cut(0, size);
            }
            if (range.hasSuffixLength()) {
                long length = Math.min(size, range.getSuffixLength());
                return new Cut(size - length, length);
            }
            long end = range.hasEnd() ? Math.min(size - 1, range.getEnd()) : size - 1;
            if (range.getStart() > end) {
                throw Refusal.of(
                        Status.Code.OUT_OF_RANGE,
                        "INVALID_RANGE",
                        "the object has only " + size + " bytes");
            }
            return new Cut(range.getStart(), end - range.getStart() + 1);
        }
    }

    @Override
    public void getObject(GetObjectRequest q, StreamObserver<GetObjectResponse> observer) {
        ServerCallStreamObserver<GetObjectResponse> answer =
                (ServerCallStreamObserver<GetObjectResponse>) observer;
        RuntimeException refusal = faults.nextRefusal("GetObject");
        if (refusal != null) {
            answer.onError(refusal);
            return;
        }
        FakeStore.Stored found;
        Cut cut;
        try {
            found = store.find(q.getBucket(), q.getKey(), q.getVersionId(), q.getConditions());
            cut = Cut.of(q, found.bytes().size());
        } catch (StatusRuntimeException e) {
            answer.onError(e);
            return;
        }
        ByteString bytes = found.bytes().substring((int) cut.start, (int) (cut.start + cut.length));
        answer.onNext(
                GetObjectResponse.newBuilder()
                        .setStart(
                                GetObjectStart.newBuilder()
                                        .setObject(found.version())
                                        .setRangeStart(cut.start)
                                        .setRangeLength(cut.length))
                        .build());
        new Sender(answer, bytes).begin();
    }

    /** Sends while the transport is ready. */
    private final class Sender {
        private final ServerCallStreamObserver<GetObjectResponse> answer;
        private final ByteString bytes;
        private final long breaksAfter = faults.downloadBreaksAfter();
        private int position;
        private boolean ended;

        Sender(ServerCallStreamObserver<GetObjectResponse> answer, ByteString bytes) {
            this.answer = answer;
            this.bytes = bytes;
        }

        void begin() {
            answer.setOnReadyHandler(this::pump);
            pump();
        }

        private synchronized void pump() {
            while (!ended && answer.isReady() && !answer.isCancelled()) {
                int end =
                        (int)
                                Math.min(
                                        Math.min(bytes.size(), breaksAfter),
                                        position + MESSAGE_BYTES);
                if (end > position) {
                    send(bytes.substring(position, end));
                    position = end;
                }
                if (position >= breaksAfter) {
                    ended = true;
                    answer.onError(
                            Status.UNAVAILABLE.withDescription("told to break").asException());
                } else if (position == bytes.size()) {
                    ended = true;
                    answer.onCompleted();
                }
            }
        }

        private void send(ByteString part) {
            byte[] sent = part.toByteArray();
            if (faults.flipsBytes()) {
                sent[0] ^= 1;
            }
            faults.sent(sent.length);
            answer.onNext(
                    GetObjectResponse.newBuilder().setData(ByteString.copyFrom(sent)).build());
        }
    }

    @Override
    public void headObject(HeadObjectRequest q, StreamObserver<HeadObjectResponse> observer) {
        FakeBuckets.answer(
                faults,
                "HeadObject",
                false,
                observer,
                () ->
                        HeadObjectResponse.newBuilder()
                                .setObject(
                                        store.find(
                                                        q.getBucket(),
                                                        q.getKey(),
                                                        q.getVersionId(),
                                                        q.getConditions())
                                                .version())
                                .build());
    }

    @Override
    public void deleteObject(DeleteObjectRequest q, StreamObserver<DeleteObjectResponse> observer) {
        FakeBuckets.answer(
                faults,
                "DeleteObject",
                true,
                observer,
                () -> {
                    FakeStore.Removed removed =
                            store.remove(
                                    q.getBucket(),
                                    q.getKey(),
                                    q.getVersionId(),
                                    q.getConditions(),
                                    q.getRequestId());
                    return DeleteObjectResponse.newBuilder()
                            .setVersionId(removed.versionId())
                            .setDeleteMarker(removed.marker())
                            .build();
                });
    }

    private static int most(int asked) {
        return asked == 0 ? MOST_KEYS : Math.min(asked, MOST_KEYS);
    }

    @Override
    public void listObjects(ListObjectsRequest q, StreamObserver<ListObjectsResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListObjects",
                false,
                observer,
                () -> {
                    String after =
                            q.getPageToken().isEmpty() ? q.getStartAfter() : q.getPageToken();
                    FakeStore.Listing page =
                            store.list(
                                    q.getBucket(),
                                    q.getPrefix(),
                                    q.getDelimiter(),
                                    after,
                                    most(q.getMaxKeys()),
                                    false);
                    return ListObjectsResponse.newBuilder()
                            .addAllEntries(page.entries())
                            .setNextPageToken(page.next())
                            .build();
                });
    }

    @Override
    public void listVersions(ListVersionsRequest q, StreamObserver<ListVersionsResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListVersions",
                false,
                observer,
                () -> {
                    FakeStore.Listing page =
                            store.list(
                                    q.getBucket(),
                                    q.getPrefix(),
                                    q.getDelimiter(),
                                    q.getPageToken(),
                                    most(q.getMaxKeys()),
                                    true);
                    return ListVersionsResponse.newBuilder()
                            .addAllEntries(page.entries())
                            .setNextPageToken(page.next())
                            .build();
                });
    }

    @Override
    public void copyObject(CopyObjectRequest q, StreamObserver<CopyObjectResponse> observer) {
        FakeBuckets.answer(
                faults,
                "CopyObject",
                true,
                observer,
                () -> {
                    FakeStore.Stored from =
                            store.find(
                                    q.getSourceBucket(),
                                    q.getSourceKey(),
                                    q.getSourceVersionId(),
                                    q.getSourceConditions());
                    boolean replace = q.getReplaceMetadata();
                    PutObjectHeader header =
                            PutObjectHeader.newBuilder()
                                    .setBucket(q.getBucket())
                                    .setKey(q.getKey())
                                    .setWriteId(q.getWriteId())
                                    .setConditions(q.getConditions())
                                    .setStorageClass(q.getStorageClass())
                                    .setContentType(
                                            replace
                                                    ? q.getContentType()
                                                    : from.version().getContentType())
                                    .putAllMetadata(
                                            replace
                                                    ? q.getMetadataMap()
                                                    : from.version().getMetadataMap())
                                    .putAllTags(
                                            replace ? q.getTagsMap() : from.version().getTagsMap())
                                    .build();
                    return CopyObjectResponse.newBuilder()
                            .setResult(
                                    store.commit(
                                            header,
                                            from.bytes(),
                                            from.version().getSha256(),
                                            from.version().getMd5()))
                            .setSourceVersionId(from.version().getVersionId())
                            .build();
                });
    }
}
