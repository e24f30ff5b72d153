package io.lethe.fake;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.Bucket;
import io.lethe.proto.v1.BucketServiceGrpc;
import io.lethe.proto.v1.CreateBucketRequest;
import io.lethe.proto.v1.CreateBucketResponse;
import io.lethe.proto.v1.DeleteBucketRequest;
import io.lethe.proto.v1.DeleteBucketResponse;
import io.lethe.proto.v1.GetBucketRequest;
import io.lethe.proto.v1.GetBucketResponse;
import io.lethe.proto.v1.ListBucketsRequest;
import io.lethe.proto.v1.ListBucketsResponse;
import io.lethe.proto.v1.SetStorageClassRequest;
import io.lethe.proto.v1.SetStorageClassResponse;
import io.lethe.proto.v1.SetVersioningRequest;
import io.lethe.proto.v1.SetVersioningResponse;
import java.util.List;
import java.util.function.Supplier;

/** BucketService. */
final class FakeBuckets extends BucketServiceGrpc.BucketServiceImplBase {
    /** Small, so that tests see several pages. */
    private static final int PAGE = 3;

    private final FakeStore store;
    private final Faults faults;

    FakeBuckets(FakeStore store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    /** Does the work, unless told to refuse it; loses the answer, if told so. */
    static <T> void answer(
            Faults faults,
            String method,
            boolean changes,
            StreamObserver<T> observer,
            Supplier<T> work) {
        RuntimeException refusal = faults.nextRefusal(method);
        if (refusal != null) {
            observer.onError(refusal);
            return;
        }
        T value;
        try {
            value = work.get();
        } catch (io.grpc.StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        if (changes && faults.losesAnswer()) {
            observer.onError(Status.UNAVAILABLE.withDescription("told to lose it").asException());
            return;
        }
        observer.onNext(value);
        observer.onCompleted();
    }

    @Override
    public void createBucket(CreateBucketRequest q, StreamObserver<CreateBucketResponse> observer) {
        answer(
                faults,
                "CreateBucket",
                true,
                observer,
                () ->
                        CreateBucketResponse.newBuilder()
                                .setBucket(
                                        store.create(
                                                q.getName(),
                                                q.getStorageClass(),
                                                q.getVersioning(),
                                                q.getRequestId()))
                                .build());
    }

    @Override
    public void deleteBucket(DeleteBucketRequest q, StreamObserver<DeleteBucketResponse> observer) {
        answer(
                faults,
                "DeleteBucket",
                true,
                observer,
                () -> {
                    store.delete(q.getName());
                    return DeleteBucketResponse.getDefaultInstance();
                });
    }

    @Override
    public void listBuckets(ListBucketsRequest q, StreamObserver<ListBucketsResponse> observer) {
        answer(
                faults,
                "ListBuckets",
                false,
                observer,
                () -> {
                    List<Bucket> left =
                            store.list(q.getPrefix()).stream()
                                    .filter(b -> b.getName().compareTo(q.getPageToken()) > 0)
                                    .toList();
                    ListBucketsResponse.Builder answer = ListBucketsResponse.newBuilder();
                    left.stream().limit(PAGE).forEach(answer::addBuckets);
                    if (left.size() > PAGE) {
                        answer.setNextPageToken(left.get(PAGE - 1).getName());
                    }
                    return answer.build();
                });
    }

    @Override
    public void getBucket(GetBucketRequest q, StreamObserver<GetBucketResponse> observer) {
        answer(
                faults,
                "GetBucket",
                false,
                observer,
                () -> GetBucketResponse.newBuilder().setBucket(store.bucket(q.getName())).build());
    }

    @Override
    public void setStorageClass(
            SetStorageClassRequest q, StreamObserver<SetStorageClassResponse> observer) {
        answer(
                faults,
                "SetStorageClass",
                true,
                observer,
                () ->
                        SetStorageClassResponse.newBuilder()
                                .setBucket(store.setStorageClass(q.getName(), q.getStorageClass()))
                                .build());
    }

    @Override
    public void setVersioning(
            SetVersioningRequest q, StreamObserver<SetVersioningResponse> observer) {
        answer(
                faults,
                "SetVersioning",
                true,
                observer,
                () ->
                        SetVersioningResponse.newBuilder()
                                .setBucket(store.setVersioning(q.getName(), q.getVersioning()))
                                .build());
    }
}
