package io.lethe.node.object;

import io.lethe.node.model.StoreException;

/** This node's freshness lease on the directory. */
public interface Lease {
    /**
     * @throws StoreException UNAVAILABLE when this node's copy of the directory may be older than
     *     the lease allows
     */
    void check();
}
