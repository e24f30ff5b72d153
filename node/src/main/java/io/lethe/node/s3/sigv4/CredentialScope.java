package io.lethe.node.s3.sigv4;

import java.util.Optional;

/**
 * Whose key, and for what it may sign: {@code keyId/20130524/us-east-1/s3/aws4_request}.
 *
 * @param date as eight digits
 */
public record CredentialScope(String accessKeyId, String date, String region, String service) {
    static final String TERMINATOR = "aws4_request";

    /** Access key ids may hold slashes; the rest of a scope cannot. */
    private static final int LEAST_PARTS = 5;

    /** AWS's own bound on access key ids is 128. */
    private static final int MOST_CHARS = 512;

    /** Empty where the text is none. */
    static Optional<CredentialScope> parse(String text) {
        if (text.length() > MOST_CHARS) {
            return Optional.empty();
        }
        String[] parts = text.split("/", -1);
        int last = parts.length - 1;
        if (parts.length < LEAST_PARTS || !parts[last].equals(TERMINATOR)) {
            return Optional.empty();
        }
        String date = parts[last - 3];
        boolean digits = date.length() == 8 && date.chars().allMatch(c -> c >= '0' && c <= '9');
        int idChars = text.length();
        for (int i = last; i > last - 4; i--) {
            idChars -= parts[i].length() + 1;
        }
        if (!digits || idChars == 0 || parts[last - 2].isEmpty() || parts[last - 1].isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new CredentialScope(
                        text.substring(0, idChars), date, parts[last - 2], parts[last - 1]));
    }

    /** Without the key id, as it is signed. */
    String signed() {
        return date + '/' + region + '/' + service + '/' + TERMINATOR;
    }
}
