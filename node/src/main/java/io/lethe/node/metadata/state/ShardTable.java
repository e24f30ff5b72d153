package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#SHARDS}. The shard keys themselves are in the key file. Static and
 * pure.
 *
 * <pre>
 * 1 ‖ shard id                                    {@link Shard}
 * 2 ‖ tenant id ‖ ~opened millis i64 ‖ shard id   open shards of a tenant, newest first (no value)
 * 3 ‖ shard id ‖ version key or upload's place    holders of data keys it wraps         (no value)
 * 4 ‖ shard id                                    closed or past its fill               (no value)
 * 5 ‖ shard id ‖ as in 3                          moved out of it, not confirmed: format u8 = 1 ‖
 *                                                 the data key as it was wrapped under it
 * 6 ‖ shard id ‖ partition i32                    another partition that has its key since a split:
 *                                                 format u8 = 1 ‖ whether both have holders, flag
 * </pre>
 *
 * A shard's states: OPEN → CLOSED (by command, or with its last place taken) → DESTROYED, which
 * stays for good, so that a late copy of the command that opened it can't bring its key back.
 */
final class ShardTable {
    /**
     * Versions wrapped under a shard until gateways are told to ask for a fresh one: few enough
     * that a purge re-wraps its siblings in one entry, many enough that the key file stays small
     * (architecture, keys).
     */
    static final int FILL = 256;

    /** Versions at which it closes by itself: commits prepared before the fill was seen fit in. */
    static final int MOST = 512;

    /** Open shards of a tenant that are looked at for one below its fill. */
    private static final int MOST_LOOKED_AT = 16;

    private static final int SHARD = 1;
    private static final int OPEN = 2;
    private static final int HOLDER = 3;
    private static final int WORK = 4;
    private static final int MOVED = 5;
    private static final int LINEAGE = 6;

    private ShardTable() {}

    enum State {
        OPEN,
        CLOSED,
        DESTROYED
    }

    /**
     * A shard: format u8 = 1 ‖ state u8 ‖ tenant id ‖ tenant key version i32 ‖ opened varint ‖
     * wrapped i32 ‖ live i32.
     *
     * @param wrapped versions ever wrapped under it
     * @param live versions still wrapped under it: as many as rows of kind 3
     */
    record Shard(
            State state,
            TenantId tenant,
            int tenantKeyVersion,
            long openedMillis,
            int wrapped,
            int live) {
        Shard with(State next) {
            return new Shard(next, tenant, tenantKeyVersion, openedMillis, wrapped, live);
        }

        Shard with(int nowWrapped, int nowLive) {
            return new Shard(state, tenant, tenantKeyVersion, openedMillis, nowWrapped, nowLive);
        }

        boolean open() {
            return state == State.OPEN;
        }

        /** Whether versions may be wrapped under it: of one that another has too, none. */
        boolean takes(PartitionHead head) {
            return open() && openedMillis >= head.shardsFromMillis;
        }

        static Shard decode(Bytes value) {
            return RowValues.read(
                    value,
                    in ->
                            new Shard(
                                    in.choice(State.values()),
                                    in.tenant(),
                                    in.int32(),
                                    in.number(),
                                    in.int32(),
                                    in.int32()));
        }

        Bytes encode() {
            return RowValues.begin()
                    .choice(state)
                    .id(tenant.id())
                    .int32(tenantKeyVersion)
                    .number(openedMillis)
                    .int32(wrapped)
                    .int32(live)
                    .toBytes();
        }
    }

    private static Bytes key(int kind, ShardId shard) {
        Encoder out = new Encoder(32).u8(kind);
        shard.id().encode(out);
        return out.toBytes();
    }

    private static Bytes openPrefix(TenantId tenant) {
        Encoder out = new Encoder(64).u8(OPEN);
        tenant.id().encode(out);
        return out.toBytes();
    }

    private static Bytes openKey(ShardId id, Shard shard) {
        Encoder out = new Encoder(64).raw(openPrefix(shard.tenant())).i64(~shard.openedMillis());
        id.id().encode(out);
        return out.toBytes();
    }

    static @Nullable Shard get(Draft draft, ShardId id) {
        Bytes value = draft.get(Family.SHARDS, key(SHARD, id));
        return value == null ? null : Shard.decode(value);
    }

    static @Nullable Shard get(Rows rows, ShardId id) {
        Bytes value = rows.get(Family.SHARDS, key(SHARD, id));
        return value == null ? null : Shard.decode(value);
    }

    /** Writes a shard's row, and its places in the indexes of open ones and of work. */
    static void put(Draft draft, ShardId id, Shard shard) {
        draft.put(Family.SHARDS, key(SHARD, id), shard.encode());
        if (shard.open()) {
            draft.put(Family.SHARDS, openKey(id, shard), Bytes.EMPTY);
        } else {
            draft.delete(Family.SHARDS, openKey(id, shard));
        }
        if (shard.state() == State.CLOSED || (shard.open() && shard.wrapped() >= FILL)) {
            draft.put(Family.SHARDS, key(WORK, id), Bytes.EMPTY);
        } else if (shard.state() == State.DESTROYED) {
            draft.delete(Family.SHARDS, key(WORK, id));
        }
    }

    /**
     * Adds a holder; the shard closes with its last place.
     *
     * @return whether the shard has its fill
     */
    static boolean hold(Draft draft, ShardId id, Bytes versionKey) {
        Shard shard = known(draft, id);
        Check.that(shard.open(), "shard " + id + " takes a holder and is not open");
        Shard next = shard.with(shard.wrapped() + 1, shard.live() + 1);
        put(draft, id, next.wrapped() < MOST ? next : next.with(State.CLOSED));
        draft.put(Family.SHARDS, key(HOLDER, id).plus(versionKey), Bytes.EMPTY);
        return next.wrapped() >= FILL;
    }

    static void release(Draft draft, ShardId id, Bytes versionKey) {
        Shard shard = known(draft, id);
        Check.that(shard.live() > 0, "shard " + id + " loses a holder and has none");
        Bytes holder = key(HOLDER, id).plus(versionKey);
        Check.that(draft.has(Family.SHARDS, holder), "shard " + id + " loses an unknown holder");
        put(draft, id, shard.with(shard.wrapped(), shard.live() - 1));
        draft.delete(Family.SHARDS, holder);
    }

    private static Shard known(Draft draft, ShardId id) {
        Shard shard = get(draft, id);
        if (shard == null) {
            Check.that(false, "shard " + id + " wraps a version and has no row");
            throw new AssertionError();
        }
        return shard;
    }

    /** The tenant's newest open shard below its fill; null when one must be opened first. */
    static @Nullable ShardId offered(Rows rows, PartitionHead head, TenantId tenant) {
        Bytes from = openPrefix(tenant);
        ShardId[] found = new ShardId[1];
        int[] seen = new int[1];
        rows.scan(
                Family.SHARDS,
                from,
                from.prefixEnd(),
                (key, _) -> {
                    ShardId id = idAt(key, key.length() - 16);
                    Shard shard = get(rows, id);
                    if (shard != null && !shard.takes(head)) {
                        return Step.STOP;
                    }
                    if (shard != null && shard.wrapped() < FILL) {
                        found[0] = id;
                        return Step.STOP;
                    }
                    return ++seen[0] < MOST_LOOKED_AT ? Step.NEXT : Step.STOP;
                });
        return found[0];
    }

    /** Version keys of all holders, in order: at most {@link #MOST}. */
    static List<Bytes> holders(Rows rows, ShardId id) {
        List<Bytes> holders = new ArrayList<>();
        Bytes from = key(HOLDER, id);
        rows.scan(
                Family.SHARDS,
                from,
                from.prefixEnd(),
                (key, _) -> {
                    holders.add(key.slice(from.length(), key.length()));
                    return Step.NEXT;
                });
        Check.that(holders.size() <= MOST, "shard " + id + " has " + holders.size() + " holders");
        return holders;
    }

    /** Keeps how a data key was wrapped until another replica has compared it. */
    static void moved(Draft draft, ShardId from, Bytes versionKey, Bytes wrappedKey) {
        draft.put(
                Family.SHARDS,
                key(MOVED, from).plus(versionKey),
                RowValues.begin().wrapped(wrappedKey).toBytes());
    }

    /** What was moved out of a shard and is not confirmed. */
    record Moved(Bytes versionKey, Bytes wrappedKey) {}

    static List<Moved> moved(Rows rows, ShardId from) {
        Bytes prefix = key(MOVED, from);
        return Scans.page(
                        rows,
                        Family.SHARDS,
                        prefix,
                        prefix.prefixEnd(),
                        MOST,
                        (key, value) ->
                                new Moved(
                                        key.slice(prefix.length(), key.length()),
                                        RowValues.read(value, FieldReader::wrapped)))
                .items();
    }

    static boolean anyMoved(Rows rows, ShardId from) {
        return Scans.any(rows, Family.SHARDS, key(MOVED, from));
    }

    /** Whether any shard wraps a key, or wrapped one that is not confirmed elsewhere. */
    static boolean anyHeld(Rows rows) {
        return Scans.any(rows, Family.SHARDS, Bytes.wrap(new byte[] {HOLDER}))
                || Scans.any(rows, Family.SHARDS, Bytes.wrap(new byte[] {MOVED}));
    }

    static void forgetMoved(Draft draft, ShardId from) {
        for (Moved one : moved(draft.rows(), from)) {
            draft.delete(Family.SHARDS, key(MOVED, from).plus(one.versionKey()));
        }
    }

    /** Shards that are closed or past their fill, by id. */
    static List<ShardId> work(Rows rows, @Nullable ShardId after, int limit) {
        Bytes start = Bytes.wrap(new byte[] {WORK});
        Bytes from = after == null ? start : RowKeys.after(key(WORK, after));
        return Scans.page(
                        rows,
                        Family.SHARDS,
                        from,
                        start.prefixEnd(),
                        limit,
                        (key, _) -> idAt(key, 1))
                .items();
    }

    /** Whether a range of row keys has a holder, or a key that was moved and is not confirmed. */
    private static boolean anyHolder(Rows rows, ShardId id, Bytes from, Bytes to) {
        for (int kind : List.of(HOLDER, MOVED)) {
            Bytes all = key(kind, id);
            Bytes end = to.isEmpty() ? all.prefixEnd() : all.plus(to);
            if (!Scans.page(rows, Family.SHARDS, all.plus(from), end, 1, (key, _) -> key)
                    .items()
                    .isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Ids of shards, in order. */
    static List<ShardId> ids(Rows rows, @Nullable Bytes after, int limit) {
        Bytes start = Bytes.wrap(new byte[] {SHARD});
        return Scans.page(
                        rows,
                        Family.SHARDS,
                        after == null ? start : RowKeys.after(start.plus(after)),
                        start.prefixEnd(),
                        limit,
                        (key, _) -> idAt(key, 1))
                .items();
    }

    /** As {@link PartitionState#shardKeys}. */
    static PartitionState.ShardKeys keys(Rows rows, @Nullable ShardId after, int limit) {
        Encoder last = new Encoder(Id128.BYTES);
        if (after != null) {
            after.id().encode(last);
        }
        List<ShardId> ids = ids(rows, after == null ? null : last.toBytes(), limit);
        List<ShardGrant> grants = new ArrayList<>();
        boolean lacking = false;
        for (ShardId id : ids) {
            Shard shard = get(rows, id);
            ShardGrant grant = rows.slot(id);
            if (grant != null) {
                grants.add(grant);
            } else if (shard != null && shard.state() != State.DESTROYED) {
                lacking |= shard.live() > 0 || anyMoved(rows, id);
            }
        }
        return new PartitionState.ShardKeys(
                grants, ids.size() < limit ? null : ids.getLast(), lacking);
    }

    /** Slots of the shards that a range's holders need. */
    static List<ShardGrant> needed(Rows rows, Bytes from, Bytes to) {
        List<ShardGrant> grants = new ArrayList<>();
        for (ShardId id : ids(rows, null, Integer.MAX_VALUE)) {
            Shard shard = get(rows, id);
            ShardGrant slot =
                    shard == null || shard.state() == State.DESTROYED ? null : rows.slot(id);
            if (slot != null && anyHolder(rows, id, from, to)) {
                grants.add(slot);
            }
        }
        return grants;
    }

    /** Whether another partition has holders of this shard too, since a split. */
    static boolean straddles(Rows rows, ShardId id) {
        Bytes all = key(LINEAGE, id);
        return Scans.page(
                        rows,
                        Family.SHARDS,
                        all,
                        all.prefixEnd(),
                        MOST_LOOKED_AT,
                        (_, value) -> RowValues.read(value, FieldReader::flag))
                .items()
                .contains(true);
    }

    /**
     * Takes the other half's holders off a shard that was there before a split, closes it, and
     * destroys it where none is left.
     *
     * @return rows that were looked at
     */
    static int sweep(Draft draft, ShardId id) {
        Shard shard = get(draft, id);
        PartitionHead head = draft.head;
        if (shard == null
                || shard.state() == State.DESTROYED
                || shard.openedMillis() >= head.shardsFromMillis) {
            return 1;
        }
        List<Bytes> places = holders(draft.rows(), id);
        List<Bytes> own = places.stream().filter(head::covers).toList();
        List<Moved> moved = moved(draft.rows(), id);
        boolean needed = !own.isEmpty();
        Bytes lineage = key(LINEAGE, id).plus(new Encoder(8).i32((int) head.sibling).toBytes());
        Bytes known = draft.get(Family.SHARDS, lineage);
        // A sweep may begin anew, with another leader, and finds its own holders only.
        boolean both =
                own.size() < places.size()
                        || (known != null && RowValues.read(known, FieldReader::flag));
        for (Bytes place : places) {
            if (!head.covers(place)) {
                draft.delete(Family.SHARDS, key(HOLDER, id).plus(place));
            }
        }
        for (Moved one : moved) {
            boolean ours = head.covers(one.versionKey());
            needed |= ours;
            both |= !ours;
            if (!ours) {
                draft.delete(Family.SHARDS, key(MOVED, id).plus(one.versionKey()));
            }
        }
        if (needed) {
            Shard left = shard.with(State.CLOSED).with(shard.wrapped(), own.size());
            put(draft, id, left);
            draft.put(Family.SHARDS, lineage, RowValues.begin().flag(both).toBytes());
        } else {
            put(draft, id, shard.with(State.DESTROYED).with(shard.wrapped(), 0));
            draft.destroySlot(id);
        }
        return 1 + places.size() + moved.size();
    }

    private static ShardId idAt(Bytes key, int at) {
        return FieldReader.whole(key.slice(at, at + 16), FieldReader::shard);
    }
}
