package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.GroupId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The state of one group on one replica: rows, key slots, and how far the log was applied.
 *
 * <p>Nothing is durable when it is applied, since the log can apply it again. After a crash the
 * table is as it was after some entry at or behind the last one applied, whole: rows, {@link
 * #applied} and all slots that the rows name agree. The exception is on the safe side: a slot that
 * was destroyed stays so, even if the rows come back to before that.
 *
 * <p>{@link #apply}, {@link #saveSnapshot} and {@link #loadSnapshot} are called by one thread at a
 * time; everything else is safe for any thread. All calls may block on the disk and run native
 * code, so they belong on platform threads. A call after {@link #close} is an {@link
 * IllegalStateException}. An exception of {@link #apply} leaves the table unusable: the process
 * must halt.
 *
 * <p>Kept by the suite {@code GroupTableContract}.
 */
public interface GroupTable extends AutoCloseable {
    /** How far the log was applied here. */
    Position applied();

    /** The index up to which a crash can't undo anything; at most that of {@link #applied}. */
    long durableIndex();

    /** Bytes of changes applied since the last flush began: what a restart has to apply again. */
    long unflushedBytes();

    /**
     * Decides on the state as it is and applies the outcome as one: slots are written first, then
     * all rows with the new position, then slots are destroyed.
     *
     * @param next above {@link #applied}
     * @param decide must not keep the rows
     * @return what {@code decide} returned
     */
    <R> Change.Decision<R> apply(Position next, Function<Rows, Change.Decision<R>> decide);

    /**
     * Asks one consistent state: that after {@link View#position()}.
     *
     * @param question must not keep the view
     */
    <T> T read(Function<View, T> question);

    /** What {@link #read} shows. */
    record View(Rows rows, Position position) {}

    /**
     * About how many bytes the rows take whose keys begin with a row key of this range, values that
     * are kept apart included; cheap.
     *
     * @param to exclusive; empty: to the end
     */
    long rangeBytes(Bytes from, Bytes to);

    /** The families that a group's state is in, in the order in which it is copied elsewhere. */
    static List<Family> families(GroupId group) {
        return (group.isDirectory() ? TableFamilies.DIRECTORY : TableFamilies.PARTITION)
                .stream().map(TableFamilies.Definition::family).toList();
    }

    /** Keeps the state that {@link #read} would ask now, to be read in pieces. */
    RowExport export();

    /** Makes everything applied before the call durable. */
    void flush();

    /**
     * Where most of what is kept of large values is of deleted ones, gives a piece of that space
     * back: some hundred MiB are written at most. False when there is nothing to do now.
     */
    boolean collectBlobs();

    /**
     * Writes the rows as they are now, without keys, into an empty folder, flat; {@link #flush} is
     * part of it.
     */
    void saveSnapshot(Path folder) throws IOException;

    /**
     * Replaces rows, slots and position, durably, by a snapshot of some replica and the keys that
     * {@link #importKeys} brought for it. A crash in between leaves the old state or the new one.
     *
     * @throws IOException also when the snapshot names slots and no keys were brought
     */
    void loadSnapshot(Path folder, Position position) throws IOException;

    /** Every slot as it is now, for another replica; see {@link KeyExport}. */
    byte[] exportKeys();

    /** Stages, durably, the keys for a snapshot that {@link #loadSnapshot} will bring. */
    void importKeys(long snapshotIndex, byte[] keys) throws IOException;

    @Override
    void close();
}
