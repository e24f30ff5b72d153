package io.lethe.node.model;

import java.util.Optional;

/**
 * What set the directory back to an earlier state, kept in it for good as a setting, for operators
 * to see and for those who must be careful since: what was acknowledged in between is not there.
 */
public sealed interface Setback {
    /**
     * Name of the setting that keeps chunks which no record knows from being removed, by {@link
     * #OFF}; anything else, or nothing, lets them go.
     */
    String RECLAIM = "reclaim";

    /** Value of {@link #RECLAIM}. */
    String OFF = "off";

    /**
     * Name of the setting with the highest number of a partition that may have been given out
     * before: nodes may still have what was called so, and no other partition may be.
     */
    String PARTITIONS = "setback.partitions";

    /** The directory's majority was lost, and it was made anew of one copy. */
    record Recovered(NodeId survivor, long lastIndex, long millis) implements Setback {
        /** Name of the setting. */
        public static final String SETTING = "setback.recovered";

        /** Its value: node, index and time, with a space between. */
        public String text() {
            return survivor + " " + lastIndex + " " + millis;
        }

        /**
         * @throws IllegalArgumentException when a value is none of these
         */
        public static Recovered parse(String text) {
            String[] fields = fields(text, 3);
            return new Recovered(
                    new NodeId(Id128.parse(fields[0])),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]));
        }
    }

    /**
     * All metadata was lost, and made anew of a backup; whoever did it signed for what was
     * acknowledged from the backup's beginning on.
     */
    record Restored(Id128 backup, long backupMillis, long millis) implements Setback {
        /** Name of the setting. */
        public static final String SETTING = "setback.restored";

        /** Its value: backup, when that was begun, and time, with a space between. */
        public String text() {
            return backup + " " + backupMillis + " " + millis;
        }

        /**
         * @throws IllegalArgumentException when a value is none of these
         */
        public static Restored parse(String text) {
            String[] fields = fields(text, 3);
            return new Restored(
                    Id128.parse(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        }
    }

    /** Where it was never restored, none; from the value of a setting. */
    static Optional<Restored> restored(Optional<String> setting) {
        return setting.map(Restored::parse);
    }

    /** Whether chunks that no record knows may be removed, by the value of the setting. */
    static boolean reclaims(Optional<String> setting) {
        return !setting.orElse("").equals(OFF);
    }

    /** Where nothing has set it back, none; from the value of a setting. */
    static Optional<Recovered> recovered(Optional<String> setting) {
        return setting.map(Recovered::parse);
    }

    private static String[] fields(String text, int count) {
        String[] fields = text.split(" ");
        if (fields.length != count) {
            throw new IllegalArgumentException("'" + text + "' does not tell of a setback");
        }
        return fields;
    }
}
