package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.MetadataResponse.Exported;
import io.lethe.node.metadata.MetadataResponse.Piece;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.state.PartitionState.ShardKeys;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.metadata.table.KeyExport;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.metadata.table.RowExport;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Shows the state of one group on this node piece by piece, as it was when it was first asked for:
 * keys first, since a shard's key may be destroyed at any time, then all rows. One state is kept at
 * a time, until nobody has asked for some minutes. Safe for any task.
 *
 * <p>Cursor: part u8 (0 keys, 1 rows), place of the family u8, then the last key or shard id.
 */
final class GroupExports {
    /** A piece fits a message between nodes, whatever its last row. */
    static final int PIECE_BYTES = 1 << 20;

    static final int PIECE_KEYS = 1_000;

    /** Longer than any pause of whoever copies; until then replaced rows keep their space. */
    static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final int KEYS = 0;
    private static final int ROWS = 1;

    private final NodeId self;
    private final GroupServer.Wiring wiring;
    private final List<Family> families;
    private @Nullable Kept kept;

    GroupExports(NodeId self, GroupServer.Wiring wiring) {
        this.self = self;
        this.wiring = wiring;
        families = GroupTable.families(wiring.group());
    }

    /** A state that is kept. */
    private static final class Kept {
        final Id128 id;
        final RowExport rows;
        long untilNanos;

        Kept(Id128 id, RowExport rows) {
            this.id = id;
            this.rows = rows;
        }
    }

    /**
     * The next piece.
     *
     * @throws StoreException UNAVAILABLE where the state is kept no more, or was at no time: it
     *     must be asked for from the beginning, under another id
     */
    MetadataResponse next(MetadataRequest.Export request, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        RowExport rows;
        if (request.cursor().isEmpty()) {
            ReadResult ready = wiring.log().readIndex(deadlineNanos).await(deadlineNanos);
            if (ready instanceof ReadResult.Unavailable unavailable) {
                return new MetadataResponse.Failed(ErrorCode.UNAVAILABLE, unavailable.reason());
            }
            rows = wiring.calls().submit(wiring.table()::export).await(deadlineNanos);
            keep(new Kept(request.id(), rows));
        } else {
            rows = known(request.id());
        }
        try {
            return wiring.calls()
                    .submit(() -> rows.read(view -> piece(view, rows.position(), request.cursor())))
                    .await(deadlineNanos);
        } catch (IllegalStateException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the state is kept no more: " + e.getMessage(), e);
        }
    }

    private void keep(Kept next) {
        Kept before;
        synchronized (this) {
            before = kept;
            kept = next;
            next.untilNanos = wiring.tasks().clock().nanos() + IDLE_NANOS;
        }
        if (before != null) {
            before.rows.close();
        }
        var _ = wiring.tasks().fork("export/" + wiring.group(), () -> letGo(next));
    }

    /** Ends with the state that it watches. */
    private void letGo(Kept watched) {
        try {
            while (true) {
                long left;
                synchronized (this) {
                    left = watched.untilNanos - wiring.tasks().clock().nanos();
                    if (kept != watched) {
                        return;
                    }
                    if (left <= 0) {
                        kept = null;
                    }
                }
                if (left <= 0) {
                    watched.rows.close();
                    return;
                }
                wiring.tasks().sleep(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized RowExport known(Id128 id) {
        Kept now = kept;
        if (now == null || !now.id.equals(id)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "this node keeps no such state of " + wiring.group() + "; begin again");
        }
        now.untilNanos = wiring.tasks().clock().nanos() + IDLE_NANOS;
        return now.rows;
    }

    private MetadataResponse piece(Rows rows, Position at, Bytes cursor) {
        Decoder in = new Decoder(cursor);
        boolean begins = cursor.isEmpty();
        int part = begins ? KEYS : in.u8();
        int place = begins ? 0 : in.u8();
        Bytes after = begins ? Bytes.EMPTY : Bytes.wrap(in.raw(in.remaining()));
        if (place >= families.size()) {
            throw new CorruptEncoding("a cursor names family " + place);
        }
        return part == KEYS && !wiring.group().isDirectory()
                ? keys(rows, at, after)
                : rows(rows, at, place, after);
    }

    private MetadataResponse keys(Rows rows, Position at, Bytes after) {
        ShardId last = after.isEmpty() ? null : new ShardId(Id128.decode(new Decoder(after)));
        ShardKeys keys = PartitionState.shardKeys(rows, last, PIECE_KEYS);
        if (keys.lacking()) {
            return new MetadataResponse.Failed(
                    ErrorCode.UNAVAILABLE,
                    "a shard of " + wiring.group() + " was destroyed meanwhile; begin again");
        }
        Encoder next = new Encoder(32);
        ShardId on = keys.next();
        if (on == null) {
            next.u8(ROWS).u8(0);
        } else {
            on.id().encode(next.u8(KEYS).u8(0));
        }
        return new Exported(
                self,
                at.index(),
                at.term(),
                Piece.KEYS,
                keys.grants().size(),
                Bytes.wrap(KeyExport.encode(keys.grants())),
                next.toBytes());
    }

    private MetadataResponse rows(Rows rows, Position at, int place, Bytes after) {
        Family family = families.get(place);
        Encoder out = new Encoder(PIECE_BYTES / 4).string(family.name());
        List<Bytes> last = new ArrayList<>(1);
        int[] count = new int[1];
        boolean[] more = new boolean[1];
        // The next key in order is the last one and a zero.
        Bytes from = after.isEmpty() ? after : after.plus(Bytes.wrap(new byte[1]));
        rows.scan(
                family,
                from,
                Bytes.EMPTY,
                (key, value) -> {
                    if (out.length() >= PIECE_BYTES) {
                        more[0] = true;
                        return Step.STOP;
                    }
                    out.bytes(key).bytes(value);
                    count[0]++;
                    last.clear();
                    last.add(key);
                    return Step.NEXT;
                });
        Encoder next = new Encoder(64);
        if (more[0]) {
            next.u8(ROWS).u8(place).raw(last.getFirst());
        } else if (place + 1 < families.size()) {
            next.u8(ROWS).u8(place + 1);
        }
        return new Exported(
                self, at.index(), at.term(), Piece.ROWS, count[0], out.toBytes(), next.toBytes());
    }
}
