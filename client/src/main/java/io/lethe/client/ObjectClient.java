package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.CopyResult;
import io.lethe.client.model.DeleteResult;
import io.lethe.client.model.GetResult;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import io.lethe.client.model.Page;
import io.lethe.client.model.PutResult;
import io.lethe.proto.v1.CopyObjectRequest;
import io.lethe.proto.v1.DeleteObjectRequest;
import io.lethe.proto.v1.GetObjectRequest;
import io.lethe.proto.v1.HeadObjectRequest;
import io.lethe.proto.v1.ListObjectsRequest;
import io.lethe.proto.v1.ListVersionsRequest;
import io.lethe.proto.v1.ObjectServiceGrpc;
import io.lethe.proto.v1.PutObjectHeader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Objects. Blocking forms throw {@link LetheException}; futures fail with it, and cancelling one
 * ends the call: a put that is cancelled stores nothing unless it had been acknowledged. Sources
 * and targets are read and written on threads of the client; callbacks must be quick. Safe for any
 * thread.
 */
public final class ObjectClient {
    private final Wiring wiring;
    private final long allowedNanos;
    private final long transferNanos;

    ObjectClient(Wiring wiring, long allowedNanos, long transferNanos) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
        this.transferNanos = transferNanos;
    }

    /** The same, with this time for each call, transfers included, all its attempts together. */
    public ObjectClient within(Duration each) {
        return new ObjectClient(wiring, each.toNanos(), each.toNanos());
    }

    public PutResult put(String bucket, String key, Source source) {
        return put(bucket, key, source, PutOptions.DEFAULT);
    }

    /**
     * Stores one version, durably. Repeated from the start where {@code source} can be read again.
     *
     * @throws LetheException.Conflict where a condition does not hold
     */
    public PutResult put(String bucket, String key, Source source, PutOptions options) {
        return Futures.await(putAsync(bucket, key, source, options));
    }

    public CompletableFuture<PutResult> putAsync(
            String bucket, String key, Source source, PutOptions options) {
        PutObjectHeader header =
                PutObjectHeader.newBuilder()
                        .setBucket(bucket)
                        .setKey(key)
                        .setContentType(options.contentType)
                        .putAllMetadata(options.metadata)
                        .putAllTags(options.tags)
                        .setConditions(Conversions.conditions(options.conditions))
                        .setMd5(Hex.bytes(options.md5))
                        .setSha256(Hex.bytes(options.sha256))
                        .setStorageClass(options.storageClass)
                        .build();
        return new Upload(wiring, transferNanos, header, source, options).run();
    }

    public GetResult get(String bucket, String key, Target target) {
        return get(bucket, key, target, GetOptions.DEFAULT);
    }

    /** Reads a version or a range of it into {@code target}, going on where a connection broke. */
    public GetResult get(String bucket, String key, Target target, GetOptions options) {
        return Futures.await(getAsync(bucket, key, target, options));
    }

    public CompletableFuture<GetResult> getAsync(
            String bucket, String key, Target target, GetOptions options) {
        BodySink sink =
                target instanceof Target.FileTarget file
                        ? new FileSink(file.path, Hex.of(wiring.ids().next()).substring(0, 12))
                        : new StreamSink(((Target.StreamTarget) target).stream);
        return download(bucket, key, options, sink).download();
    }

    public ObjectStream open(String bucket, String key) {
        return open(bucket, key, GetOptions.DEFAULT);
    }

    /** Opens a version or a range of it to be read at the caller's pace; close it. */
    public ObjectStream open(String bucket, String key, GetOptions options) {
        return Futures.await(openAsync(bucket, key, options));
    }

    /** Completes when the version is known and its bytes begin to come. */
    public CompletableFuture<ObjectStream> openAsync(
            String bucket, String key, GetOptions options) {
        ObjectStream stream = new ObjectStream();
        return stream.open(download(bucket, key, options, stream.sink()));
    }

    private Download download(String bucket, String key, GetOptions options, BodySink sink) {
        GetObjectRequest.Builder request =
                GetObjectRequest.newBuilder()
                        .setBucket(bucket)
                        .setKey(key)
                        .setVersionId(options.versionId)
                        .setConditions(Conversions.conditions(options.conditions));
        options.range.map(Conversions::range).ifPresent(request::setRange);
        return new Download(wiring, transferNanos, request.build(), options, sink);
    }

    public ObjectVersion head(String bucket, String key) {
        return head(bucket, key, "", Conditions.NONE);
    }

    /**
     * Describes a version.
     *
     * @param versionId empty: the current one
     */
    public ObjectVersion head(String bucket, String key, String versionId, Conditions conditions) {
        return Futures.await(headAsync(bucket, key, versionId, conditions));
    }

    public CompletableFuture<ObjectVersion> headAsync(
            String bucket, String key, String versionId, Conditions conditions) {
        return new UnaryCall<>(
                        wiring,
                        ObjectServiceGrpc.getHeadObjectMethod(),
                        allowedNanos,
                        HeadObjectRequest.newBuilder()
                                .setBucket(bucket)
                                .setKey(key)
                                .setVersionId(versionId)
                                .setConditions(Conversions.conditions(conditions))
                                .build(),
                        answer -> Conversions.objectVersion(answer.getObject()))
                .run();
    }

    public DeleteResult delete(String bucket, String key) {
        return delete(bucket, key, "", Conditions.NONE);
    }

    /**
     * Deletes. A key that is not there is no error.
     *
     * @param versionId this version for good; empty: the current one, or a delete marker over it in
     *     a versioned bucket
     */
    public DeleteResult delete(String bucket, String key, String versionId, Conditions conditions) {
        return Futures.await(deleteAsync(bucket, key, versionId, conditions));
    }

    public CompletableFuture<DeleteResult> deleteAsync(
            String bucket, String key, String versionId, Conditions conditions) {
        return new UnaryCall<>(
                        wiring,
                        ObjectServiceGrpc.getDeleteObjectMethod(),
                        allowedNanos,
                        DeleteObjectRequest.newBuilder()
                                .setBucket(bucket)
                                .setKey(key)
                                .setVersionId(versionId)
                                .setConditions(Conversions.conditions(conditions))
                                .setRequestId(ByteString.copyFrom(wiring.ids().next()))
                                .build(),
                        answer -> new DeleteResult(answer.getDeleteMarker(), answer.getVersionId()))
                .run();
    }

    public CopyResult copy(String fromBucket, String fromKey, String bucket, String key) {
        return copy(fromBucket, fromKey, bucket, key, CopyOptions.DEFAULT);
    }

    /** Copies inside the cluster. It may take as long as a transfer of the object. */
    public CopyResult copy(
            String fromBucket, String fromKey, String bucket, String key, CopyOptions options) {
        return Futures.await(copyAsync(fromBucket, fromKey, bucket, key, options));
    }

    public CompletableFuture<CopyResult> copyAsync(
            String fromBucket, String fromKey, String bucket, String key, CopyOptions options) {
        CopyObjectRequest request =
                CopyObjectRequest.newBuilder()
                        .setSourceBucket(fromBucket)
                        .setSourceKey(fromKey)
                        .setSourceVersionId(options.sourceVersionId)
                        .setSourceConditions(Conversions.conditions(options.sourceConditions))
                        .setBucket(bucket)
                        .setKey(key)
                        .setWriteId(ByteString.copyFrom(wiring.ids().next()))
                        .setConditions(Conversions.conditions(options.conditions))
                        .setReplaceMetadata(options.replaceMetadata)
                        .setContentType(options.contentType)
                        .putAllMetadata(options.metadata)
                        .putAllTags(options.tags)
                        .setStorageClass(options.storageClass)
                        .build();
        return UnaryCall.unhurried(
                        wiring,
                        ObjectServiceGrpc.getCopyObjectMethod(),
                        transferNanos,
                        request,
                        answer ->
                                new CopyResult(
                                        Conversions.putResult(answer.getResult()),
                                        answer.getSourceVersionId()))
                .run();
    }

    /** Objects and common prefixes in key order, fetched page by page while iterating. */
    public Iterable<ListEntry> list(String bucket, ListOptions options) {
        return new Pages<>(token -> Futures.await(listPageAsync(bucket, options, token)));
    }

    /**
     * One page of objects and common prefixes.
     *
     * @param token from the page before; empty: the first page
     */
    public CompletableFuture<Page<ListEntry>> listPageAsync(
            String bucket, ListOptions options, String token) {
        return new UnaryCall<>(
                        wiring,
                        ObjectServiceGrpc.getListObjectsMethod(),
                        allowedNanos,
                        ListObjectsRequest.newBuilder()
                                .setBucket(bucket)
                                .setPrefix(options.prefix())
                                .setDelimiter(options.delimiter())
                                .setStartAfter(options.startAfter())
                                .setMaxKeys(options.pageSize())
                                .setPageToken(token)
                                .build(),
                        answer ->
                                new Page<>(
                                        Conversions.entries(answer.getEntriesList()),
                                        answer.getNextPageToken()))
                .run();
    }

    /** All versions and delete markers, newest first within a key. */
    public Iterable<ListEntry> versions(String bucket, ListOptions options) {
        return new Pages<>(token -> Futures.await(versionsPageAsync(bucket, options, token)));
    }

    /**
     * One page of versions, delete markers and common prefixes.
     *
     * @param token from the page before; empty: the first page
     */
    public CompletableFuture<Page<ListEntry>> versionsPageAsync(
            String bucket, ListOptions options, String token) {
        return new UnaryCall<>(
                        wiring,
                        ObjectServiceGrpc.getListVersionsMethod(),
                        allowedNanos,
                        ListVersionsRequest.newBuilder()
                                .setBucket(bucket)
                                .setPrefix(options.prefix())
                                .setDelimiter(options.delimiter())
                                .setMaxKeys(options.pageSize())
                                .setPageToken(token)
                                .build(),
                        answer ->
                                new Page<>(
                                        Conversions.entries(answer.getEntriesList()),
                                        answer.getNextPageToken()))
                .run();
    }
}
