package io.lethe.node;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file {@code restore} in a node's data directory, while a restore is under way: a run that is
 * cut short goes on where it was. A node with it does not start.
 *
 * <p>Format: three lines of ASCII, {@code lethe restore 1}, {@code backup } and 32 hex digits,
 * {@code generation } and a decimal number.
 */
final class RestorePlan {
    private static final String TITLE = "lethe restore 1";
    private static final String BACKUP = "backup ";
    private static final String GENERATION = "generation ";

    private final Path file;

    RestorePlan(Path data) {
        file = data.resolve("restore");
    }

    /**
     * @param generation in which replicas are made of the backup; they become the next one
     */
    record Begun(Id128 backup, int generation) {}

    Path file() {
        return file;
    }

    /**
     * Of a restore that is under way.
     *
     * @throws StoreException CORRUPT when it can't be read
     */
    Optional<Begun> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.size() != 3
                || !lines.get(0).equals(TITLE)
                || !lines.get(1).startsWith(BACKUP)
                || !lines.get(2).startsWith(GENERATION)) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    file
                            + " is none of this build's; remove it, with raft and"
                            + " tables beside it, and restore anew");
        }
        return Optional.of(
                new Begun(
                        Id128.parse(lines.get(1).substring(BACKUP.length())),
                        Integer.parseInt(lines.get(2).substring(GENERATION.length()))));
    }

    /** Durable when it returns. */
    void write(Begun begun) throws IOException {
        String text =
                TITLE
                        + "\n"
                        + BACKUP
                        + begun.backup()
                        + "\n"
                        + GENERATION
                        + begun.generation()
                        + "\n";
        DurableFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Durable when it returns. */
    void remove() throws IOException {
        Files.deleteIfExists(file);
        DurableFiles.syncParent(file);
    }

    /** Nobody may start from half of a backup. */
    void refuseStart() {
        if (Files.exists(file)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    file + " says that a restore is not done: go on with 'lethe restore'");
        }
    }
}
