package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ReadRange;
import io.lethe.node.object.Uploads;
import io.lethe.node.sim.SimNode.Running;
import io.lethe.node.sim.Workload.Told;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Multipart uploads of clients: parts in any order, some put twice, some left out; then completed,
 * aborted, or left. What is left is aborted at the end, from the listing, which must have it.
 */
final class UploadClient {
    private static final int MOST_PARTS = 4;
    private static final int AGAIN_PER_THOUSAND = 200;
    private static final int LEFT_OUT_PER_THOUSAND = 100;
    private static final int ABORTED_PER_THOUSAND = 100;
    private static final int LEFT_PER_THOUSAND = 100;

    private final Workload workload;
    private final SimCluster cluster;
    private final SimLoop loop;
    private final Checks checks;
    private final RandomSource random;

    /** Uploads that are surely under way. */
    private final Set<String> left = new HashSet<>();

    UploadClient(Workload workload, SimCluster cluster, Checks checks, RandomSource random) {
        this.workload = workload;
        this.cluster = cluster;
        loop = cluster.loop;
        this.checks = checks;
        this.random = random;
    }

    private static Caller caller() {
        return Workload.CALLER;
    }

    /** What a completion came to. */
    record Completed(Told<ObjectInfo> told, long start) {}

    /**
     * Uploads a value and completes it; null when it came to no completion.
     *
     * @param bytes of the whole value
     */
    @Nullable Completed upload(
            String bucket, String key, String contentType, byte[] bytes, Condition condition)
            throws InterruptedException {
        String id = begin(bucket, key, contentType);
        if (id == null) {
            return null;
        }
        left.add(id);
        List<Uploads.PartClaim> claims = put(bucket, key, id, bytes);
        if (claims == null || loop.chance(ABORTED_PER_THOUSAND)) {
            if (!loop.chance(LEFT_PER_THOUSAND)) {
                left.remove(id);
                var _ = workload.repeated(gateway -> abort(gateway, bucket, key, id));
            }
            return null;
        }
        if (loop.chance(LEFT_PER_THOUSAND)) {
            return null;
        }
        left.remove(id);
        long start = loop.moment();
        Uploads.CompleteRequest request =
                new Uploads.CompleteRequest(bucket, key, id, claims, condition, null);
        Told<ObjectInfo> told =
                workload.repeated(
                        gateway ->
                                gateway.objects
                                        .uploads()
                                        .complete(caller(), request, workload.deadline()));
        if (told.code() == ErrorCode.NO_SUCH_UPLOAD && !told.unknown()) {
            checks.violated("upload " + id + " is gone and was never completed");
        }
        ObjectInfo info = told.value();
        if (info != null) {
            check(info, claims, bytes);
        }
        return new Completed(told, start);
    }

    @Nullable String begin(String bucket, String key, String contentType)
            throws InterruptedException {
        Uploads.CreateRequest request =
                new Uploads.CreateRequest(
                        new WriteId(Id128.random(random)),
                        bucket,
                        key,
                        "",
                        new Attributes(contentType, Map.of(), Map.of()),
                        Bytes.utf8("sum"));
        Told<Uploads.UploadInfo> told =
                workload.repeated(
                        gateway ->
                                gateway.objects
                                        .uploads()
                                        .create(caller(), request, workload.deadline()));
        return told.value() == null ? null : told.value().uploadId();
    }

    private boolean abort(Running gateway, String bucket, String key, String id)
            throws InterruptedException {
        gateway.objects.uploads().abort(caller(), bucket, key, id, workload.deadline());
        return true;
    }

    /** Puts all parts in some order; null when one could not be put. */
    private @Nullable List<Uploads.PartClaim> put(
            String bucket, String key, String id, byte[] bytes) throws InterruptedException {
        int count = 1 + loop.random.nextInt(Math.max(1, Math.min(MOST_PARTS, bytes.length)));
        Uploads.PartClaim[] claims = new Uploads.PartClaim[count];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            order.add(loop.random.nextInt(order.size() + 1), i);
        }
        if (loop.chance(LEFT_OUT_PER_THOUSAND)
                && part(bucket, key, id, count + 1, Payload.of(7, 5_000)) == null) {
            return null;
        }
        for (int i : order) {
            byte[] part =
                    Arrays.copyOfRange(
                            bytes,
                            (int) ((long) bytes.length * i / count),
                            (int) ((long) bytes.length * (i + 1) / count));
            if (loop.chance(AGAIN_PER_THOUSAND)
                    && part(bucket, key, id, i + 1, Payload.of(9, 6_000)) == null) {
                return null;
            }
            Uploads.PartInfo info = part(bucket, key, id, i + 1, part);
            if (info == null) {
                return null;
            }
            claims[i] = new Uploads.PartClaim(i + 1, info.etag(), info.checksum());
        }
        return Arrays.asList(claims);
    }

    private Uploads.@Nullable PartInfo part(
            String bucket, String key, String id, int number, byte[] bytes)
            throws InterruptedException {
        boolean declared = loop.random.nextBoolean();
        Uploads.PartRequest request =
                new Uploads.PartRequest(
                        bucket, key, id, number, null, null, () -> Bytes.utf8("c" + bytes.length));
        return workload.repeated(
                        gateway ->
                                gateway.objects
                                        .uploads()
                                        .putPart(
                                                caller(),
                                                request,
                                                Payload.body(
                                                        bytes, declared, loop, gateway.tasks, 0),
                                                workload.deadline()))
                .value();
    }

    private void check(ObjectInfo info, List<Uploads.PartClaim> claims, byte[] bytes) {
        boolean right =
                info.sizeBytes() == bytes.length
                        && info.etag().endsWith("-" + claims.size())
                        && info.partsCount() == claims.size()
                        && info.sha256().equals(Bytes.wrap(digest("SHA-256").digest(bytes)))
                        && info.md5().equals(Bytes.wrap(digest("MD5").digest(bytes)));
        if (!right) {
            checks.violated("a completion of " + bytes.length + " bytes says " + info);
        }
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads every part of a version by number: together they are the value. */
    void readParts(Running gateway, String bucket, String key, String version, byte[] bytes)
            throws InterruptedException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int count = 1;
        for (int number = 1; number <= count; number++) {
            try (var opened =
                    gateway.objects.get(
                            caller(),
                            bucket,
                            key,
                            version,
                            new ReadRange.Part(number),
                            workload.deadline())) {
                count = Math.max(1, opened.info().partsCount());
                for (var piece = opened.next(); piece != null; piece = opened.next()) {
                    read.write(piece.array(), piece.offset(), piece.lengthBytes());
                }
            }
        }
        if (!Arrays.equals(read.toByteArray(), bytes)) {
            checks.violated("wrong bytes in the parts of " + key + "/" + version);
        }
    }

    /** Begins an upload, puts a part, and leaves both to the bucket's deletion. */
    void leaveToDeletion(String bucket) throws InterruptedException {
        Uploads.CreateRequest create =
                new Uploads.CreateRequest(
                        new WriteId(Id128.random(random)),
                        bucket,
                        "d",
                        "",
                        new Attributes("v1", Map.of(), Map.of()),
                        Bytes.EMPTY);
        Uploads.UploadInfo begun =
                workload.anywhere(
                        gateway ->
                                gateway.objects
                                        .uploads()
                                        .create(caller(), create, workload.deadline()));
        Uploads.PartRequest part =
                new Uploads.PartRequest(
                        bucket, "d", begun.uploadId(), 1, null, null, () -> Bytes.EMPTY);
        byte[] bytes = Payload.of(1, 9_000);
        Uploads.PartInfo _ =
                workload.anywhere(
                        gateway ->
                                gateway.objects
                                        .uploads()
                                        .putPart(
                                                caller(),
                                                part,
                                                Payload.body(bytes, true, loop, gateway.tasks, 0),
                                                workload.deadline()));
    }

    /** Aborts whatever is listed; every upload that was left must be. */
    void abortAll() throws InterruptedException {
        Set<String> listed = new HashSet<>();
        abortIn(Workload.PLAIN, listed);
        abortIn(Workload.VERSIONED, listed);
        while (doomed()) {
            try {
                abortIn(Workload.DOOMED, new HashSet<>());
                break;
            } catch (StoreException e) {
                if (e.code() != ErrorCode.NO_SUCH_BUCKET) {
                    throw e;
                }
                // A deletion that stopped half way ends first: its mark may be taken back.
                workload.tasks.sleep(SimNetwork.MILLI * 1_000);
            }
        }
        if (!listed.containsAll(left)) {
            checks.violated("uploads " + left + " go on, and listed are " + listed);
        }
    }

    private void abortIn(String bucket, Set<String> listed) throws InterruptedException {
        for (Uploads.UploadEntry entry : workload.surely(gateway -> list(gateway, bucket))) {
            if (!listed.add(entry.uploadId())) {
                checks.violated("upload " + entry.uploadId() + " is listed twice");
            }
            boolean _ =
                    workload.surely(
                            gateway -> abort(gateway, bucket, entry.key(), entry.uploadId()));
        }
    }

    private boolean doomed() {
        return Checks.newestDirectory(cluster)
                .bucket(SimCluster.TENANT, Workload.DOOMED)
                .isPresent();
    }

    private List<Uploads.UploadEntry> list(Running gateway, String bucket)
            throws InterruptedException {
        List<Uploads.UploadEntry> entries = new ArrayList<>();
        String key = "";
        String id = "";
        do {
            Uploads.UploadPage page =
                    gateway.objects
                            .uploads()
                            .list(
                                    caller(),
                                    new Uploads.ListRequest(bucket, "", "", key, id, 2),
                                    workload.deadline());
            entries.addAll(page.uploads());
            key = page.nextKey();
            id = page.nextUploadId();
        } while (!key.isEmpty());
        return entries;
    }
}
