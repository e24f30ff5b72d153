package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;
import io.lethe.node.model.Id128;
import java.util.Map;

/**
 * Names a record of the cluster by its random id, which tells nothing to those who don't have the
 * record. A kind that a later version gave is carried through.
 *
 * @param kind never used for other records
 */
public record Reference(int kind, Id128 id) {
    public static final int CLUSTER = 1;
    public static final int NODE = 2;
    public static final int TENANT = 3;
    public static final int PURGE = 4;
    public static final int HOLD = 5;
    public static final int ORDER = 6;
    public static final int CASE = 7;
    public static final int LIST = 8;

    private static final Map<Integer, String> NAMES =
            Map.of(
                    CLUSTER, "cluster",
                    NODE, "node",
                    TENANT, "tenant",
                    PURGE, "purge",
                    HOLD, "hold",
                    ORDER, "order",
                    CASE, "case",
                    LIST, "list");

    public Reference {
        Check.range("kind of reference", kind, 0, 0xff);
    }

    @Override
    public String toString() {
        return NAMES.getOrDefault(kind, "record of kind " + kind) + " " + id;
    }
}
