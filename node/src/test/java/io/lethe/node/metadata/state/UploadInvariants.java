package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.SegmentRef;
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
 * The part of {@link PartitionInvariants} that is about multipart uploads. The keys of PARTS are
 * read by their documented layout.
 */
final class UploadInvariants {
    private final MapRows rows;
    private final Map<Bytes, UploadRow> open = new TreeMap<>();
    private final Map<Bytes, Map<Integer, PartRow>> parts = new TreeMap<>();
    private final Map<Bytes, PartRow> byOrder = new TreeMap<>();
    private final Map<Bytes, Long> became = new TreeMap<>();
    private final Map<Bytes, Long> orders = new TreeMap<>();
    private final Map<Bytes, Integer> hashed = new HashMap<>();
    private final Set<Bytes> midstates = new HashSet<>();
    private final Set<Bytes> swept = new HashSet<>();
    private final Set<Bytes> work = new HashSet<>();
    private final Set<Bytes> layouts = new HashSet<>();

    UploadInvariants(MapRows rows) {
        this.rows = rows;
        rows.family(Family.UPLOADS)
                .forEach(
                        (key, value) -> {
                            UploadRow row = UploadTable.read(key, value);
                            open.put(Uploads.place(row.ref()), row);
                        });
        rows.family(Family.PARTS).forEach(this::read);
    }

    private void read(Bytes key, Bytes value) {
        int end = key.length();
        switch (key.at(0)) {
            case 1 -> {
                PartRow part = RowValues.read(value, FieldReader::part);
                parts.computeIfAbsent(key.slice(1, end - 4), _ -> new TreeMap<>())
                        .put(part.number(), part);
                Bytes objectKey = key.slice(1, end - 12);
                byOrder.put(RowKeys.versionKey(objectKey, part.order()), part);
            }
            case 2 -> orders.put(key.slice(1, end), RowValues.read(value, this::numbered));
            case 3 -> became.put(key.slice(1, end), RowValues.int64(value));
            case 4 -> layouts.add(key.slice(1, end - 8));
            case 5 -> assertThat(swept.add(key.slice(9, end))).as("swept twice").isTrue();
            case 6 -> hashed.put(key.slice(1, end), RowValues.read(value, FieldReader::int32));
            case 7 -> midstates.add(key.slice(1, end));
            case 8 -> work.add(key.slice(1, end));
            default -> throw new AssertionError("a key of PARTS: " + key);
        }
    }

    private long numbered(FieldReader in) {
        return (in.int64() << 16) | in.int32();
    }

    Iterable<UploadRow> open() {
        return open.values();
    }

    /** The writes of uploads under way, each with its row. */
    Set<WriteId> running(Map<WriteId, WriteRow> writes) {
        Set<WriteId> running = new HashSet<>();
        for (UploadRow one : open.values()) {
            running.add(one.write());
            assertThat(writes.get(one.write()))
                    .isEqualTo(
                            new WriteRow.Upload(
                                    one.bucket(), one.key(), one.tenant(), one.order()));
        }
        return running;
    }

    List<SegmentRef> segments() {
        List<SegmentRef> segments = new ArrayList<>();
        byOrder.values().forEach(part -> segments.addAll(part.body().segments()));
        return segments;
    }

    /** Writes whose rows stay as long as their parts. */
    Set<WriteId> writes() {
        Set<WriteId> writes = new HashSet<>();
        for (PartRow part : byOrder.values()) {
            if (!part.body().segments().isEmpty()) {
                writes.add(part.write());
            }
        }
        return writes;
    }

    boolean hasPart(Bytes partPlace) {
        return byOrder.containsKey(partPlace);
    }

    static boolean isOfParts(VersionRow row) {
        VersionBody body = row.body();
        return body != null && body.placement() instanceof Placement.Parts;
    }

    /** Where a version's shard keeps it. */
    static Bytes holder(VersionRow row) {
        VersionBody body = Objects.requireNonNull(row.body());
        return body.placement() instanceof Placement.Parts(long upload, int _)
                ? RowKeys.versionKey(row.bucket(), row.key(), upload)
                : RowKeys.versionKey(row.bucket(), row.key(), row.order());
    }

    void check(List<VersionRow> versions) {
        Map<Bytes, Long> expected = new TreeMap<>();
        parts.forEach(
                (place, list) -> {
                    long upload = RowKeys.parse(place, 0).order();
                    Bytes objectKey = place.slice(0, place.length() - 8);
                    list.values()
                            .forEach(
                                    part ->
                                            expected.put(
                                                    RowKeys.versionKey(objectKey, part.order()),
                                                    (upload << 16) | part.number()));
                });
        assertThat(orders).as("parts by order").isEqualTo(expected);
        Map<Bytes, Long> completed = new TreeMap<>();
        for (VersionRow row : versions) {
            if (isOfParts(row)) {
                completed.put(holder(row), row.order());
                layout(row);
            }
        }
        assertThat(became).as("versions of uploads").isEqualTo(completed);
        Set<Bytes> places = new HashSet<>(parts.keySet());
        places.addAll(layouts);
        places.addAll(hashed.keySet());
        for (Bytes place : places) {
            assertThat(
                            open.containsKey(place)
                                    || became.containsKey(place)
                                    || swept.contains(place))
                    .as("rows of nothing: %s", place)
                    .isTrue();
        }
        open.keySet().forEach(this::hashes);
        assertThat(open.keySet()).as("work on what is not there").containsAll(work);
        assertThat(Collections.disjoint(swept, open.keySet()))
                .as("sweeps of what goes on")
                .isTrue();
    }

    private void layout(VersionRow row) {
        VersionBody body = Objects.requireNonNull(row.body());
        int count = ((Placement.Parts) body.placement()).count();
        Bytes place = holder(row);
        Map<Integer, PartRow> there = parts.getOrDefault(place, Map.of());
        List<PartTable.Layout> pages = PartTable.layouts(rows, place);
        long end = body.sizeBytes();
        int slots = 0;
        for (PartTable.Layout page : pages) {
            assertThat(page.endBytes()).as("the end of a page of %s", row).isEqualTo(end);
            end = page.startBytes();
            for (PartTable.Slot slot : page.slots()) {
                PartRow part = Objects.requireNonNull(there.get(slot.number()));
                assertThat(part.body().sizeBytes()).isEqualTo(slot.sizeBytes());
                slots++;
            }
        }
        assertThat(end).isZero();
        assertThat(slots).isEqualTo(count);
        if (!swept.contains(place)) {
            assertThat(there).as("parts left out and never swept").hasSize(count);
        }
    }

    private void hashes(Bytes place) {
        int through = hashed.getOrDefault(place, 0);
        Map<Integer, PartRow> there = parts.getOrDefault(place, Map.of());
        for (int number = 1; number <= through; number++) {
            assertThat(there).containsKey(number);
            byte[] at = {0, 0, (byte) (number >>> 8), (byte) number};
            assertThat(midstates).contains(place.plus(Bytes.wrap(at)));
        }
        assertThat(work.contains(place))
                .as("hash work on %s", place)
                .isEqualTo(there.containsKey(through + 1));
    }
}
