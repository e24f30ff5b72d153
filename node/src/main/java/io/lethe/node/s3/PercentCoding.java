package io.lethe.node.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Percent-encoding of paths and queries, on bytes, so that no key is changed by a detour over
 * characters. Static and pure.
 */
public final class PercentCoding {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private PercentCoding() {}

    /**
     * Decodes once.
     *
     * @param plusIsSpace true in a query, false in a path
     * @throws S3Exception InvalidURI for a '%' without two hex digits after it
     */
    public static byte[] decode(String encoded, boolean plusIsSpace) {
        byte[] in = rawBytes(encoded);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            byte one = in[i];
            if (one == '%') {
                boolean whole = i + 2 < in.length;
                int high = whole ? Character.digit(in[i + 1], 16) : -1;
                int low = whole ? Character.digit(in[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw S3Error.INVALID_URI.exception();
                }
                out[length++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                out[length++] = one == '+' && plusIsSpace ? (byte) ' ' : one;
            }
        }
        return length == in.length ? out : Arrays.copyOf(out, length);
    }

    /**
     * Decodes once, to text.
     *
     * @throws S3Exception InvalidURI also for bytes that are not UTF-8
     */
    public static String decodeText(String encoded, boolean plusIsSpace) {
        return text(decode(encoded, plusIsSpace));
    }

    private static String text(byte[] bytes) {
        return utf8(bytes)
                .orElseThrow(
                        () ->
                                S3Error.INVALID_URI.because(
                                        "The URI is not UTF-8 after percent-decoding."));
    }

    /** Text of exactly these bytes; empty where they are not UTF-8. */
    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * SigV4's encoding: everything but letters, digits and {@code -._~} as {@code %XX} in upper
     * case.
     */
    public static void encode(byte[] decoded, boolean keepSlash, StringBuilder out) {
        for (byte one : decoded) {
            int value = one & 0xff;
            if (isUnreserved(value) || (value == '/' && keepSlash)) {
                out.append((char) value);
            } else {
                out.append('%').append((char) HEX[value >> 4]).append((char) HEX[value & 15]);
            }
        }
    }

    /** As {@link #encode(byte[], boolean, StringBuilder)}, of text. */
    public static String encode(String decoded, boolean keepSlash) {
        StringBuilder out = new StringBuilder(decoded.length() + 16);
        encode(decoded.getBytes(StandardCharsets.UTF_8), keepSlash, out);
        return out.toString();
    }

    /** Text off the wire has one character for each byte; other text is taken as UTF-8. */
    private static byte[] rawBytes(String text) {
        boolean wire = text.chars().allMatch(one -> one <= 0xff);
        return text.getBytes(wire ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    private static boolean isUnreserved(int value) {
        return (value >= 'a' && value <= 'z')
                || (value >= 'A' && value <= 'Z')
                || (value >= '0' && value <= '9')
                || value == '-'
                || value == '.'
                || value == '_'
                || value == '~';
    }
}
