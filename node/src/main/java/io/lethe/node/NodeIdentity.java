package io.lethe.node;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who this node is: its id for life and how often it was started, in the file {@code identity} of
 * its data directory.
 *
 * <p>Format: three lines of ASCII, {@code lethe node 1}, {@code id } and 32 hex digits, {@code
 * incarnation } and a decimal number. Replaced as a whole, by rename, and synced with its
 * directory.
 *
 * @param incarnation of this start, from 1
 */
record NodeIdentity(NodeId id, long incarnation) {
    private static final String TITLE = "lethe node 1";

    /** Reads the identity, or makes one in an empty directory, and counts this start. */
    static NodeIdentity start(Path data, RandomSource random) {
        Path file = data.resolve("identity");
        try {
            Files.createDirectories(data);
            NodeIdentity last =
                    Files.exists(file)
                            ? read(file)
                            : new NodeIdentity(new NodeId(Id128.random(random)), 0);
            NodeIdentity now = new NodeIdentity(last.id(), last.incarnation() + 1);
            write(file, now);
            return now;
        } catch (IOException e) {
            throw new ConfigException(
                    "node.data "
                            + data
                            + " can't be used: "
                            + e
                            + "; it must be a directory that this"
                            + " user may write");
        }
    }

    /** Whether a node was ever started with this data directory. */
    static boolean isIn(Path data) {
        return Files.exists(data.resolve("identity"));
    }

    /**
     * That of a node which was started before, without counting a start.
     *
     * @throws ConfigException where there was none
     */
    static NodeIdentity of(Path data) {
        Path file = data.resolve("identity");
        if (!isIn(data)) {
            throw new ConfigException(
                    file + " is missing: no node was ever started with this configuration");
        }
        try {
            return read(file);
        } catch (IOException e) {
            throw new ConfigException(file + " can't be read: " + e);
        }
    }

    private static NodeIdentity read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        try {
            if (lines.size() != 3 || !lines.get(0).equals(TITLE)) {
                throw new IllegalArgumentException("its first line is not '" + TITLE + "'");
            }
            return new NodeIdentity(
                    new NodeId(Id128.parse(after("id ", lines.get(1)))),
                    Long.parseLong(after("incarnation ", lines.get(2))));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    file
                            + " is damaged ("
                            + e.getMessage()
                            + "); restore it, or start this node with an"
                            + " empty data directory as a new one");
        }
    }

    private static String after(String prefix, String line) {
        if (!line.startsWith(prefix)) {
            throw new IllegalArgumentException("a line does not begin with '" + prefix + "'");
        }
        return line.substring(prefix.length());
    }

    private static void write(Path file, NodeIdentity identity) throws IOException {
        String text =
                TITLE + "\nid " + identity.id() + "\nincarnation " + identity.incarnation() + "\n";
        DurableFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
    }
}
