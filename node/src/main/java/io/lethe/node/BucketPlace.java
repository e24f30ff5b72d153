package io.lethe.node;

import io.lethe.node.backup.BackupPlace;
import io.lethe.node.backup.Content;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Body;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.ReadRange;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Backups in the store itself, as objects ID/FILE of the operator's bucket. Their keys are sealed
 * under a key that only the directory has. Safe for any task.
 */
final class BucketPlace implements BackupPlace {
    static final String BUCKET = "lethe-backups";

    /** The tenant that the cluster was made with. */
    private static final String OPERATOR = "operator";

    private static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A file of a group of 10^8 rows at the least pace that is of any use. */
    private static final long FILE_NANOS = TimeUnit.DAYS.toNanos(1);

    /** What it stands on. */
    record Ports(
            Tasks tasks,
            RandomSource random,
            Directory directory,
            Objects objects,
            Buckets buckets) {}

    private final Ports ports;

    BucketPlace(Ports ports) {
        this.ports = ports;
    }

    @Override
    public String name() {
        return "bucket " + BUCKET;
    }

    @Override
    public boolean outside() {
        return false;
    }

    private Caller caller() {
        TenantId operator =
                ports.directory()
                        .tenantNamed(OPERATOR)
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE,
                                                "the operator's tenant is not there yet"));
        return new Caller(operator, "backup", false);
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + WITHIN_NANOS;
    }

    private static String key(Id128 backup, String file) {
        return backup + "/" + file;
    }

    private WriteId request() {
        return new WriteId(Id128.random(ports.random()));
    }

    @Override
    public void write(Id128 backup, String file, Content content) throws InterruptedException {
        Caller caller = caller();
        makeBucket(caller);
        var _ =
                ports.objects()
                        .put(
                                caller,
                                new PutRequest(
                                        request(),
                                        BUCKET,
                                        key(backup, file),
                                        "",
                                        new Attributes(
                                                "application/octet-stream", Map.of(), Map.of()),
                                        new Condition.Always(),
                                        null,
                                        null),
                                new ContentBody(content),
                                ports.tasks().clock().nanos() + FILE_NANOS);
    }

    private void makeBucket(Caller caller) throws InterruptedException {
        Encoder id = new Encoder(Id128.BYTES);
        request().id().encode(id);
        try {
            var _ =
                    ports.buckets()
                            .create(
                                    caller,
                                    BUCKET,
                                    "",
                                    BucketRecord.Versioning.OFF,
                                    id.toArray(),
                                    deadline());
        } catch (StoreException e) {
            if (e.code() != ErrorCode.BUCKET_ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    /** A file's content as an object's body. */
    private record ContentBody(Content content) implements Body {
        @Override
        public long declaredBytes() {
            return UNKNOWN;
        }

        @Override
        public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
            try {
                return content.read(target, offset, lengthBytes);
            } catch (IOException e) {
                throw new StoreException(
                        ErrorCode.INCOMPLETE_BODY, "the content ends: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public Content open(Id128 backup, String file) throws IOException, InterruptedException {
        try {
            return new ObjectContent(
                    ports.objects()
                            .get(
                                    caller(),
                                    BUCKET,
                                    key(backup, file),
                                    "",
                                    new ReadRange.All(),
                                    ports.tasks().clock().nanos() + FILE_NANOS));
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_KEY || e.code() == ErrorCode.NO_SUCH_BUCKET) {
                throw new NoSuchFileException(key(backup, file), null, e.getMessage());
            }
            throw e;
        }
    }

    /** An object's bytes as a file's content. */
    private static final class ObjectContent implements Content {
        private final ObjectReader.Opened opened;
        private ObjectReader.@Nullable Piece piece;
        private int taken;

        ObjectContent(ObjectReader.Opened opened) {
            this.opened = opened;
        }

        @Override
        public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
            ObjectReader.Piece now = piece;
            while (now == null || taken == now.lengthBytes()) {
                now = opened.next();
                piece = now;
                taken = 0;
                if (now == null) {
                    return -1;
                }
            }
            int count = Math.min(lengthBytes, now.lengthBytes() - taken);
            System.arraycopy(now.array(), now.offset() + taken, target, offset, count);
            taken += count;
            return count;
        }

        @Override
        public void close() {
            opened.close();
        }
    }

    @Override
    public List<Id128> list() throws InterruptedException {
        TreeSet<Id128> found = new TreeSet<>();
        for (String key : keys("")) {
            int slash = key.indexOf('/');
            try {
                found.add(Id128.parse(key.substring(0, Math.max(0, slash))));
            } catch (IllegalArgumentException e) {
                // Something else that the operator keeps there.
            }
        }
        return List.copyOf(found);
    }

    private List<String> keys(String prefix) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        Bytes after = Bytes.EMPTY;
        try {
            do {
                ObjectLister.Page page =
                        ports.objects()
                                .list(
                                        caller(),
                                        new Objects.ListRequest(
                                                BUCKET,
                                                prefix,
                                                "",
                                                after,
                                                0,
                                                false,
                                                Objects.MOST_PAGE),
                                        deadline());
                page.entries().forEach(entry -> keys.add(entry.key()));
                after = page.next();
            } while (!after.isEmpty());
        } catch (StoreException e) {
            if (e.code() != ErrorCode.NO_SUCH_BUCKET) {
                throw e;
            }
        }
        return keys;
    }

    @Override
    public boolean delete(Id128 backup) throws InterruptedException {
        for (String key : keys(backup + "/")) {
            var _ =
                    ports.objects()
                            .delete(
                                    caller(),
                                    new Objects.DeleteRequest(
                                            request(), BUCKET, key, "", new Condition.Always()),
                                    deadline());
        }
        return false;
    }
}
