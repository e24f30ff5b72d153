package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import java.util.function.Supplier;

/**
 * Where reads of tables run: they call native code and may wait for the disk, which a virtual
 * thread must not. Safe for any thread.
 */
public interface TableCalls {
    /**
     * Runs {@code call}; the promise fails with what it throws, or with {@link
     * io.lethe.node.model.StoreException} OVERLOADED when too many wait already.
     */
    <T> Promise<T> submit(Supplier<T> call);
}
