package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.object.Buckets;
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
import io.lethe.proto.v1.Versioning;
import java.util.List;

/** {@code lethe.v1.BucketService}. Safe for any thread. */
public final class BucketDoor extends BucketServiceGrpc.BucketServiceImplBase {
    private final Buckets buckets;
    private final PolicyGate policies;
    private final Requests requests;

    public BucketDoor(Buckets buckets, PolicyGate policies, Requests requests) {
        this.buckets = buckets;
        this.policies = policies;
        this.requests = requests;
    }

    private void may(Requests.Call call, String action, String bucket) {
        policies.check(call.caller(), new PolicyGate.Wanted(action, bucket, ""));
    }

    private static io.lethe.proto.v1.Bucket message(BucketRecord bucket) {
        return io.lethe.proto.v1.Bucket.newBuilder()
                .setName(bucket.name())
                .setStorageClass(bucket.storageClass())
                .setVersioning(
                        switch (bucket.versioning()) {
                            case OFF -> Versioning.VERSIONING_OFF;
                            case ENABLED -> Versioning.VERSIONING_ENABLED;
                            case SUSPENDED -> Versioning.VERSIONING_SUSPENDED;
                        })
                .setCreatedMillis(bucket.createdMillis())
                .setRecoding(bucket.recoding())
                .build();
    }

    private static BucketRecord.Versioning versioning(Versioning asked) {
        return switch (asked) {
            case VERSIONING_UNSPECIFIED, VERSIONING_OFF -> BucketRecord.Versioning.OFF;
            case VERSIONING_ENABLED -> BucketRecord.Versioning.ENABLED;
            case VERSIONING_SUSPENDED -> BucketRecord.Versioning.SUSPENDED;
            case UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            "versioning is off, enabled or suspended; this server knows no other");
        };
    }

    @Override
    public void createBucket(
            CreateBucketRequest request, StreamObserver<CreateBucketResponse> responses) {
        requests.unary(
                "create-bucket",
                responses,
                call -> {
                    may(call, "s3:CreateBucket", request.getName());
                    return CreateBucketResponse.newBuilder()
                            .setBucket(
                                    message(
                                            buckets.create(
                                                    call.caller(),
                                                    request.getName(),
                                                    request.getStorageClass(),
                                                    versioning(request.getVersioning()),
                                                    request.getRequestId().toByteArray(),
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void deleteBucket(
            DeleteBucketRequest request, StreamObserver<DeleteBucketResponse> responses) {
        requests.unary(
                "delete-bucket",
                responses,
                call -> {
                    may(call, "s3:DeleteBucket", request.getName());
                    buckets.delete(call.caller(), request.getName(), call.deadlineNanos());
                    return DeleteBucketResponse.getDefaultInstance();
                });
    }

    @Override
    public void listBuckets(
            ListBucketsRequest request, StreamObserver<ListBucketsResponse> responses) {
        requests.unary(
                "list-buckets",
                responses,
                call -> {
                    may(call, "s3:ListAllMyBuckets", "");
                    int limit = PageToken.limit(request.getPageSize());
                    String after = PageToken.parse(request.getPageToken()).after().utf8();
                    String prefix = request.getPrefix();
                    // Names below the prefix are passed over by starting just before it.
                    String from = after.compareTo(prefix) >= 0 ? after : "";
                    ListBucketsResponse.Builder page = ListBucketsResponse.newBuilder();
                    while (true) {
                        List<BucketRecord> found =
                                buckets.list(call.caller(), from, limit, call.deadlineNanos());
                        for (BucketRecord bucket : found) {
                            if (bucket.name().startsWith(prefix)) {
                                page.addBuckets(message(bucket));
                            }
                            from = bucket.name();
                            if (page.getBucketsCount() == limit) {
                                return page.setNextPageToken(PageToken.after(from)).build();
                            }
                        }
                        if (found.size() < limit) {
                            return page.build();
                        }
                    }
                });
    }

    @Override
    public void getBucket(GetBucketRequest request, StreamObserver<GetBucketResponse> responses) {
        requests.unary(
                "get-bucket",
                responses,
                call -> {
                    may(call, "s3:ListBucket", request.getName());
                    return GetBucketResponse.newBuilder()
                            .setBucket(
                                    message(
                                            buckets.get(
                                                    call.caller(),
                                                    request.getName(),
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void setStorageClass(
            SetStorageClassRequest request, StreamObserver<SetStorageClassResponse> responses) {
        requests.unary(
                "set-storage-class",
                responses,
                call -> {
                    may(call, "lethe:PutBucketStorageClass", request.getName());
                    buckets.setStorageClass(
                            call.caller(),
                            request.getName(),
                            request.getStorageClass(),
                            call.deadlineNanos());
                    return SetStorageClassResponse.newBuilder()
                            .setBucket(
                                    message(
                                            buckets.get(
                                                    call.caller(),
                                                    request.getName(),
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void setVersioning(
            SetVersioningRequest request, StreamObserver<SetVersioningResponse> responses) {
        requests.unary(
                "set-versioning",
                responses,
                call -> {
                    may(call, "s3:PutBucketVersioning", request.getName());
                    buckets.setVersioning(
                            call.caller(),
                            request.getName(),
                            versioning(request.getVersioning()),
                            call.deadlineNanos());
                    return SetVersioningResponse.newBuilder()
                            .setBucket(
                                    message(
                                            buckets.get(
                                                    call.caller(),
                                                    request.getName(),
                                                    call.deadlineNanos())))
                            .build();
                });
    }
}
