package io.lethe.node.metadata.table;

import io.lethe.node.metadata.state.Rows;
import java.util.function.Function;

/**
 * A table's rows as they were at one position, kept for as long as this is open; key slots are as
 * they are now. Costs nothing but the space of rows that are replaced meanwhile. Safe for any
 * thread.
 */
public interface RowExport extends AutoCloseable {
    Position position();

    /**
     * @param question must not keep the rows
     * @throws IllegalStateException when the table was closed, or replaced by a snapshot
     */
    <T> T read(Function<Rows, T> question);

    @Override
    void close();
}
