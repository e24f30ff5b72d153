package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Recounts everything that a partition's rows say more than once, from the rows alone: to be called
 * between commands by tests and simulations. The keys of WRITES and SHARDS are read by their
 * documented layout.
 */
public final class PartitionInvariants {
    private final MapRows rows;
    private final List<VersionRow> versions = new ArrayList<>();
    private final Map<SegmentId, SegmentRef> live = new HashMap<>();
    private final UploadInvariants uploads;

    private PartitionInvariants(MapRows rows) {
        this.rows = rows;
        uploads = new UploadInvariants(rows);
    }

    /** Fails when any invariant is broken. Rows without a head are those of a new partition. */
    public static void check(MapRows rows) {
        PartitionHead head = PartitionHead.read(rows);
        // What a split left is counted until it is swept.
        if (head != null && head.sweepPhase == 0) {
            new PartitionInvariants(rows).check();
        }
    }

    /** All segments that live versions and parts name. */
    public static Set<SegmentId> liveSegments(MapRows rows) {
        PartitionInvariants invariants = new PartitionInvariants(rows);
        invariants.keys();
        return invariants.live.keySet();
    }

    private void check() {
        keys();
        usage();
        digestsAndInline();
        shards();
        segments();
        writes();
        changes();
        outbox();
        uploads.check(versions);
    }

    /** Every version in exactly one of CURRENT and VERSIONS, and the pointers. */
    private void keys() {
        Map<Bytes, VersionRow> current = new TreeMap<>();
        rows.family(Family.CURRENT)
                .forEach((key, value) -> current.put(key, RowValues.version(key, value)));
        Map<Bytes, List<VersionRow>> older = new TreeMap<>();
        Map<Bytes, Long> pointers = new TreeMap<>();
        rows.family(Family.VERSIONS)
                .forEach(
                        (key, value) -> {
                            RowKeys.Parsed at = RowKeys.parse(key, 0);
                            Bytes objectKey = RowKeys.objectKey(at.bucket(), at.key());
                            if (at.order() == RowKeys.Parsed.NONE) {
                                pointers.put(objectKey, RowValues.int64(value));
                            } else {
                                older.computeIfAbsent(objectKey, _ -> new ArrayList<>())
                                        .add(RowValues.version(key, value));
                            }
                        });
        for (VersionRow row : current.values()) {
            assertThat(row.isDeleteMarker()).as("a current marker: %s", row).isFalse();
        }
        Map<Bytes, Long> nullsInOlder = new TreeMap<>();
        older.forEach(
                (key, list) -> {
                    VersionRow newest = current.get(key);
                    assertThat(newest != null || list.getFirst().isDeleteMarker())
                            .as("an object is newest and not current: %s", list.getFirst())
                            .isTrue();
                    long above = newest == null ? Long.MAX_VALUE : newest.order();
                    for (VersionRow row : list) {
                        assertThat(row.order()).as("order in %s", key).isLessThan(above);
                        above = row.order();
                        if (row.nullVersion()) {
                            assertThat(nullsInOlder.put(key, row.order())).isNull();
                        }
                    }
                    assertThat(
                                    newest != null
                                            && newest.nullVersion()
                                            && nullsInOlder.containsKey(key))
                            .as("two null versions of %s", key)
                            .isFalse();
                });
        assertThat(pointers).isEqualTo(nullsInOlder);
        versions.addAll(current.values());
        older.values().forEach(versions::addAll);
        for (VersionRow row : versions) {
            for (SegmentRef one : segmentsOf(row)) {
                assertThat(live.put(one.segment(), one)).as("a segment in two versions").isNull();
            }
        }
        for (SegmentRef one : uploads.segments()) {
            assertThat(live.put(one.segment(), one)).as("a segment in two parts").isNull();
        }
    }

    private static List<SegmentRef> segmentsOf(VersionRow row) {
        VersionBody body = row.body();
        return body == null ? List.of() : Commits.segments(body);
    }

    private static long bytesOf(VersionRow row) {
        VersionBody body = row.body();
        return body == null ? 0 : body.sizeBytes();
    }

    private PartitionHead head() {
        return Objects.requireNonNull(PartitionHead.read(rows));
    }

    private void usage() {
        Map<Bytes, Ledger.Usage> counted = new TreeMap<>();
        for (VersionRow row : versions) {
            counted.merge(
                    Ledger.usageKey(row.tenant(), row.bucket()),
                    new Ledger.Usage(1, bytesOf(row)),
                    (a, b) -> new Ledger.Usage(a.versions() + b.versions(), a.bytes() + b.bytes()));
        }
        Map<Bytes, Ledger.Usage> kept = new TreeMap<>();
        rows.family(Family.USAGE)
                .forEach((key, value) -> kept.put(key, Ledger.Usage.decode(value)));
        assertThat(kept).isEqualTo(counted);
        assertThat(head().versions).as("versions").isEqualTo(versions.size());
        assertThat(head().bytes)
                .as("bytes")
                .isEqualTo(versions.stream().mapToLong(PartitionInvariants::bytesOf).sum());
    }

    private static Bytes versionKey(VersionRow row) {
        return RowKeys.versionKey(row.bucket(), row.key(), row.order());
    }

    /** A row for each version and each upload, and no other. */
    private void changes() {
        Map<Bytes, ChangeTable.Made> expected = new TreeMap<>();
        for (VersionRow row : versions) {
            expected.put(
                    ChangeTable.key(row.bucket(), row.order()),
                    new ChangeTable.Made(row.key(), null));
        }
        uploads.open()
                .forEach(
                        row ->
                                expected.put(
                                        ChangeTable.key(row.bucket(), row.order()),
                                        new ChangeTable.Made(row.key(), row.write())));
        Map<Bytes, ChangeTable.Made> kept = new TreeMap<>();
        rows.family(Family.CHANGES)
                .forEach(
                        (key, value) -> {
                            if (key.at(0) == 1) {
                                kept.put(key, ChangeTable.Made.decode(value));
                            } else {
                                assertThat(key.at(0)).as("a key of CHANGES").isEqualTo((byte) 2);
                            }
                        });
        assertThat(kept).as("the index of changes").isEqualTo(expected);
    }

    /** As many events of each sink as are counted. */
    private void outbox() {
        Map<Bytes, Long> waiting = new TreeMap<>();
        Map<Bytes, Long> counted = new TreeMap<>();
        rows.family(Family.OUTBOX)
                .forEach(
                        (key, value) -> {
                            if (key.at(0) == 1) {
                                waiting.merge(key.slice(1, key.length() - 8), 1L, Long::sum);
                            } else {
                                Outbox.Counts counts = Outbox.Counts.decode(value);
                                long count = counts.waiting();
                                assertThat(count + counts.dropped()).as("counts").isPositive();
                                if (count > 0) {
                                    counted.put(key.slice(1, key.length()), count);
                                }
                            }
                        });
        assertThat(counted).as("events that wait").isEqualTo(waiting);
    }

    private void digestsAndInline() {
        Set<Bytes> digests = new HashSet<>();
        Set<Bytes> inline = new HashSet<>();
        for (VersionRow row : versions) {
            VersionBody body = row.body();
            if (body != null) {
                Bytes sha256 = new Encoder().u8(1).raw(body.sha256()).toBytes();
                Bytes md5 = new Encoder().u8(2).raw(body.md5()).toBytes();
                digests.add(sha256.plus(versionKey(row)));
                digests.add(md5.plus(versionKey(row)));
                if (body.placement() instanceof Placement.Inline(Bytes ciphertext)) {
                    inline.add(versionKey(row));
                    assertThat(ciphertext).as("inline bytes outside INLINE").isEqualTo(Bytes.EMPTY);
                }
            }
        }
        assertThat(rows.family(Family.DIGESTS).keySet()).isEqualTo(digests);
        assertThat(rows.family(Family.INLINE).keySet()).isEqualTo(inline);
    }

    private static Id128 id(Bytes key, int at) {
        return FieldReader.whole(key.slice(at, at + 16), FieldReader::id);
    }

    private void shards() {
        Map<ShardId, Set<Bytes>> expected = new HashMap<>();
        for (VersionRow row : versions) {
            VersionBody body = row.body();
            if (body != null) {
                expected.computeIfAbsent(body.shard(), _ -> new HashSet<>())
                        .add(UploadInvariants.holder(row));
            }
        }
        uploads.open()
                .forEach(
                        one ->
                                expected.computeIfAbsent(one.shard(), _ -> new HashSet<>())
                                        .add(Uploads.place(one.ref())));
        Map<ShardId, Set<Bytes>> holders = new HashMap<>();
        Map<ShardId, ShardTable.Shard> shards = new HashMap<>();
        Set<ShardId> open = new HashSet<>();
        Set<ShardId> work = new HashSet<>();
        Set<ShardId> moved = new HashSet<>();
        rows.family(Family.SHARDS)
                .forEach(
                        (key, value) -> {
                            switch (key.at(0)) {
                                case 1 ->
                                        shards.put(
                                                new ShardId(id(key, 1)),
                                                ShardTable.Shard.decode(value));
                                case 2 -> open.add(new ShardId(id(key, key.length() - 16)));
                                case 3 ->
                                        holders.computeIfAbsent(
                                                        new ShardId(id(key, 1)),
                                                        _ -> new HashSet<>())
                                                .add(key.slice(17, key.length()));
                                case 4 -> work.add(new ShardId(id(key, 1)));
                                case 5 -> moved.add(new ShardId(id(key, 1)));
                                case 6 -> assertThat(key.length()).isEqualTo(21);
                                default -> throw new AssertionError("a key of SHARDS: " + key);
                            }
                        });
        assertThat(holders).as("holders").isEqualTo(expected);
        shards.forEach(
                (id, shard) -> {
                    int live = holders.getOrDefault(id, Set.of()).size();
                    assertThat(shard.live()).as("live versions of %s", id).isEqualTo(live);
                    assertThat(shard.wrapped()).isBetween(live, ShardTable.MOST);
                    assertThat(open.contains(id)).isEqualTo(shard.open());
                    boolean wanted =
                            shard.state() == ShardTable.State.CLOSED
                                    || (shard.open() && shard.wrapped() >= ShardTable.FILL);
                    assertThat(work.contains(id)).as("work on %s", shard).isEqualTo(wanted);
                    assertThat(rows.slot(id) != null)
                            .as("slot of %s", shard)
                            .isEqualTo(shard.state() != ShardTable.State.DESTROYED);
                });
        for (ShardId from : moved) {
            ShardTable.Shard shard = Objects.requireNonNull(shards.get(from));
            assertThat(shard.state()).as("%s", from).isEqualTo(ShardTable.State.CLOSED);
        }
        assertThat(shards.keySet().containsAll(holders.keySet())).as("holders' rows").isTrue();
        assertThat(shards.keySet().containsAll(open)).as("open shards' rows").isTrue();
    }

    private void segments() {
        long garbageBytes = 0;
        for (Map.Entry<Bytes, Bytes> row : rows.family(Family.GARBAGE).entrySet()) {
            SegmentRef segment = RowValues.segment(row.getValue());
            garbageBytes += segment.lengthBytes();
            assertThat(live).as("live garbage").doesNotContainKey(segment.segment());
            assertThat(row.getKey().slice(8, 24)).isEqualTo(Table.of(segment.segment().id()));
        }
        assertThat(head().garbageSegments).isEqualTo(rows.family(Family.GARBAGE).size());
        assertThat(head().garbageBytes).isEqualTo(garbageBytes);
        Map<SegmentId, SegmentRef> thin = new HashMap<>();
        rows.family(Family.UNDERPROTECTED)
                .forEach(
                        (_, value) -> {
                            SegmentRef segment = RowValues.Thin.decode(value).segment();
                            thin.put(segment.segment(), segment);
                        });
        Map<SegmentId, SegmentRef> expected = new HashMap<>();
        live.forEach(
                (id, segment) -> {
                    if (segment.missing() != 0) {
                        expected.put(id, segment);
                    }
                });
        assertThat(thin).as("under-protected").isEqualTo(expected);
        assertThat(head().underprotected).isEqualTo(rows.family(Family.UNDERPROTECTED).size());
    }

    private void writes() {
        Map<WriteId, WriteRow> writes = new HashMap<>();
        Set<WriteId> byExpiry = new HashSet<>();
        Set<WriteId> byEnd = new HashSet<>();
        Set<WriteId> byBucket = new HashSet<>();
        Map<WriteId, Bytes> byVersion = new HashMap<>();
        rows.family(Family.WRITES)
                .forEach(
                        (key, value) -> {
                            WriteId id = new WriteId(id(key, key.length() - 16));
                            switch (key.at(0)) {
                                case 1 -> writes.put(id, WriteRow.decode(value));
                                case 2 -> assertThat(byExpiry.add(id)).as("twice").isTrue();
                                case 3 -> assertThat(byEnd.add(id)).as("twice").isTrue();
                                case 4 -> assertThat(byBucket.add(id)).as("twice").isTrue();
                                case 5 -> byVersion.put(id, key.slice(1, key.length() - 16));
                                default -> throw new AssertionError("a key of WRITES: " + key);
                            }
                        });
        Set<WriteId> open = new HashSet<>();
        Set<WriteId> forGood = new HashSet<>();
        for (VersionRow row : versions) {
            if (!segmentsOf(row).isEmpty() || UploadInvariants.isOfParts(row)) {
                forGood.add(row.write());
                assertThat(writes.get(row.write())).isInstanceOf(WriteRow.Done.class);
            }
        }
        Set<WriteId> running = uploads.running(writes);
        forGood.addAll(uploads.writes());
        byVersion.forEach(
                (id, key) -> {
                    assertThat(
                                    uploads.hasPart(key)
                                            || versions.stream()
                                                    .anyMatch(row -> versionKey(row).equals(key)))
                            .isTrue();
                    assertThat(writes.get(id)).isInstanceOf(WriteRow.Replaced.class);
                    forGood.add(id);
                });
        writes.forEach(
                (id, row) -> {
                    if (row instanceof WriteRow.Open) {
                        open.add(id);
                    } else if (row instanceof WriteRow.Upload) {
                        assertThat(running).as("an upload without a row").contains(id);
                    } else {
                        assertThat(byEnd.contains(id) || forGood.contains(id))
                                .as("%s stays for ever: %s", id, row)
                                .isTrue();
                    }
                });
        assertThat(byExpiry).isEqualTo(open);
        assertThat(byBucket).isEqualTo(open);
        assertThat(Collections.disjoint(byEnd, forGood)).as("kept and forgotten").isTrue();
        assertThat(Collections.disjoint(byEnd, open)).as("open and forgotten").isTrue();
        assertThat(writes.keySet().containsAll(byEnd)).as("ends without rows").isTrue();
        assertThat(Collections.disjoint(byEnd, running)).as("running and forgotten").isTrue();
        assertThat(head().openWrites).isEqualTo(open.size() + running.size());
    }

    /** Usage as the rows say, for tests. */
    static Ledger.Usage usageOf(MapRows rows, TenantId tenant, BucketId bucket) {
        Bytes value = rows.get(Family.USAGE, Ledger.usageKey(tenant, bucket));
        return value == null ? new Ledger.Usage(0, 0) : Ledger.Usage.decode(value);
    }
}
