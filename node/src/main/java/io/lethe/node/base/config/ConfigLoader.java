package io.lethe.node.base.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a configuration: values of the file, overridden by the environment ({@code LETHE_A_B} for
 * {@code a.b}, {@code LETHE_LIST_0_B} for an element of a list), on top of defaults. Every problem
 * is found before any is reported. The document is only parsed, never turned into objects by the
 * YAML library; size, depth and aliases are bounded. No state; safe for any thread.
 */
public final class ConfigLoader {
    /** 256 KiB: a node with a thousand devices needs a tenth. */
    static final int MOST_CHARACTERS = 256 * 1024;

    /** The records nest three deep. */
    static final int MOST_DEPTH = 16;

    /** Variables that others read: the launcher and the command line. */
    private static final Set<String> OTHERS =
            Set.of(
                    "LETHE_CONFIG",
                    "LETHE_JAVA_HOME",
                    "LETHE_JAVA_OPTIONS",
                    "LETHE_LAUNCHER",
                    "LETHE_NO_BUILD",
                    "LETHE_AOT",
                    "LETHE_HEAP",
                    "LETHE_LOG_LEVEL",
                    "LETHE_LOG_FILE");

    private ConfigLoader() {}

    /**
     * Reads {@code file}.
     *
     * @throws ConfigException when the file cannot be read or any value is wrong
     */
    public static <R> Loaded<R> load(Class<R> type, Path file, Map<String, String> environment) {
        try {
            if (Files.size(file) > MOST_CHARACTERS) {
                throw new ConfigException(
                        file
                                + " is longer than "
                                + MOST_CHARACTERS
                                + " bytes: is it the right file?");
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return parse(type, text, file.toString(), environment);
        } catch (IOException e) {
            throw new ConfigException(
                    "cannot read the configuration " + file + " (" + e + "): check path and rights",
                    e);
        }
    }

    /**
     * Reads {@code yaml}.
     *
     * @param source what to call it in messages
     * @throws ConfigException when any value is wrong
     */
    public static <R> Loaded<R> parse(
            Class<R> type, String yaml, String source, Map<String, String> environment) {
        Schema<R> schema = Schema.of(type);
        Binder binder = new Binder(environment);
        R config = binder.bind(schema, root(yaml, source), "");
        if (config == null || !binder.problems().isEmpty()) {
            throw ConfigException.of(source, binder.problems());
        }
        List<String> unknown =
                environment.keySet().stream()
                        .filter(name -> name.startsWith("LETHE_") && !OTHERS.contains(name))
                        .filter(name -> !binder.variables().contains(name))
                        .sorted()
                        .toList();
        return new Loaded<>(config, binder.effective(), unknown);
    }

    /** The settings as the rows of a Markdown table, for the documentation and its test. */
    public static String table(Class<?> type) {
        StringBuilder out = new StringBuilder();
        out.append("| key | type | default | range | environment | meaning |\n");
        out.append("|---|---|---|---|---|---|\n");
        for (Schema.Row row : Schema.of(type).rows()) {
            out.append(TableRow.of(row)).append('\n');
        }
        return out.toString();
    }

    private static @Nullable Node root(String yaml, String source) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MOST_CHARACTERS);
        options.setNestingDepthLimit(MOST_DEPTH);
        options.setMaxAliasesForCollections(0);
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
        } catch (YAMLException e) {
            throw new ConfigException(source + " is no valid YAML: " + e.getMessage(), e);
        }
    }
}
