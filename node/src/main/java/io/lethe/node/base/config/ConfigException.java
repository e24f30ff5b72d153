package io.lethe.node.base.config;

import java.util.List;

/** A configuration that cannot be used. Its message lists every problem found, one per line. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    static ConfigException of(String source, List<String> problems) {
        return new ConfigException(
                source
                        + (problems.size() == 1 ? ": " : ": " + problems.size() + " problems:\n  ")
                        + String.join("\n  ", problems));
    }
}
