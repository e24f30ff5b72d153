package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one decision while it is made. {@link #get} sees them, and asks the rows once for
 * each row, since decisions ask again and again; scans of {@link #rows} do not see them, so they
 * come before the changes of what they walk. A draft whose reply is a refusal is thrown away. One
 * thread.
 */
final class Draft {
    private record Place(Family family, Bytes key) {}

    private final Rows rows;
    private final Map<Place, Optional<Bytes>> pending = new LinkedHashMap<>();
    private final Map<Place, Optional<Bytes>> asked = new HashMap<>();
    private final List<Change> slots = new ArrayList<>();

    /** Written with every draft that is kept. */
    final PartitionHead head;

    /**
     * @param head already at the time of the command's stamp
     */
    Draft(Rows rows, PartitionHead head) {
        this.rows = rows;
        this.head = head;
    }

    /** The state before the command. */
    Rows rows() {
        return rows;
    }

    long millis() {
        return head.stateMillis;
    }

    /** Version order = max(last + 1, milliseconds << 20): a million versions in a millisecond. */
    long nextOrder() {
        head.lastOrder = Math.max(head.lastOrder + 1, head.stateMillis << 20);
        return head.lastOrder;
    }

    @Nullable Bytes get(Family family, Bytes key) {
        Place place = new Place(family, key);
        Optional<Bytes> known = pending.get(place);
        if (known == null) {
            known = asked.get(place);
        }
        if (known == null) {
            known = Optional.ofNullable(rows.get(family, key));
            asked.put(place, known);
        }
        return known.orElse(null);
    }

    boolean has(Family family, Bytes key) {
        return get(family, key) != null;
    }

    void put(Family family, Bytes key, Bytes value) {
        pending.put(new Place(family, key), Optional.of(value));
    }

    void delete(Family family, Bytes key) {
        pending.put(new Place(family, key), Optional.empty());
    }

    void writeSlot(ShardGrant grant) {
        slots.add(new Change.WriteSlot(grant));
    }

    void destroySlot(ShardId shard) {
        slots.add(new Change.DestroySlot(shard));
    }

    List<Change> changes() {
        List<Change> changes = new ArrayList<>(slots);
        pending.forEach(
                (place, value) ->
                        changes.add(
                                value.isPresent()
                                        ? new Change.Put(place.family(), place.key(), value.get())
                                        : new Change.Delete(place.family(), place.key())));
        changes.add(head.toRow());
        return changes;
    }
}
