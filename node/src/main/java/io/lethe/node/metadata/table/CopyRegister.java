package io.lethe.node.metadata.table;

import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every file of this replica that holds shard keys, by name: registered, durably, before it is
 * made, and taken off only once it was overwritten. A file of such a name that is not registered is
 * left over from a crash.
 *
 * <p>Kept in one small file, a name per line, replaced as a whole at each change. Safe for any
 * thread.
 */
final class CopyRegister {
    private final Path file;
    private final Set<String> names = new TreeSet<>();

    CopyRegister(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            names.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
        }
    }

    synchronized void made(String name) throws IOException {
        if (names.add(name)) {
            store();
        }
    }

    synchronized void wiped(String name) throws IOException {
        if (names.remove(name)) {
            store();
        }
    }

    synchronized List<String> names() {
        return List.copyOf(names);
    }

    synchronized boolean contains(String name) {
        return names.contains(name);
    }

    private void store() throws IOException {
        DurableFiles.replace(
                file,
                names.isEmpty()
                        ? new byte[0]
                        : (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
