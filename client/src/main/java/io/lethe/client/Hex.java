package io.lethe.client;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.Locale;

/** Digests as hex in the API, as bytes on the wire. */
final class Hex {
    private static final HexFormat FORMAT = HexFormat.of();

    private Hex() {}

    static String of(byte[] bytes) {
        return FORMAT.formatHex(bytes);
    }

    static String of(ByteString bytes) {
        return FORMAT.formatHex(bytes.toByteArray());
    }

    static ByteString bytes(String hex) {
        return ByteString.copyFrom(FORMAT.parseHex(hex));
    }

    /** Lower-case {@code hex}, or an exception that names the digest. */
    static String checked(String name, String hex, int lengthBytes) {
        if (!hex.matches("[0-9a-fA-F]{" + 2 * lengthBytes + "}")) {
            throw new IllegalArgumentException(
                    "the "
                            + name
                            + " is '"
                            + hex
                            + "', and must be "
                            + 2 * lengthBytes
                            + " hex digits");
        }
        return hex.toLowerCase(Locale.ROOT);
    }
}
