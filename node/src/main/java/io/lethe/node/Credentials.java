package io.lethe.node;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of the operator's first access key: two lines, {@code access_key: } and 20 capital
 * letters and digits, {@code secret_key: } and 40 to 128 characters without spaces. Used once, when
 * the cluster is made.
 */
final class Credentials {
    private static final Pattern FORMAT =
            Pattern.compile("access_key:\\s*([A-Z0-9]{16,32})\\s+secret_key:\\s*(\\S{40,128})\\s*");
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int KEY_ID_LENGTH = 20;
    private static final int SECRET_LENGTH = 52;
    private static final int MOST_BYTES = 4096;

    private Credentials() {}

    /**
     * Writes a fresh key, readable by this user only; never replaces one.
     *
     * @return the access key, without its secret
     * @throws ConfigException when there is a file already, or it can't be written
     */
    static String create(Path file, RandomSource random) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConfigException(
                    file + " exists and is not overwritten, since its key may be in use");
        }
        String accessKey = "LT" + letters(KEY_ID_LENGTH - 2, random);
        String text =
                "access_key: "
                        + accessKey
                        + "\nsecret_key: "
                        + letters(SECRET_LENGTH, random)
                        + "\n";
        try {
            DurableFiles.replaceGuarded(
                    file,
                    text.getBytes(StandardCharsets.US_ASCII),
                    PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new ConfigException("the credentials can't be written to " + file + ": " + e, e);
        }
        return accessKey;
    }

    private static String letters(int count, RandomSource random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    static Keyring.FirstKey read(SecretFile file) {
        String text = new String(file.read(MOST_BYTES), StandardCharsets.UTF_8);
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new ConfigException(
                    "credentials.file "
                            + file.path()
                            + " does not have the two lines 'access_key: …' (16 to 32 capital"
                            + " letters and digits) and 'secret_key: …' (40 to 128 characters)");
        }
        return new Keyring.FirstKey(matcher.group(1), matcher.group(2));
    }
}
