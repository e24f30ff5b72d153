package io.lethe.node.s3.operation;

import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.HeaderText;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.TaggingHeader;
import io.lethe.node.s3.UserMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What headers say of an object: read from a request that stores one, written for one that reads.
 */
final class ObjectHeaders {
    /** Headers that are kept as they come and given back. */
    private static final List<String> KEPT =
            List.of(
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "expires",
                    "x-amz-website-redirect-location");

    /** What a reader may ask to hear instead. */
    private static final Map<String, String> OVERRIDES =
            Map.of(
                    "response-cache-control", "cache-control",
                    "response-content-disposition", "content-disposition",
                    "response-content-encoding", "content-encoding",
                    "response-content-language", "content-language",
                    "response-content-type", "content-type",
                    "response-expires", "expires");

    private ObjectHeaders() {}

    static Attributes attributes(S3Request request) {
        Map<String, String> kept = new TreeMap<>();
        for (String name : KEPT) {
            request.header(name)
                    .filter(value -> !value.isEmpty())
                    .ifPresent(v -> kept.put(name, v));
        }
        String coding = kept.getOrDefault("content-encoding", "");
        String stored = withoutChunked(coding);
        if (stored.isEmpty()) {
            kept.remove("content-encoding");
        } else {
            kept.put("content-encoding", stored);
        }
        return new Attributes(
                request.header("content-type")
                        .filter(type -> !type.isEmpty())
                        .orElse("binary/octet-stream"),
                UserMetadata.of(request),
                TaggingHeader.of(request).toMap(),
                kept);
    }

    /** {@code aws-chunked} is how the body travels, not what it is. */
    private static String withoutChunked(String coding) {
        return String.join(
                ",",
                java.util.Arrays.stream(coding.split(",", -1))
                        .map(String::strip)
                        .filter(one -> !one.isEmpty() && !one.equalsIgnoreCase("aws-chunked"))
                        .toList());
    }

    /**
     * Sees to it that what the reader asks to hear can be said: by whoever signs, so that no link
     * of a stranger's makes a public object something else, and as a header.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidRequest, InvalidArgument
     */
    static void checkOverrides(S3Call call) {
        for (String parameter : OVERRIDES.keySet()) {
            String value = call.request().parameter(parameter).orElse(null);
            if (value == null) {
                continue;
            }
            if (call.access().principal().isAnonymous()) {
                throw S3Error.INVALID_REQUEST.because(
                        "Request specific response headers cannot be used for anonymous GET"
                                + " requests.");
            }
            if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                throw S3Error.INVALID_ARGUMENT
                        .because("The value has characters that no header has.")
                        .with("ArgumentName", parameter);
            }
        }
    }

    /**
     * Adds what GET and HEAD say of a version; {@link #checkOverrides} came before.
     *
     * @param whole whether all of its bytes are meant: the checksum is theirs
     */
    static void write(S3Call call, ObjectInfo info, boolean whole) throws InterruptedException {
        versionId(call, info);
        call.header("last-modified", HttpDates.format(info.createdMillis()))
                .header("etag", '"' + info.etag() + '"')
                .header("accept-ranges", "bytes");
        Map<String, String> said = new TreeMap<>(info.attributes().headers());
        boolean checksums =
                call.request()
                        .header("x-amz-checksum-mode")
                        .filter("ENABLED"::equalsIgnoreCase)
                        .isPresent();
        if (!checksums || !whole) {
            said.keySet().removeIf(name -> name.startsWith("x-amz-checksum-"));
        }
        said.put("content-type", info.attributes().contentType());
        OVERRIDES.forEach(
                (parameter, header) ->
                        call.request()
                                .parameter(parameter)
                                .ifPresent(value -> said.put(header, value.strip())));
        said.forEach(
                (name, value) ->
                        HeaderText.value(value).ifPresent(text -> call.header(name, text)));
        metadata(call, info);
        call.header(
                "x-amz-mp-parts-count",
                info.partsCount(),
                info.partsCount() > 0 && call.request().hasParameter("partNumber"));
        int tags = info.attributes().tags().size();
        call.header("x-amz-tagging-count", tags, tags > 0);
        call.header("x-amz-storage-class", StorageClasses.name(info), info.otherClass());
        LockHeaders.write(call, info);
        EncryptionHeaders.answer(call, info);
    }

    /** What another door stored and is no header is counted, as by S3. */
    private static void metadata(S3Call call, ObjectInfo info) {
        int missing = 0;
        for (Map.Entry<String, String> one : info.attributes().metadata().entrySet()) {
            Optional<String> value = HeaderText.value(one.getValue());
            if (value.isPresent() && HeaderText.isName(one.getKey())) {
                call.header(UserMetadata.PREFIX + one.getKey(), value.get());
            } else {
                missing++;
            }
        }
        call.header("x-amz-missing-meta", missing, missing > 0);
    }

    /** Adds the version id where there are versions: the bucket has some, or had. */
    static void versionId(S3Call call, ObjectInfo info) throws InterruptedException {
        boolean said =
                call.request().hasParameter("versionId")
                        || !info.versionId().equals(VersionIds.NULL)
                        || bucket(call)
                                .filter(bucket -> bucket.versioning() != Versioning.OFF)
                                .isPresent();
        call.header("x-amz-version-id", info.versionId(), said);
    }

    /**
     * The bucket, for what an answer says beside its result; empty where it can't be looked up now:
     * what was stored must not be said to have failed for that.
     */
    static Optional<BucketRecord> bucket(S3Call call) throws InterruptedException {
        try {
            return Optional.of(
                    call.ports()
                            .buckets()
                            .look(call.caller(), call.bucket(), call.deadlineNanos()));
        } catch (StoreException e) {
            return Optional.empty();
        }
    }
}
