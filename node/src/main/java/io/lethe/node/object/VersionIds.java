package io.lethe.node.object;

import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.HexFormat;

/** Version ids as doors show them. */
public final class VersionIds {
    public static final String NULL = "null";

    private VersionIds() {}

    public static String show(long order, boolean nullVersion) {
        return nullVersion ? NULL : HexFormat.of().toHexDigits(order);
    }

    /**
     * @param versionId empty for the current version
     * @throws StoreException INVALID_ARGUMENT when it is none of Lethe's
     */
    public static Which parse(String versionId) {
        if (versionId.isEmpty()) {
            return new Which.Current();
        }
        if (versionId.equals(NULL)) {
            return new Which.Null();
        }
        try {
            if (versionId.length() == 16) {
                long order = HexFormat.fromHexDigitsToLong(versionId);
                // Not in other spellings: policies compare ids as text.
                if (order >= 0 && show(order, false).equals(versionId)) {
                    return new Which.Order(order);
                }
            }
        } catch (NumberFormatException e) {
            // Said below, as for a wrong length, or an order that is none.
        }
        throw new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "a version id is \"null\" or 16 lower-case hex digits; this is none: " + versionId);
    }
}
