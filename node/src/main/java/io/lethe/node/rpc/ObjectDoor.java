package io.lethe.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.ReadRange;
import io.lethe.node.object.SourceVersion;
import io.lethe.proto.v1.ByteRange;
import io.lethe.proto.v1.Conditions;
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
import io.lethe.proto.v1.ObjectVersion;
import io.lethe.proto.v1.PutObjectHeader;
import io.lethe.proto.v1.PutObjectRequest;
import io.lethe.proto.v1.PutObjectResponse;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code lethe.v1.ObjectService}. Safe for any thread. */
public final class ObjectDoor extends ObjectServiceGrpc.ObjectServiceImplBase {
    /** Largest data message of a download. */
    private static final int MOST_DATA_BYTES = 256 * 1024;

    private final Objects objects;
    private final PolicyGate policies;
    private final Requests requests;

    public ObjectDoor(Objects objects, PolicyGate policies, Requests requests) {
        this.objects = objects;
        this.policies = policies;
        this.requests = requests;
    }

    @Override
    public StreamObserver<PutObjectRequest> putObject(StreamObserver<PutObjectResponse> responses) {
        var call = (ServerCallStreamObserver<PutObjectResponse>) responses;
        call.disableAutoRequest();
        call.request(1);
        GrpcBody body = new GrpcBody(requests.tasks(), call);
        call.setOnCancelHandler(body::broken);
        return new StreamObserver<>() {
            private boolean started;

            @Override
            public void onNext(PutObjectRequest message) {
                if (started) {
                    body.arrived(message);
                } else if (message.getPartCase() == PutObjectRequest.PartCase.HEADER) {
                    started = true;
                    PutObjectHeader header = message.getHeader();
                    body.declare(header.hasSize() ? header.getSize() : GrpcBody.UNKNOWN);
                    requests.unary("put", responses, c -> put(c, header, body));
                } else {
                    started = true;
                    requests.unary(
                            "put",
                            responses,
                            c -> {
                                throw new StoreException(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "a put's first message is its header");
                            });
                }
            }

            @Override
            public void onError(Throwable broken) {
                body.broken();
            }

            @Override
            public void onCompleted() {
                body.broken();
            }
        };
    }

    private PutObjectResponse put(Requests.Call call, PutObjectHeader header, GrpcBody body)
            throws InterruptedException {
        mayWrite(call, header.getBucket(), header.getKey(), !header.getTagsMap().isEmpty());
        body.start(call.deadlineNanos());
        PutRequest request =
                new PutRequest(
                        new WriteId(id(header.getWriteId(), "write_id")),
                        header.getBucket(),
                        header.getKey(),
                        header.getStorageClass(),
                        new Attributes(
                                header.getContentType().isEmpty()
                                        ? Attributes.DEFAULT_CONTENT_TYPE
                                        : header.getContentType(),
                                header.getMetadataMap(),
                                header.getTagsMap()),
                        condition(header.getConditions()),
                        digest(header.getMd5(), 16, "md5"),
                        digest(header.getSha256(), 32, "sha256"));
        return response(objects.put(call.caller(), request, body, call.deadlineNanos()));
    }

    private void mayRead(Requests.Call call, String bucket, String key, String versionId) {
        String action = versionId.isEmpty() ? "s3:GetObject" : "s3:GetObjectVersion";
        policies.check(call.caller(), new PolicyGate.Wanted(action, bucket, key));
    }

    private void mayWrite(Requests.Call call, String bucket, String key, boolean tags) {
        policies.check(call.caller(), new PolicyGate.Wanted("s3:PutObject", bucket, key));
        if (tags) {
            policies.check(
                    call.caller(), new PolicyGate.Wanted("s3:PutObjectTagging", bucket, key));
        }
    }

    private void mayList(Requests.Call call, String action, String bucket, String prefix) {
        policies.check(
                call.caller(),
                new PolicyGate.Wanted(action, bucket, "", Map.of("s3:prefix", prefix)));
    }

    private static Id128 id(ByteString bytes, String name) {
        if (bytes.size() != Id128.BYTES) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " has " + bytes.size() + " bytes, and must have 16");
        }
        return Id128.decode(new io.lethe.node.base.codec.Decoder(bytes.toByteArray()));
    }

    private static @Nullable Bytes digest(ByteString bytes, int length, String name) {
        if (bytes.isEmpty()) {
            return null;
        }
        if (bytes.size() != length) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " has " + bytes.size() + " bytes, and must have " + length);
        }
        return Bytes.wrap(bytes.toByteArray());
    }

    /** Conditions of a change; what cannot be asked of a change is refused. */
    private static Condition condition(Conditions asked) {
        if (asked.hasIfModifiedSinceMillis() || asked.hasIfUnmodifiedSinceMillis()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "conditions on time are for reads only");
        }
        if (!asked.getIfMatch().isEmpty() && !asked.getIfNoneMatch().isEmpty()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "if_match and if_none_match exclude each other");
        }
        if (asked.getIfMatch().equals("*")) {
            return new Condition.Present();
        }
        if (!asked.getIfMatch().isEmpty()) {
            return new Condition.Matches(asked.getIfMatch());
        }
        if (asked.getIfNoneMatch().equals("*")) {
            return new Condition.Absent();
        }
        return asked.getIfNoneMatch().isEmpty()
                ? new Condition.Always()
                : new Condition.Differs(asked.getIfNoneMatch());
    }

    private static void checkRead(Conditions asked, ObjectInfo info) {
        String match = asked.getIfMatch();
        String noneMatch = asked.getIfNoneMatch();
        boolean holds =
                (match.isEmpty() || match.equals("*") || match.equals(info.etag()))
                        && (noneMatch.isEmpty()
                                || (!noneMatch.equals("*") && !noneMatch.equals(info.etag())))
                        && (!asked.hasIfModifiedSinceMillis()
                                || info.createdMillis() > asked.getIfModifiedSinceMillis())
                        && (!asked.hasIfUnmodifiedSinceMillis()
                                || info.createdMillis() <= asked.getIfUnmodifiedSinceMillis());
        if (!holds) {
            throw new StoreException(
                    ErrorCode.PRECONDITION_FAILED,
                    "the object's current version (ETag "
                            + info.etag()
                            + ") does not meet the condition");
        }
    }

    private static PutObjectResponse response(ObjectInfo info) {
        return PutObjectResponse.newBuilder()
                .setVersionId(info.versionId())
                .setEtag(info.etag())
                .setSha256(digest(info, info.sha256()))
                .setMd5(digest(info, info.md5()))
                .setSize(info.sizeBytes())
                .setCreatedMillis(info.createdMillis())
                .build();
    }

    /** Nothing under a customer's key: it would confirm a guess of the content. */
    private static ByteString digest(ObjectInfo info, Bytes digest) {
        return info.attributes().hasCustomerKey() ? ByteString.EMPTY : bytes(digest);
    }

    private static ByteString bytes(Bytes source) {
        return UnsafeByteOperations.unsafeWrap(source.unsafeArray());
    }

    private static ObjectVersion version(ObjectInfo info) {
        return ObjectVersion.newBuilder()
                .setKey(info.key())
                .setVersionId(info.versionId())
                .setEtag(info.etag())
                .setSha256(digest(info, info.sha256()))
                .setMd5(digest(info, info.md5()))
                .setSize(info.sizeBytes())
                .setLastModifiedMillis(info.createdMillis())
                .setContentType(info.attributes().contentType())
                .putAllMetadata(info.attributes().metadata())
                .putAllTags(info.attributes().tags())
                .setStorageClass(info.storageClass())
                .setLatest(info.latest())
                .build();
    }

    @Override
    public void getObject(GetObjectRequest request, StreamObserver<GetObjectResponse> responses) {
        var stream = (ServerCallStreamObserver<GetObjectResponse>) responses;
        Flow flow = new Flow(requests.tasks(), stream);
        requests.run(
                "get",
                responses,
                call -> {
                    mayRead(call, request.getBucket(), request.getKey(), request.getVersionId());
                    try (ObjectReader.Opened opened =
                            objects.get(
                                    call.caller(),
                                    request.getBucket(),
                                    request.getKey(),
                                    request.getVersionId(),
                                    request.hasRange()
                                            ? range(request.getRange())
                                            : new ReadRange.All(),
                                    call.deadlineNanos())) {
                        checkRead(request.getConditions(), opened.info());
                        send(opened, flow, stream, call.deadlineNanos());
                    }
                });
    }

    private static ReadRange range(ByteRange range) {
        if (range.hasSuffixLength()) {
            return new ReadRange.Suffix(range.getSuffixLength());
        }
        return new ReadRange.Span(
                range.getStart(), range.hasEnd() ? range.getEnd() : Long.MAX_VALUE);
    }

    private static void send(
            ObjectReader.Opened opened,
            Flow flow,
            ServerCallStreamObserver<GetObjectResponse> stream,
            long deadlineNanos)
            throws InterruptedException {
        stream.onNext(
                GetObjectResponse.newBuilder()
                        .setStart(
                                GetObjectStart.newBuilder()
                                        .setObject(version(opened.info()))
                                        .setRangeStart(opened.range().first())
                                        .setRangeLength(opened.range().lengthBytes()))
                        .build());
        for (ObjectReader.Piece piece = opened.next(); piece != null; piece = opened.next()) {
            for (int sent = 0; sent < piece.lengthBytes(); ) {
                int count = Math.min(MOST_DATA_BYTES, piece.lengthBytes() - sent);
                flow.awaitReady(deadlineNanos);
                stream.onNext(
                        GetObjectResponse.newBuilder()
                                .setData(
                                        UnsafeByteOperations.unsafeWrap(
                                                piece.array(), piece.offset() + sent, count))
                                .build());
                sent += count;
            }
        }
        stream.onCompleted();
    }

    /** Waits until a stream takes more, so that a slow reader slows the reading. */
    private static final class Flow {
        private final io.lethe.node.base.task.Tasks tasks;
        private final ServerCallStreamObserver<GetObjectResponse> stream;
        private volatile Promise<Boolean> ready;

        Flow(
                io.lethe.node.base.task.Tasks tasks,
                ServerCallStreamObserver<GetObjectResponse> stream) {
            this.tasks = tasks;
            this.stream = stream;
            ready = tasks.promise();
            stream.setOnReadyHandler(() -> ready.complete(true));
            stream.setOnCancelHandler(() -> ready.complete(false));
        }

        void awaitReady(long deadlineNanos) throws InterruptedException {
            while (!stream.isReady()) {
                Promise<Boolean> next = tasks.promise();
                ready = next;
                if (stream.isCancelled()) {
                    throw new StoreException(ErrorCode.UNAVAILABLE, "the reader has gone");
                }
                if (!stream.isReady()) {
                    try {
                        var _ = next.await(deadlineNanos);
                    } catch (TimeoutException e) {
                        throw new StoreException(
                                ErrorCode.DEADLINE, "the reader was too slow for its deadline");
                    }
                }
            }
        }
    }

    @Override
    public void headObject(
            HeadObjectRequest request, StreamObserver<HeadObjectResponse> responses) {
        requests.unary(
                "head",
                responses,
                call -> {
                    mayRead(call, request.getBucket(), request.getKey(), request.getVersionId());
                    ObjectInfo info =
                            objects.head(
                                    call.caller(),
                                    request.getBucket(),
                                    request.getKey(),
                                    request.getVersionId(),
                                    call.deadlineNanos());
                    checkRead(request.getConditions(), info);
                    return HeadObjectResponse.newBuilder().setObject(version(info)).build();
                });
    }

    @Override
    public void deleteObject(
            DeleteObjectRequest request, StreamObserver<DeleteObjectResponse> responses) {
        requests.unary(
                "delete",
                responses,
                call -> {
                    policies.check(
                            call.caller(),
                            new PolicyGate.Wanted(
                                    request.getVersionId().isEmpty()
                                            ? "s3:DeleteObject"
                                            : "s3:DeleteObjectVersion",
                                    request.getBucket(),
                                    request.getKey()));
                    Objects.Deletion done =
                            objects.delete(
                                    call.caller(),
                                    new Objects.DeleteRequest(
                                            new WriteId(id(request.getRequestId(), "request_id")),
                                            request.getBucket(),
                                            request.getKey(),
                                            request.getVersionId(),
                                            condition(request.getConditions())),
                                    call.deadlineNanos());
                    return DeleteObjectResponse.newBuilder()
                            .setDeleteMarker(done.deleteMarker())
                            .setVersionId(done.versionId())
                            .build();
                });
    }

    @Override
    public void listObjects(
            ListObjectsRequest request, StreamObserver<ListObjectsResponse> responses) {
        requests.unary(
                "list",
                responses,
                call -> {
                    mayList(call, "s3:ListBucket", request.getBucket(), request.getPrefix());
                    PageToken from =
                            request.getPageToken().isEmpty()
                                    ? new PageToken(Bytes.utf8(request.getStartAfter()), 0)
                                    : PageToken.parse(request.getPageToken());
                    ObjectLister.Page page =
                            objects.list(
                                    call.caller(),
                                    new Objects.ListRequest(
                                            request.getBucket(),
                                            request.getPrefix(),
                                            request.getDelimiter(),
                                            from.after(),
                                            0,
                                            false,
                                            PageToken.limit(request.getMaxKeys())),
                                    call.deadlineNanos());
                    return ListObjectsResponse.newBuilder()
                            .addAllEntries(Listings.entries(page))
                            .setNextPageToken(PageToken.next(page))
                            .build();
                });
    }

    @Override
    public void listVersions(
            ListVersionsRequest request, StreamObserver<ListVersionsResponse> responses) {
        requests.unary(
                "list-versions",
                responses,
                call -> {
                    mayList(
                            call,
                            "s3:ListBucketVersions",
                            request.getBucket(),
                            request.getPrefix());
                    PageToken from = PageToken.parse(request.getPageToken());
                    ObjectLister.Page page =
                            objects.list(
                                    call.caller(),
                                    new Objects.ListRequest(
                                            request.getBucket(),
                                            request.getPrefix(),
                                            request.getDelimiter(),
                                            from.after(),
                                            from.afterOrder(),
                                            true,
                                            PageToken.limit(request.getMaxKeys())),
                                    call.deadlineNanos());
                    return ListVersionsResponse.newBuilder()
                            .addAllEntries(Listings.entries(page))
                            .setNextPageToken(PageToken.next(page))
                            .build();
                });
    }

    @Override
    public void copyObject(
            CopyObjectRequest request, StreamObserver<CopyObjectResponse> responses) {
        requests.unary(
                "copy",
                responses,
                call -> {
                    mayRead(
                            call,
                            request.getSourceBucket(),
                            request.getSourceKey(),
                            request.getSourceVersionId());
                    mayWrite(
                            call,
                            request.getBucket(),
                            request.getKey(),
                            !request.getTagsMap().isEmpty());
                    ObjectInfo source =
                            objects.head(
                                    call.caller(),
                                    request.getSourceBucket(),
                                    request.getSourceKey(),
                                    request.getSourceVersionId(),
                                    call.deadlineNanos());
                    checkRead(request.getSourceConditions(), source);
                    PutRequest target =
                            new PutRequest(
                                    new WriteId(id(request.getWriteId(), "write_id")),
                                    request.getBucket(),
                                    request.getKey(),
                                    request.getStorageClass(),
                                    new Attributes(
                                            request.getContentType().isEmpty()
                                                    ? Attributes.DEFAULT_CONTENT_TYPE
                                                    : request.getContentType(),
                                            request.getMetadataMap(),
                                            request.getTagsMap()),
                                    condition(request.getConditions()),
                                    null,
                                    null);
                    // The version that was looked at is the one that is copied.
                    ObjectInfo copy =
                            objects.copy(
                                    call.caller(),
                                    new SourceVersion(
                                            call.caller(),
                                            request.getSourceBucket(),
                                            request.getSourceKey(),
                                            source.versionId()),
                                    target,
                                    request.getReplaceMetadata()
                                            ? Objects.Kept.NONE
                                            : Objects.Kept.ALL,
                                    call.deadlineNanos());
                    return CopyObjectResponse.newBuilder()
                            .setResult(response(copy))
                            .setSourceVersionId(source.versionId())
                            .build();
                });
    }
}
