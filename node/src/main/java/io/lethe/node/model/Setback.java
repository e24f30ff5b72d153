package io.lethe.node.model;

import java.util.Optional;

/**
 * What set the directory back to an earlier state, kept in it for good as a setting, for operators
 * to see and for those who must be careful since: what was acknowledged in between is not there.
 */
public sealed interface Setback {
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
