package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table in memory with crash semantics, for simulation: rows come back as of the last flush,
 * asked for or by itself at times that the random source chooses; slots written since are lost, and
 * destroyed ones stay destroyed. Snapshots lie in a map by their folder's name.
 *
 * <p>Any thread, one at a time.
 */
public final class MemoryTable implements GroupTable {
    /** A flush by itself after one in this many entries. */
    private static final int FLUSH_ONE_IN = 20;

    /** What is written at one point of the log. */
    private record Image(
            Position position,
            Map<Family, TreeMap<Bytes, Bytes>> rows,
            Map<ShardId, ShardGrant> slots) {
        Image copy() {
            Map<Family, TreeMap<Bytes, Bytes>> copied = new EnumMap<>(Family.class);
            rows.forEach((family, map) -> copied.put(family, new TreeMap<>(map)));
            return new Image(position, copied, new HashMap<>(slots));
        }

        static Image empty() {
            return new Image(Position.START, new EnumMap<>(Family.class), new HashMap<>());
        }
    }

    private final RandomSource random;
    private final Map<Path, Object> snapshots;
    private final Map<Long, List<ShardGrant>> staged = new HashMap<>();
    private Image live;
    private Image durable;
    private final Set<ShardId> destroyed = new HashSet<>();
    private long unflushedBytes;
    private boolean closed;

    /**
     * @param snapshots shared by all replicas
     */
    public MemoryTable(RandomSource random, Map<Path, Object> snapshots) {
        this(random, snapshots, Image.empty());
    }

    private MemoryTable(RandomSource random, Map<Path, Object> snapshots, Image image) {
        this.random = random;
        this.snapshots = snapshots;
        live = image.copy();
        durable = image;
    }

    /** What a crash now would leave. */
    public MemoryTable afterCrash() {
        Image left = durable.copy();
        destroyed.forEach(left.slots()::remove);
        MemoryTable table = new MemoryTable(random, snapshots, left);
        table.staged.putAll(staged);
        return table;
    }

    private void usable() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    @Override
    public Position applied() {
        usable();
        return live.position();
    }

    @Override
    public long durableIndex() {
        usable();
        return durable.position().index();
    }

    @Override
    public long unflushedBytes() {
        return unflushedBytes;
    }

    @Override
    public long rangeBytes(Bytes from, Bytes to) {
        usable();
        long sum = 0;
        for (Family family :
                List.of(Family.CURRENT, Family.VERSIONS, Family.INLINE, Family.UPLOADS)) {
            for (var row : live.rows().getOrDefault(family, new TreeMap<>()).entrySet()) {
                boolean within =
                        from.compareTo(row.getKey()) <= 0
                                && (to.isEmpty() || row.getKey().compareTo(to) < 0);
                sum += within ? row.getKey().length() + row.getValue().length() : 0;
            }
        }
        return sum;
    }

    @Override
    public <R> Change.Decision<R> apply(Position next, Function<Rows, Change.Decision<R>> decide) {
        usable();
        if (next.index() <= live.position().index()) {
            throw new IllegalArgumentException(next + " is not above " + live.position());
        }
        Change.Decision<R> decision = decide.apply(new ImageRows(live));
        // A view that is being read keeps the image it began with.
        Image image = live.copy();
        for (Change change : decision.changes()) {
            apply(image, change);
        }
        live = new Image(next, image.rows(), image.slots());
        if (random.nextInt(FLUSH_ONE_IN) == 0) {
            flush();
        }
        return decision;
    }

    private void apply(Image image, Change change) {
        switch (change) {
            case Change.Put put -> {
                unflushedBytes += put.key().length() + put.value().length();
                image.rows()
                        .computeIfAbsent(put.family(), _ -> new TreeMap<>())
                        .put(put.key(), put.value());
            }
            case Change.Delete delete -> {
                unflushedBytes += delete.key().length();
                TreeMap<Bytes, Bytes> rows = image.rows().get(delete.family());
                if (rows != null) {
                    rows.remove(delete.key());
                }
            }
            case Change.WriteSlot write -> {
                image.slots().put(write.grant().shard(), write.grant());
                destroyed.remove(write.grant().shard());
            }
            case Change.DestroySlot destroy -> {
                image.slots().remove(destroy.shard());
                destroyed.add(destroy.shard());
            }
        }
    }

    @Override
    public <T> T read(Function<View, T> question) {
        usable();
        Image image = live;
        return question.apply(new View(new ImageRows(image), image.position()));
    }

    @Override
    public RowExport export() {
        usable();
        Image image = live;
        return new RowExport() {
            @Override
            public Position position() {
                return image.position();
            }

            @Override
            public <T> T read(Function<Rows, T> question) {
                usable();
                return question.apply(new ImageRows(image));
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void flush() {
        usable();
        durable = live.copy();
        unflushedBytes = 0;
    }

    @Override
    public boolean collectBlobs() {
        usable();
        return false;
    }

    @Override
    public void saveSnapshot(Path folder) {
        flush();
        snapshots.put(folder, durable.copy());
    }

    @Override
    public void loadSnapshot(Path folder, Position position) throws IOException {
        usable();
        if (!(snapshots.get(folder) instanceof Image image)) {
            throw new IOException("no snapshot in " + folder);
        }
        List<ShardGrant> grants = staged.remove(position.index());
        if (grants == null && !image.slots().isEmpty()) {
            throw new IOException(
                    "a snapshot at " + position + " names key slots, and no keys came with it");
        }
        Map<ShardId, ShardGrant> slots = new HashMap<>();
        if (grants != null) {
            grants.forEach(grant -> slots.put(grant.shard(), grant));
        }
        live = new Image(position, image.copy().rows(), slots);
        destroyed.clear();
        flush();
    }

    @Override
    public byte[] exportKeys() {
        usable();
        return KeyExport.encode(new ArrayList<>(live.slots().values()));
    }

    @Override
    public void importKeys(long snapshotIndex, byte[] keys) throws IOException {
        try {
            staged.clear();
            staged.put(snapshotIndex, KeyExport.decode(keys));
        } catch (CorruptEncoding e) {
            throw new IOException("keys arrived damaged", e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private record ImageRows(Image image) implements Rows {
        @Override
        public @Nullable Bytes get(Family family, Bytes key) {
            TreeMap<Bytes, Bytes> rows = image.rows().get(family);
            return rows == null ? null : rows.get(key);
        }

        @Override
        public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
            TreeMap<Bytes, Bytes> rows = image.rows().getOrDefault(family, new TreeMap<>());
            Map.Entry<Bytes, Bytes> at = rows.ceilingEntry(from);
            while (at != null && (to.isEmpty() || at.getKey().compareTo(to) < 0)) {
                switch (visitor.row(at.getKey(), at.getValue())) {
                    case Step.Next _ -> at = rows.higherEntry(at.getKey());
                    case Step.Stop _ -> {
                        return;
                    }
                    case Step.SkipTo skip -> at = rows.ceilingEntry(skip.key());
                }
            }
        }

        @Override
        public @Nullable ShardGrant slot(ShardId shard) {
            return image.slots().get(shard);
        }
    }
}
