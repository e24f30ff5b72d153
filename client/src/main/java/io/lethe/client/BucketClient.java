package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.Page;
import io.lethe.client.model.Versioning;
import io.lethe.proto.v1.BucketServiceGrpc;
import io.lethe.proto.v1.CreateBucketRequest;
import io.lethe.proto.v1.DeleteBucketRequest;
import io.lethe.proto.v1.GetBucketRequest;
import io.lethe.proto.v1.ListBucketsRequest;
import io.lethe.proto.v1.SetStorageClassRequest;
import io.lethe.proto.v1.SetVersioningRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Buckets. Blocking forms throw {@link LetheException}; futures fail with it. Safe for any thread.
 */
public final class BucketClient {
    private final Wiring wiring;
    private final long allowedNanos;

    BucketClient(Wiring wiring, long allowedNanos) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
    }

    /** The same, with this time for each call, all its attempts together. */
    public BucketClient within(Duration each) {
        return new BucketClient(wiring, each.toNanos());
    }

    /** Makes a bucket of the default storage class, without versions. */
    public Bucket create(String name) {
        return create(name, "", Versioning.OFF);
    }

    /**
     * Makes a bucket.
     *
     * @param storageClass empty: the cluster's default
     * @throws LetheException.Conflict where there is one of that name
     */
    public Bucket create(String name, String storageClass, Versioning versioning) {
        return Futures.await(createAsync(name, storageClass, versioning));
    }

    public CompletableFuture<Bucket> createAsync(
            String name, String storageClass, Versioning versioning) {
        CreateBucketRequest request =
                CreateBucketRequest.newBuilder()
                        .setName(name)
                        .setStorageClass(storageClass)
                        .setVersioning(Conversions.versioning(versioning))
                        .setRequestId(ByteString.copyFrom(wiring.ids().next()))
                        .build();
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getCreateBucketMethod(),
                        allowedNanos,
                        request,
                        answer -> Conversions.bucket(answer.getBucket()))
                .run();
    }

    /**
     * Removes an empty bucket.
     *
     * @throws LetheException.Conflict where it is not empty
     */
    public void delete(String name) {
        Boolean unusedTrue = Futures.await(deleteAsync(name));
    }

    /** Removes an empty bucket; the value is always true. */
    public CompletableFuture<Boolean> deleteAsync(String name) {
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getDeleteBucketMethod(),
                        allowedNanos,
                        DeleteBucketRequest.newBuilder().setName(name).build(),
                        answer -> true)
                .runForgiving(ErrorCode.NO_SUCH_BUCKET, true);
    }

    public Bucket get(String name) {
        return Futures.await(getAsync(name));
    }

    public CompletableFuture<Bucket> getAsync(String name) {
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getGetBucketMethod(),
                        allowedNanos,
                        GetBucketRequest.newBuilder().setName(name).build(),
                        answer -> Conversions.bucket(answer.getBucket()))
                .run();
    }

    /** All buckets by name, fetched page by page while iterating. */
    public Iterable<Bucket> list() {
        return list("");
    }

    /** The buckets whose names start with {@code prefix}. */
    public Iterable<Bucket> list(String prefix) {
        return new Pages<>(token -> Futures.await(pageAsync(prefix, token)));
    }

    /**
     * One page of buckets.
     *
     * @param token from the page before; empty: the first page
     */
    public CompletableFuture<Page<Bucket>> pageAsync(String prefix, String token) {
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getListBucketsMethod(),
                        allowedNanos,
                        ListBucketsRequest.newBuilder()
                                .setPrefix(prefix)
                                .setPageToken(token)
                                .build(),
                        answer ->
                                new Page<>(
                                        answer.getBucketsList().stream()
                                                .map(Conversions::bucket)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /**
     * Sets the class of what is stored from now on, and gives the bucket as it is then; what is
     * there is brought over in the background.
     */
    public Bucket setStorageClass(String name, String storageClass) {
        return Futures.await(setStorageClassAsync(name, storageClass));
    }

    public CompletableFuture<Bucket> setStorageClassAsync(String name, String storageClass) {
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getSetStorageClassMethod(),
                        allowedNanos,
                        SetStorageClassRequest.newBuilder()
                                .setName(name)
                                .setStorageClass(storageClass)
                                .build(),
                        answer -> Conversions.bucket(answer.getBucket()))
                .run();
    }

    /** Sets versioning, and gives the bucket as it is then. */
    public Bucket setVersioning(String name, Versioning versioning) {
        return Futures.await(setVersioningAsync(name, versioning));
    }

    public CompletableFuture<Bucket> setVersioningAsync(String name, Versioning versioning) {
        return new UnaryCall<>(
                        wiring,
                        BucketServiceGrpc.getSetVersioningMethod(),
                        allowedNanos,
                        SetVersioningRequest.newBuilder()
                                .setName(name)
                                .setVersioning(Conversions.versioning(versioning))
                                .build(),
                        answer -> Conversions.bucket(answer.getBucket()))
                .run();
    }
}
