package io.lethe.node.base.config;

import java.util.List;

/**
 * A configuration with where each value came from.
 *
 * @param effective every leaf in the order of the records; secrets appear as their files only
 * @param unknownVariables names of LETHE_ variables that mean nothing; they are reported and not
 *     refused, since container platforms invent such names for a service called lethe
 */
public record Loaded<R>(R config, List<Effective> effective, List<String> unknownVariables) {
    /** Where a value came from. */
    public enum Origin {
        DEFAULT,
        FILE,
        ENVIRONMENT
    }

    /** One value in effect, as it would be written in the file. */
    public record Effective(String key, String value, Origin origin) {
        /** For a log: {@code key = value}, with the origin unless it is the default. */
        @Override
        public String toString() {
            return key
                    + " = "
                    + value
                    + switch (origin) {
                        case DEFAULT -> "";
                        case FILE -> " (file)";
                        case ENVIRONMENT -> " (environment)";
                    };
        }
    }

    public Loaded {
        effective = List.copyOf(effective);
        unknownVariables = List.copyOf(unknownVariables);
    }
}
