package io.lethe.node.model;

/**
 * What changes of behaviour a cluster goes by. Every stored or replicated thing that an older build
 * can't read or would decide otherwise belongs to a level, and nobody writes it before the level is
 * in force: the directory says which one is, for all nodes at once, and an operator raises it when
 * every node runs a build that speaks it ({@code lethe upgrade finish}). Until then a cluster may
 * go back to the build before; never after.
 *
 * <pre>
 * level  brings
 * 1      everything up to the first upgrade
 * 2      many deletes of one request in one entry of the log: {@link #DELETE_BATCHES}; the
 *        directory knows where on its node each device lies: {@link #DEVICE_PLACES};
 *        backups of the metadata: {@link #BACKUPS}; partitions without objects go over to
 *        their neighbours: {@link #MERGES}; a directory that was set back goes on: {@link
 *        #SETBACKS}; tenants, users and their keys are added and changed: {@link #TENANTS};
 *        a transparency log, and keys that sign: {@link #LOG}
 * </pre>
 *
 * <p>A build speaks at least the level before its highest, so that a cluster can go over to it node
 * by node. A new level gets a constant and a line here; its commands a line in {@code
 * metadata.command.CommandLevels}; rows that it changes are written in the old form below it and
 * read in both.
 */
public final class FeatureLevels {
    /** Of clusters that were never upgraded; it never changes. */
    public static final int LOWEST_EVER = 1;

    /** From which on many objects are deleted by one command. */
    public static final int DELETE_BATCHES = 2;

    /** Which disk it is that is to be looked at, also where its node is away. */
    public static final int DEVICE_PLACES = 2;

    /** Keys of backups of the metadata. */
    public static final int BACKUPS = 2;

    /** Merges of partitions. */
    public static final int MERGES = 2;

    /** A directory that was made anew of one copy. */
    public static final int SETBACKS = 2;

    /** Tenants beside the operator's, users beside the first, and what is known of them. */
    public static final int TENANTS = 2;

    /** The transparency log. */
    public static final int LOG = 2;

    /** The oldest that this build goes by. */
    public static final int LOWEST = 1;

    /** The newest that this build goes by. */
    public static final int HIGHEST = 2;

    private FeatureLevels() {}

    /** What a level brings, for people. */
    public static String brings(int level) {
        return switch (level) {
            case 1 -> "everything up to the first upgrade";
            case 2 ->
                    "deleting many objects at once takes few commits, 'lethe devices' says where"
                            + " devices lie also of nodes that are away, partitions without"
                            + " objects can be merged, and tenants and users can be added";
            default -> "what only a newer build knows";
        };
    }
}
