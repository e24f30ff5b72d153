package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A small text file of keys, readable by its owner only: what root keys and node keys have in
 * common.
 *
 * <p>Format, ASCII, each line ended by a line feed: the title with its version ("lethe root keys
 * 1"), then lines of words separated by single spaces, the last of which is {@code check} and the
 * first 16 hex digits of SHA-256 over all bytes before that line. Written as a whole, synced with
 * its directory entry, and never half: first under another name.
 */
final class KeyFileText {
    /** 256 root keys and more; a longer file is not one of ours. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final int CHECK_HEX_DIGITS = 16;
    private static final String CHECK = "check ";

    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyFileText() {}

    /**
     * Writes a new file.
     *
     * @throws ConfigException when there is one, or it cannot be written
     */
    static void create(Path path, String title, List<String> lines) {
        if (Files.exists(path)) {
            throw new ConfigException(
                    path + " exists and is not overwritten, since its keys may be in use");
        }
        write(path, title, lines);
    }

    /** Writes the file anew, in place of what was there. */
    static void write(Path path, String title, List<String> lines) {
        String body = title + "\n" + String.join("\n", lines) + "\n";
        byte[] content = (body + CHECK + check(body) + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            DurableFiles.replaceGuarded(path, content, OWNER_ONLY);
        } catch (IOException failed) {
            throw new ConfigException("cannot write the key file " + path + ": " + failed, failed);
        }
    }

    /**
     * The lines between title and check.
     *
     * @param howToMake named when the file is missing
     * @throws ConfigException when the file is missing, open to others, or not of this format
     */
    static List<String> read(Path path, String title, String howToMake) {
        String text = readOwnersFile(path, howToMake);
        int checkAt = text.lastIndexOf(CHECK);
        if (!text.startsWith(title + "\n") || checkAt < 1 || text.charAt(checkAt - 1) != '\n') {
            throw new ConfigException(
                    path
                            + " does not begin with \""
                            + title
                            + "\" and end with a check line: it is another file, of another"
                            + " version, or cut short; restore it from its copy");
        }
        String body = text.substring(0, checkAt);
        if (!text.substring(checkAt).equals(CHECK + check(body) + "\n")) {
            throw new ConfigException(
                    path + " was changed after it was written: restore it from its copy");
        }
        List<String> lines = new ArrayList<>(body.lines().toList());
        lines.removeFirst();
        return List.copyOf(lines);
    }

    private static String readOwnersFile(Path path, String howToMake) {
        try {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
            if (!OWNER_ONLY.containsAll(found)) {
                throw new ConfigException(
                        path
                                + " holds keys and is open to others ("
                                + PosixFilePermissions.toString(found)
                                + "): chmod 600 it");
            }
            if (Files.size(path) > MOST_BYTES) {
                throw new ConfigException(path + " is too long for a key file");
            }
            return Files.readString(path, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException missing) {
            throw new ConfigException("there is no key file " + path + ": " + howToMake, missing);
        } catch (IOException failed) {
            throw new ConfigException("cannot read the key file " + path + ": " + failed, failed);
        }
    }

    private static String check(String body) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(body.getBytes(StandardCharsets.US_ASCII));
            return Bytes.wrap(digest).hex().substring(0, CHECK_HEX_DIGITS);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java has no SHA-256", missing);
        }
    }
}
