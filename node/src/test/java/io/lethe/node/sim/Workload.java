package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.ReadRange;
import io.lethe.node.sim.KeyHistory.Kind;
import io.lethe.node.sim.SimNode.Running;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/**
 * Clients: each does one thing after the other through any gateway, and notes what it was told.
 * Keys are few, so that clients meet.
 */
final class Workload {
    static final String PLAIN = "plain";
    static final String VERSIONED = "versioned";
    static final String DOOMED = "doomed";
    static final Caller CALLER = new Caller(SimCluster.TENANT, "SIM", false);
    private static final long WITHIN_NANOS = 15_000 * SimNetwork.MILLI;
    private static final long HASTY_NANOS = 10 * SimNetwork.MILLI;
    private static final int STORM_CLIENTS = 4;

    /** Seeds whose clients follow each other so closely that they meet what lags. */
    private static final int HURRIED_PER_THOUSAND = 300;

    /** Uploads whose sender takes its time, up to so long before each piece. */
    private static final int SLOW_PER_THOUSAND = 100;

    private static final long SLOW_NANOS = 4_000 * SimNetwork.MILLI;
    private static final int MOST_REPEATS = 3;
    private static final int MOST_OPS_PER_KEY = 40;
    private static final int MOST_SURE_REPEATS = 10;

    private final SimCluster cluster;
    private final SimLoop loop;
    final Tasks tasks;
    private final Checks checks;
    private final RandomSource random;
    private final Map<String, KeyHistory> histories = new TreeMap<>();
    private final Map<Integer, Integer> sizes = new HashMap<>();

    /** Value by bucket, key and version id, for versions that nobody deletes by id. */
    private final Map<String, Integer> acknowledged = new TreeMap<>();

    /** Those of them that were uploaded in parts. */
    private final Set<String> parted = new TreeSet<>();

    private final UploadClient uploads;
    final LockClient locks;
    private int values;
    private int running;
    int done;
    int succeeded;

    Workload(SimCluster cluster, Tasks tasks, Checks checks) {
        this.cluster = cluster;
        this.tasks = tasks;
        this.checks = checks;
        loop = cluster.loop;
        random = RandomSource.seeded(loop.random.nextLong());
        uploads = new UploadClient(this, cluster, checks, random);
        locks = new LockClient(this, loop, checks, random);
    }

    /** Something to do on a gateway. */
    interface Request<T> {
        T on(Running gateway) throws InterruptedException;
    }

    boolean isOver() {
        return running == 0;
    }

    void begin(int clients, int operationsEach) {
        long pauseNanos = (loop.chance(HURRIED_PER_THOUSAND) ? 20 : 1_200) * SimNetwork.MILLI;
        for (int i = 0; i < clients; i++) {
            running++;
            tasks.fork(
                    "client-" + i,
                    () -> {
                        client(operationsEach, pauseNanos);
                        running--;
                    });
        }
        if (cluster.storm) {
            beginWithBuckets(STORM_CLIENTS, 3 * operationsEach, 60);
        } else if (loop.chance(500)) {
            beginWithBuckets(2, operationsEach / 3, 900);
        }
    }

    private void beginWithBuckets(int clients, int operationsEach, int pauseMillis) {
        for (int i = 0; i < clients; i++) {
            running++;
            tasks.fork(
                    "bucket-client-" + i,
                    () -> {
                        bucketClient(operationsEach, pauseMillis * SimNetwork.MILLI);
                        running--;
                    });
        }
    }

    private void client(int operations, long pauseNanos) {
        try {
            for (int i = 0; i < operations; i++) {
                tasks.sleep(loop.within(pauseNanos));
                String bucket = loop.random.nextBoolean() ? PLAIN : VERSIONED;
                String key = "k" + loop.random.nextInt(4);
                if (history(bucket, key).size() < MOST_OPS_PER_KEY) {
                    operate(bucket, key);
                }
                done++;
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void operate(String bucket, String key) throws InterruptedException {
        int dice = loop.random.nextInt(100);
        if (dice < 8) {
            upload(bucket, key);
        } else if (dice < 35) {
            put(bucket, key, new Condition.Always());
        } else if (dice < 45) {
            put(bucket, key, new Condition.Absent());
        } else if (dice < 57) {
            delete(bucket, key);
        } else if (dice < 67) {
            list(bucket);
        } else {
            get(bucket, key);
        }
    }

    private KeyHistory history(String bucket, String key) {
        return histories.computeIfAbsent(bucket + "/" + key, KeyHistory::new);
    }

    /** Runs it on a gateway's own task; a gateway that dies leaves the outcome unknown. */
    private <T> T at(Running gateway, SimNode node, Request<T> request)
            throws InterruptedException {
        Promise<T> promise = tasks.promise();
        node.life()
                .atDeath
                .add(
                        () ->
                                promise.fail(
                                        new StoreException(
                                                ErrorCode.OUTCOME_UNKNOWN, "the gateway died")));
        gateway.tasks.fork(
                "request",
                () -> {
                    try {
                        promise.complete(request.on(gateway));
                    } catch (StoreException e) {
                        promise.fail(e);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
        try {
            return promise.await(Long.MAX_VALUE);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    <T> T anywhere(Request<T> request) throws InterruptedException {
        while (true) {
            SimNode node = cluster.nodes.get(loop.random.nextInt(cluster.nodes.size()));
            Running gateway = node.running();
            if (gateway != null) {
                return at(gateway, node, request);
            }
            tasks.sleep(loop.within(500 * SimNetwork.MILLI));
        }
    }

    long deadline() {
        return loop.nanos() + WITHIN_NANOS;
    }

    private void put(String bucket, String key, Condition condition) throws InterruptedException {
        int value = ++values;
        int size = Payload.size(loop, cluster.scheme);
        sizes.put(value, size);
        byte[] bytes = Payload.of(value, size);
        WriteId write = new WriteId(Id128.random(random));
        boolean declared = loop.random.nextBoolean();
        PutRequest request =
                new PutRequest(
                        write,
                        bucket,
                        key,
                        "",
                        new Attributes("v" + value, Map.of(), Map.of()),
                        condition,
                        null,
                        null,
                        locks.some(bucket),
                        null);
        Kind kind = condition instanceof Condition.Absent ? Kind.CREATE : Kind.PUT;
        long pauseNanos = loop.chance(SLOW_PER_THOUSAND) ? SLOW_NANOS : 0;
        long start = loop.moment();
        Told<ObjectInfo> told =
                repeated(
                        gateway ->
                                gateway.objects.put(
                                        CALLER,
                                        request,
                                        Payload.body(
                                                bytes, declared, loop, gateway.tasks, pauseNanos),
                                        deadline()));
        KeyHistory history = history(bucket, key);
        if (told.value() != null) {
            history.happened(kind, value, start, loop.moment());
            ObjectInfo info = told.value();
            if (info.sizeBytes() != size) {
                checks.violated("put of " + value + " says " + info);
            }
            if (bucket.equals(VERSIONED)) {
                acknowledged.put(key + "/" + info.versionId(), value);
                locks.tryToDelete(key, info.versionId(), request.protection());
            }
        } else if (told.unknown()) {
            history.unknown(kind, value, start);
        } else if (told.code() == ErrorCode.PRECONDITION_FAILED) {
            history.happened(Kind.READ, KeyHistory.ANY, start, loop.moment());
        }
    }

    private void upload(String bucket, String key) throws InterruptedException {
        int value = ++values;
        int size = Payload.size(loop, cluster.scheme);
        sizes.put(value, size);
        byte[] bytes = Payload.of(value, size);
        boolean create = loop.chance(200);
        Condition condition = create ? new Condition.Absent() : new Condition.Always();
        Kind kind = create ? Kind.CREATE : Kind.PUT;
        UploadClient.Completed completed =
                uploads.upload(bucket, key, "v" + value, bytes, condition);
        if (completed == null) {
            return;
        }
        KeyHistory history = history(bucket, key);
        Told<ObjectInfo> told = completed.told();
        if (told.value() != null) {
            history.happened(kind, value, completed.start(), loop.moment());
            if (bucket.equals(VERSIONED)) {
                acknowledged.put(key + "/" + told.value().versionId(), value);
                parted.add(key + "/" + told.value().versionId());
            }
        } else if (told.unknown()) {
            history.unknown(kind, value, completed.start());
        } else if (told.code() == ErrorCode.PRECONDITION_FAILED) {
            history.happened(Kind.READ, KeyHistory.ANY, completed.start(), loop.moment());
        }
    }

    /**
     * What a request came to after its repeats.
     *
     * @param unknown whether it may have happened, or may still happen
     */
    record Told<T>(
            @org.jspecify.annotations.Nullable T value,
            boolean unknown,
            @org.jspecify.annotations.Nullable ErrorCode code) {}

    <T> Told<T> repeated(Request<T> request) throws InterruptedException {
        boolean unknown = false;
        ErrorCode code = null;
        for (int i = 0; i < MOST_REPEATS; i++) {
            try {
                T value = anywhere(request);
                succeeded++;
                return new Told<>(value, false, null);
            } catch (StoreException e) {
                code = e.code();
                expected(e);
                if (code == ErrorCode.WRITE_CLOSED) {
                    return new Told<>(null, false, code);
                }
                unknown |= code == ErrorCode.OUTCOME_UNKNOWN;
                if (code != ErrorCode.OUTCOME_UNKNOWN || loop.chance(300)) {
                    break;
                }
            }
        }
        return new Told<>(null, unknown, code);
    }

    private void expected(StoreException e) {
        switch (e.code()) {
            case UNAVAILABLE,
                    OUTCOME_UNKNOWN,
                    DEADLINE,
                    WRITE_CLOSED,
                    OVERLOADED,
                    PRECONDITION_FAILED,
                    OUT_OF_SPACE,
                    DATA_UNREADABLE,
                    NO_SUCH_KEY,
                    ACCESS_DENIED,
                    NO_SUCH_UPLOAD -> {}
            default -> loop.fail(new AssertionError("a client was told " + e.code(), e));
        }
    }

    private void delete(String bucket, String key) throws InterruptedException {
        Objects.DeleteRequest request =
                new Objects.DeleteRequest(
                        new WriteId(Id128.random(random)), bucket, key, "", new Condition.Always());
        long start = loop.moment();
        Told<Objects.Deletion> told =
                repeated(gateway -> Deleting.delete(gateway.objects, request, random, deadline()));
        if (told.value() != null) {
            history(bucket, key).happened(Kind.DELETE, KeyHistory.ABSENT, start, loop.moment());
        } else if (told.unknown()) {
            history(bucket, key).unknown(Kind.DELETE, KeyHistory.ABSENT, start);
        }
    }

    private void get(String bucket, String key) throws InterruptedException {
        long start = loop.moment();
        try {
            int value = anywhere(gateway -> read(gateway, bucket, key, ""));
            history(bucket, key).happened(Kind.READ, value, start, loop.moment());
            succeeded++;
        } catch (StoreException e) {
            expected(e);
        }
    }

    /** The value that was read, its bytes compared. */
    private int read(Running gateway, String bucket, String key, String version)
            throws InterruptedException {
        try (var opened = open(gateway, bucket, key, version)) {
            if (opened == null) {
                return KeyHistory.ABSENT;
            }
            int value = Integer.parseInt(opened.info().attributes().contentType().substring(1));
            byte[] whole = Payload.of(value, sizes.getOrDefault(value, 0));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (var piece = opened.next(); piece != null; piece = opened.next()) {
                bytes.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
            boolean right =
                    opened.info().sizeBytes() == whole.length
                            && bytes.size() == opened.range().lengthBytes()
                            && Payload.same(
                                    whole, (int) opened.range().first(), bytes.toByteArray());
            if (!right) {
                checks.violated("wrong bytes of value " + value + " in " + bucket + "/" + key);
            }
            return value;
        }
    }

    private io.lethe.node.object.ObjectReader.@org.jspecify.annotations.Nullable Opened open(
            Running gateway, String bucket, String key, String version)
            throws InterruptedException {
        ReadRange range = new ReadRange.All();
        if (loop.chance(300)) {
            long first = loop.random.nextInt(30_000);
            range =
                    loop.random.nextInt(2) == 0
                            ? new ReadRange.Span(first, first + loop.random.nextInt(90_000))
                            : new ReadRange.Suffix(1 + first);
        }
        try {
            try {
                return gateway.objects.get(CALLER, bucket, key, version, range, deadline());
            } catch (StoreException e) {
                if (e.code() != ErrorCode.INVALID_RANGE) {
                    throw e;
                }
                ReadRange all = new ReadRange.All();
                return gateway.objects.get(CALLER, bucket, key, version, all, deadline());
            }
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_KEY) {
                return null;
            }
            throw e;
        }
    }

    private void list(String bucket) throws InterruptedException {
        long start = loop.moment();
        try {
            List<String> keys = anywhere(gateway -> keys(gateway, bucket));
            long end = loop.moment();
            for (int i = 0; i < 4; i++) {
                String key = "k" + i;
                int seen = keys.contains(key) ? KeyHistory.ANY : KeyHistory.ABSENT;
                history(bucket, key).happened(Kind.READ, seen, start, end);
            }
        } catch (StoreException e) {
            expected(e);
        }
    }

    private List<String> keys(Running gateway, String bucket) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        Bytes after = Bytes.EMPTY;
        int limit = 1 + loop.random.nextInt(4);
        do {
            var page =
                    gateway.objects.list(
                            CALLER,
                            new Objects.ListRequest(bucket, "", "", after, 0, false, limit),
                            deadline());
            page.entries().forEach(entry -> keys.add(entry.key()));
            after = page.next();
        } while (!after.isEmpty());
        return keys;
    }

    /** Makes a bucket, writes into it, and deletes it while others still write. */
    private void bucketClient(int operations, long pauseNanos) {
        try {
            for (int i = 0; i < operations; i++) {
                tasks.sleep(loop.within(pauseNanos));
                int dice = loop.random.nextInt(100);
                try {
                    if (dice < 25) {
                        makeBucket(DOOMED, BucketRecord.Versioning.OFF);
                    } else if (dice < 32) {
                        uploads.leaveToDeletion(DOOMED);
                    } else if (dice < 60) {
                        doomedPut();
                    } else if (dice < 75) {
                        anywhere(
                                gateway ->
                                        gateway.objects.delete(
                                                CALLER,
                                                new Objects.DeleteRequest(
                                                        new WriteId(Id128.random(random)),
                                                        DOOMED,
                                                        "d",
                                                        "",
                                                        new Condition.Always()),
                                                deadline()));
                    } else {
                        anywhere(
                                gateway -> {
                                    gateway.buckets.delete(CALLER, DOOMED, hasty());
                                    return true;
                                });
                    }
                } catch (StoreException e) {
                    doomedExpected(e);
                }
                done++;
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Often too short for a deletion: its mark is then taken back while others work under it. */
    private long hasty() {
        return loop.chance(400) ? loop.nanos() + loop.within(HASTY_NANOS) : deadline();
    }

    private void doomedExpected(StoreException e) {
        switch (e.code()) {
            case NO_SUCH_BUCKET, BUCKET_NOT_EMPTY, BUCKET_ALREADY_EXISTS, INVALID_ARGUMENT -> {}
            default -> expected(e);
        }
    }

    private void doomedPut() throws InterruptedException {
        int size = loop.random.nextBoolean() ? 100 : 20_000;
        byte[] bytes = Payload.of(1, size);
        PutRequest request =
                new PutRequest(
                        new WriteId(Id128.random(random)),
                        DOOMED,
                        "d",
                        "",
                        new Attributes("v1", Map.of(), Map.of()),
                        new Condition.Always(),
                        null,
                        null);
        var _ =
                anywhere(
                        gateway ->
                                gateway.objects.put(
                                        CALLER,
                                        request,
                                        Payload.body(bytes, true, loop, gateway.tasks, 0),
                                        deadline()));
    }

    /** Makes a bucket as a door does. */
    void makeBucket(String name, BucketRecord.Versioning versioning) throws InterruptedException {
        byte[] request = new byte[Id128.BYTES];
        random.fill(request);
        BucketRecord _ =
                surely(
                        gateway ->
                                gateway.buckets.create(
                                        CALLER, name, "", versioning, request, deadline()));
    }

    /** Repeats what a gateway without a lease or a leader refuses for a moment. */
    <T> T surely(Request<T> request) throws InterruptedException {
        for (int i = 1; ; i++) {
            try {
                return anywhere(request);
            } catch (StoreException e) {
                if (e.code() != ErrorCode.UNAVAILABLE || i == MOST_SURE_REPEATS) {
                    throw e;
                }
                tasks.sleep(SimNetwork.MILLI * 1_000);
            }
        }
    }

    /** Aborts the uploads that clients have left. */
    void abortUploads() throws InterruptedException {
        uploads.abortAll();
    }

    /** Reads everything once more, after the end of faults: everything must answer. */
    void readAll() throws InterruptedException {
        for (String place : List.copyOf(histories.keySet())) {
            String bucket = place.substring(0, place.indexOf('/'));
            String key = place.substring(place.indexOf('/') + 1);
            long start = loop.moment();
            int value = surely(gateway -> read(gateway, bucket, key, ""));
            history(bucket, key).happened(Kind.READ, value, start, loop.moment());
        }
        for (var version : acknowledged.entrySet()) {
            String key = version.getKey().substring(0, version.getKey().indexOf('/'));
            String id = version.getKey().substring(version.getKey().indexOf('/') + 1);
            int value = surely(gateway -> read(gateway, VERSIONED, key, id));
            if (value != version.getValue()) {
                checks.violated("version " + version + " reads as " + value);
            }
            if (parted.contains(version.getKey())) {
                byte[] whole = Payload.of(value, sizes.getOrDefault(value, 0));
                boolean _ =
                        surely(
                                gateway -> {
                                    uploads.readParts(gateway, VERSIONED, key, id, whole);
                                    return true;
                                });
            }
        }
    }

    /** The first history that no register explains; empty when all are sound. */
    String unsound() {
        for (KeyHistory history : histories.values()) {
            if (!history.linearizable()) {
                return history.toString();
            }
        }
        return "";
    }
}
