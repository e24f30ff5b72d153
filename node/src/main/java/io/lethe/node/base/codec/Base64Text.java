package io.lethe.node.base.codec;

import io.lethe.node.base.Bytes;
import java.util.Base64;
import java.util.Optional;

/**
 * Base64 (RFC 4648, section 4) of which each string of bytes has one form: padded, no other
 * letters, no bits left over. The JDK's decoder takes more, so that one signature could be written
 * in several ways. Static; safe for any thread.
 */
public final class Base64Text {
    private Base64Text() {}

    public static String of(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.unsafeArray());
    }

    /** Empty where the text is not the one form of any bytes. */
    public static Optional<Bytes> decode(String text) {
        try {
            Bytes bytes = Bytes.wrap(Base64.getDecoder().decode(text));
            return of(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException otherLetters) {
            return Optional.empty();
        }
    }
}
