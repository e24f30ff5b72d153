package io.lethe.node.tidy;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of the node by package. A package may use layers below its own, its own part (the same
 * first name, sub-packages included), and what {@link #EDGES} names.
 */
final class Layers {
    private static final String BASE = "io.lethe.node";

    private static final Map<String, Integer> LAYERS =
            Map.ofEntries(
                    Map.entry("base", 0),
                    Map.entry("model", 1),
                    Map.entry("chunk", 2),
                    Map.entry("erasure", 2),
                    Map.entry("placement", 2),
                    Map.entry("crypto", 2),
                    Map.entry("http", 2),
                    Map.entry("metadata", 3),
                    Map.entry("cluster", 3),
                    Map.entry("object", 4),
                    Map.entry("repair", 4),
                    Map.entry("controller", 4),
                    Map.entry("tenant", 4),
                    Map.entry("takedown", 4),
                    Map.entry("backup", 4),
                    Map.entry("s3", 5),
                    Map.entry("rpc", 5),
                    Map.entry("console", 5),
                    Map.entry("", 6));

    /** Named edges between parts of layer 4, as {@code from -> to}; each with its reason here. */
    private static final Set<String> EDGES =
            Set.of(
                    // A chunk is made anew by the read path, and stored by the write path.
                    "repair -> object");

    private Layers() {}

    static boolean isOurs(String packageName) {
        return packageName.equals(BASE) || packageName.startsWith(BASE + ".");
    }

    /** The layer of a package of ours; empty for an unknown one. */
    static Optional<Integer> of(String packageName) {
        return Optional.ofNullable(LAYERS.get(part(packageName)));
    }

    static boolean mayUse(String from, String to) {
        String fromPart = part(from);
        String toPart = part(to);
        return fromPart.equals(toPart)
                || LAYERS.getOrDefault(fromPart, 0) > LAYERS.getOrDefault(toPart, 0)
                || EDGES.contains(fromPart + " -> " + toPart);
    }

    /** The first name below the base package; empty for the root itself. */
    private static String part(String packageName) {
        if (!packageName.startsWith(BASE + ".")) {
            return "";
        }
        String rest = packageName.substring(BASE.length() + 1);
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
