package io.lethe.node.base.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * A secret named by the file that holds it, so that it never stands in a configuration, an
 * environment or a process's arguments.
 */
public record SecretFile(Path path) {
    private static final Set<PosixFilePermission> OTHERS =
            Set.copyOf(
                    EnumSet.of(
                            PosixFilePermission.GROUP_WRITE,
                            PosixFilePermission.OTHERS_READ,
                            PosixFilePermission.OTHERS_WRITE));

    /**
     * Reads the file.
     *
     * @param mostBytes more is refused
     * @throws ConfigException when it is missing, unreadable, too long, or open to other users
     */
    public byte[] read(int mostBytes) {
        try (InputStream in = Files.newInputStream(path)) {
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(path));
            if (!open.isEmpty()) {
                throw new ConfigException(
                        path
                                + " holds a secret and is open to others ("
                                + open
                                + "): chmod 600 it");
            }
            byte[] content = in.readNBytes(mostBytes + 1);
            if (content.length > mostBytes) {
                throw new ConfigException(path + " is longer than " + mostBytes + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new ConfigException("cannot read the secret in " + path + ": " + e, e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
