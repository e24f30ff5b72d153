package io.lethe.node.model;

import io.lethe.node.base.Check;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered list of k+m devices in distinct failure domains; member i holds chunk i.
 *
 * <p>A member moves from X to Y in two steps, each of which raises the epoch: <i>moving</i> (writes
 * go to Y; readers ask Y, then X, while Y gets what X has) and <i>moved</i> (Y is the member).
 *
 * @param epoch raised by one at each step of a member's move
 * @param move under way; null: none
 */
public record PlacementGroup(
        PgId id,
        int epoch,
        String storageClass,
        Scheme scheme,
        List<DeviceId> members,
        State state,
        @Nullable Move move) {
    /** Between two setbacks of the directory, far more than a group has moves. */
    private static final int EPOCHS_PER_ERA = 1 << 16;

    /** Whether new segments may be placed. */
    public enum State {
        OPEN,
        /** Takes no more segments. */
        FULL
    }

    /** Chunk {@code chunk} goes over from its member to {@code to}. */
    public record Move(int chunk, DeviceId to) {}

    public PlacementGroup {
        members = List.copyOf(members);
        if (members.size() != scheme.width()) {
            throw new IllegalArgumentException(
                    id
                            + " has "
                            + members.size()
                            + " members, and "
                            + scheme
                            + " needs "
                            + scheme.width());
        }
        if (move != null) {
            Check.range("moving chunk", move.chunk(), 0, members.size() - 1);
        }
    }

    /** Nothing moves. */
    public PlacementGroup(
            PgId id,
            int epoch,
            String storageClass,
            Scheme scheme,
            List<DeviceId> members,
            State state) {
        this(id, epoch, storageClass, scheme, members, state, null);
    }

    public PlacementGroup withState(State next) {
        return new PlacementGroup(id, epoch, storageClass, scheme, members, next, move);
    }

    /**
     * The same after the directory was set back to an earlier state: in an epoch that it was never
     * in, however it moved meanwhile.
     */
    public PlacementGroup afterSetback() {
        int later = Math.multiplyExact(epoch / EPOCHS_PER_ERA + 2, EPOCHS_PER_ERA);
        return new PlacementGroup(id, later, storageClass, scheme, members, State.FULL, move);
    }

    /** Whether the directory may have forgotten moves since an epoch of the group. */
    public boolean mayHaveForgotten(int earlier) {
        return earlier / EPOCHS_PER_ERA < epoch / EPOCHS_PER_ERA;
    }

    /** The next epoch, in which a chunk goes over to another device. */
    public PlacementGroup moving(Move next) {
        return new PlacementGroup(id, epoch + 1, storageClass, scheme, members, state, next);
    }

    /** The next epoch, in which the device that a chunk went over to is its member. */
    public PlacementGroup moved() {
        if (move == null) {
            throw new IllegalStateException("nothing moves in " + id);
        }
        List<DeviceId> next = new ArrayList<>(members);
        next.set(move.chunk(), move.to());
        return new PlacementGroup(id, epoch + 1, storageClass, scheme, next, state, null);
    }

    /** The device that takes writes of a chunk. */
    public DeviceId writer(int chunk) {
        return move != null && move.chunk() == chunk ? move.to() : members.get(chunk);
    }

    /** The devices that take writes, by chunk. */
    public List<DeviceId> writers() {
        if (move == null) {
            return members;
        }
        List<DeviceId> writers = new ArrayList<>(members);
        writers.set(move.chunk(), move.to());
        return writers;
    }

    /** The devices that may have a chunk, the likelier to be up to date first. */
    public List<DeviceId> holders(int chunk) {
        DeviceId member = members.get(chunk);
        DeviceId writer = writer(chunk);
        return writer.equals(member) ? List.of(member) : List.of(writer, member);
    }

    /** The chunk that a device holds or is getting; -1 where it has no part in the group. */
    public int chunkOf(DeviceId device) {
        if (move != null && move.to().equals(device)) {
            return move.chunk();
        }
        return members.indexOf(device);
    }
}
