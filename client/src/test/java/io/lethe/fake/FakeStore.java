package io.lethe.fake;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lethe.proto.v1.Bucket;
import io.lethe.proto.v1.Conditions;
import io.lethe.proto.v1.ListEntry;
import io.lethe.proto.v1.ObjectVersion;
import io.lethe.proto.v1.PutObjectHeader;
import io.lethe.proto.v1.PutObjectResponse;
import io.lethe.proto.v1.Versioning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Buckets and objects in memory. Every method holds the monitor. */
final class FakeStore {
    private static final long FIRST_MILLIS = 1_750_000_000_000L;

    private final NavigableMap<String, Shelf> buckets = new TreeMap<>();
    private final Map<ByteString, Object> answers = new HashMap<>();
    private long sequence;

    /** One bucket: versions of each key, newest first. */
    private static final class Shelf {
        Bucket bucket;
        final NavigableMap<String, List<Stored>> keys = new TreeMap<>();

        Shelf(Bucket bucket) {
            this.bucket = bucket;
        }
    }

    /** A version with its bytes. */
    record Stored(ObjectVersion version, ByteString bytes) {}

    /** The version that was made, if it is a marker, or removed; empty: there was none. */
    record Removed(String versionId, boolean marker) {}

    /** A page: at most {@code most} entries, and where to go on. */
    record Listing(List<ListEntry> entries, String next) {}

    synchronized Bucket create(
            String name, String storageClass, Versioning versioning, ByteString id) {
        if (answers.get(id) instanceof Bucket made) {
            return made;
        }
        if (!name.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT,
                    "INVALID_BUCKET_NAME",
                    "'" + name + "' is not a bucket's name");
        }
        if (buckets.containsKey(name)) {
            throw Refusal.of(
                    Status.Code.ALREADY_EXISTS,
                    "BUCKET_ALREADY_EXISTS",
                    "there is a bucket '" + name + "' already");
        }
        Bucket made =
                Bucket.newBuilder()
                        .setName(name)
                        .setStorageClass(storageClass.isEmpty() ? "standard" : storageClass)
                        .setVersioning(
                                versioning == Versioning.VERSIONING_UNSPECIFIED
                                        ? Versioning.VERSIONING_OFF
                                        : versioning)
                        .setCreatedMillis(nextMillis())
                        .build();
        buckets.put(name, new Shelf(made));
        answers.put(id, made);
        return made;
    }

    synchronized void delete(String name) {
        if (!shelf(name).keys.isEmpty()) {
            throw Refusal.of(
                    Status.Code.FAILED_PRECONDITION,
                    "BUCKET_NOT_EMPTY",
                    "bucket '" + name + "' is not empty");
        }
        buckets.remove(name);
    }

    synchronized List<Bucket> list(String prefix) {
        return buckets.tailMap(prefix, true).values().stream()
                .map(shelf -> shelf.bucket)
                .filter(bucket -> bucket.getName().startsWith(prefix))
                .toList();
    }

    synchronized Bucket bucket(String name) {
        return shelf(name).bucket;
    }

    synchronized Bucket setVersioning(String name, Versioning versioning) {
        Shelf shelf = shelf(name);
        if (versioning == Versioning.VERSIONING_OFF
                && shelf.bucket.getVersioning() != Versioning.VERSIONING_OFF) {
            throw Refusal.invalid("versioning can be suspended, never switched off");
        }
        shelf.bucket = shelf.bucket.toBuilder().setVersioning(versioning).build();
        return shelf.bucket;
    }

    synchronized Bucket setStorageClass(String name, String storageClass) {
        Shelf shelf = shelf(name);
        if (!storageClass.equals("standard") && !storageClass.equals("archive")) {
            throw Refusal.invalid("storage class " + storageClass + " is unknown");
        }
        shelf.bucket =
                shelf.bucket.toBuilder().setStorageClass(storageClass).setRecoding(true).build();
        return shelf.bucket;
    }

    private Shelf shelf(String name) {
        Shelf shelf = buckets.get(name);
        if (shelf == null) {
            throw Refusal.noSuchBucket(name);
        }
        return shelf;
    }

    private String nextId(Shelf shelf) {
        sequence++;
        return shelf.bucket.getVersioning() == Versioning.VERSIONING_ENABLED
                ? String.format("v%08d", sequence)
                : "null";
    }

    private long nextMillis() {
        return FIRST_MILLIS + 1000 * ++sequence;
    }

    /** The first answer to this write, if it has committed. */
    synchronized @Nullable PutObjectResponse answerTo(ByteString writeId) {
        return answers.get(writeId) instanceof PutObjectResponse given ? given : null;
    }

    synchronized PutObjectResponse commit(
            PutObjectHeader header, ByteString bytes, ByteString sha256, ByteString md5) {
        if (answers.get(header.getWriteId()) instanceof PutObjectResponse given) {
            return given;
        }
        Shelf shelf = shelf(header.getBucket());
        checkConditions(current(shelf, header.getKey()), header.getConditions());
        ObjectVersion version =
                ObjectVersion.newBuilder()
                        .setKey(header.getKey())
                        .setVersionId(nextId(shelf))
                        .setEtag(java.util.HexFormat.of().formatHex(md5.toByteArray()))
                        .setSha256(sha256)
                        .setMd5(md5)
                        .setSize(bytes.size())
                        .setLastModifiedMillis(nextMillis())
                        .setContentType(
                                header.getContentType().isEmpty()
                                        ? "application/octet-stream"
                                        : header.getContentType())
                        .putAllMetadata(header.getMetadataMap())
                        .putAllTags(header.getTagsMap())
                        .setStorageClass(
                                header.getStorageClass().isEmpty()
                                        ? shelf.bucket.getStorageClass()
                                        : header.getStorageClass())
                        .build();
        push(shelf, version, bytes);
        PutObjectResponse answer =
                PutObjectResponse.newBuilder()
                        .setVersionId(version.getVersionId())
                        .setEtag(version.getEtag())
                        .setSha256(sha256)
                        .setMd5(md5)
                        .setSize(version.getSize())
                        .setCreatedMillis(version.getLastModifiedMillis())
                        .build();
        answers.put(header.getWriteId(), answer);
        return answer;
    }

    private static void push(Shelf shelf, ObjectVersion version, ByteString bytes) {
        List<Stored> versions =
                shelf.keys.computeIfAbsent(version.getKey(), key -> new ArrayList<>());
        if (version.getVersionId().equals("null")) {
            versions.removeIf(one -> one.version.getVersionId().equals("null"));
        }
        versions.add(0, new Stored(version, bytes));
    }

    private static @Nullable Stored current(Shelf shelf, String key) {
        List<Stored> versions = shelf.keys.get(key);
        return versions == null || versions.get(0).version.getDeleteMarker()
                ? null
                : versions.get(0);
    }

    private static void checkConditions(@Nullable Stored current, Conditions conditions) {
        String etag = current == null ? "" : current.version.getEtag();
        String match = conditions.getIfMatch();
        String none = conditions.getIfNoneMatch();
        long modified = current == null ? 0 : current.version.getLastModifiedMillis();
        boolean holds =
                (match.isEmpty() || (current != null && (match.equals("*") || match.equals(etag))))
                        && (none.isEmpty()
                                || current == null
                                || (!none.equals("*") && !none.equals(etag)))
                        && (!conditions.hasIfModifiedSinceMillis()
                                || modified > conditions.getIfModifiedSinceMillis())
                        && (!conditions.hasIfUnmodifiedSinceMillis()
                                || modified <= conditions.getIfUnmodifiedSinceMillis());
        if (!holds) {
            throw Refusal.of(
                    Status.Code.FAILED_PRECONDITION,
                    "PRECONDITION_FAILED",
                    "the condition does not hold");
        }
    }

    synchronized Stored find(String bucket, String key, String versionId, Conditions conditions) {
        Shelf shelf = shelf(bucket);
        Stored found = versionId.isEmpty() ? current(shelf, key) : null;
        if (!versionId.isEmpty()) {
            for (Stored stored : shelf.keys.getOrDefault(key, List.of())) {
                if (stored.version.getVersionId().equals(versionId)) {
                    found = stored;
                }
            }
        }
        if (found == null) {
            StatusRuntimeException missing =
                    versionId.isEmpty() ? Refusal.noSuchKey(key) : Refusal.noSuchVersion(versionId);
            throw missing;
        }
        checkConditions(found, conditions);
        boolean latest = shelf.keys.getOrDefault(key, List.of()).indexOf(found) == 0;
        return new Stored(found.version.toBuilder().setLatest(latest).build(), found.bytes);
    }

    synchronized Removed remove(
            String bucket, String key, String versionId, Conditions conditions, ByteString id) {
        Shelf shelf = shelf(bucket);
        if (answers.get(id) instanceof Removed given) {
            return given;
        }
        if (!versionId.isEmpty()) {
            List<Stored> versions = shelf.keys.getOrDefault(key, new ArrayList<>());
            if (!versions.removeIf(s -> s.version.getVersionId().equals(versionId))) {
                throw Refusal.noSuchVersion(versionId);
            }
            if (versions.isEmpty()) {
                shelf.keys.remove(key);
            }
            return new Removed(versionId, false);
        }
        Stored current = current(shelf, key);
        checkConditions(current, conditions);
        Removed answer = new Removed("", false);
        if (shelf.bucket.getVersioning() != Versioning.VERSIONING_OFF) {
            answer = new Removed(nextId(shelf), true);
            push(
                    shelf,
                    ObjectVersion.newBuilder()
                            .setKey(key)
                            .setVersionId(answer.versionId)
                            .setLastModifiedMillis(nextMillis())
                            .setDeleteMarker(true)
                            .build(),
                    ByteString.EMPTY);
        } else if (current != null) {
            answer = new Removed(current.version.getVersionId(), false);
            shelf.keys.remove(key);
        }
        answers.put(id, answer);
        return answer;
    }

    /**
     * Lists.
     *
     * @param after the last name given, or where to start; empty: the beginning
     */
    synchronized Listing list(
            String bucket, String prefix, String delimiter, String after, int most, boolean all) {
        List<ListEntry> entries = new ArrayList<>();
        String next = "";
        String lastPrefix = "";
        for (Map.Entry<String, List<Stored>> row :
                shelf(bucket).keys.tailMap(prefix, true).entrySet()) {
            String key = row.getKey();
            if (!key.startsWith(prefix)) {
                break;
            }
            int cut = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            String name = cut < 0 ? key : key.substring(0, cut + delimiter.length());
            boolean hidden = !all && row.getValue().get(0).version.getDeleteMarker();
            if (name.compareTo(after) <= 0 || hidden || (cut >= 0 && name.equals(lastPrefix))) {
                continue;
            }
            if (entries.size() >= most) {
                return new Listing(entries, next);
            }
            next = name;
            if (cut >= 0) {
                lastPrefix = name;
                entries.add(ListEntry.newBuilder().setCommonPrefix(name).build());
                continue;
            }
            for (Stored stored : all ? row.getValue() : row.getValue().subList(0, 1)) {
                boolean latest = stored.equals(row.getValue().get(0));
                entries.add(
                        ListEntry.newBuilder()
                                .setObject(
                                        stored.version.toBuilder()
                                                .setLatest(latest)
                                                .clearContentType()
                                                .clearMetadata()
                                                .clearTags())
                                .build());
            }
        }
        return new Listing(entries, "");
    }
}
