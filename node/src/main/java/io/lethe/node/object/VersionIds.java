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
                return new Which.Order(HexFormat.fromHexDigitsToLong(versionId));
            }
        } catch (NumberFormatException e) {
            // Said below, as for a wrong length.
        }
        throw new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "a version id is \"null\" or 16 hex digits, and this is not: " + versionId);
    }

    /**
     * The order behind which a listing of versions goes on within its key; 0 where {@code marker}
     * is empty.
     *
     * @throws StoreException INVALID_ARGUMENT when it is none that a listing gave
     */
    public static long marker(String marker) {
        return switch (marker.isEmpty() ? null : parse(marker)) {
            case Which.Order(long order) -> order;
            case null -> 0;
            case Which.Null _, Which.Current _ ->
                    throw new StoreException(
                            ErrorCode.INVALID_ARGUMENT,
                            "a version marker is what the page before gave, and this is not: "
                                    + marker);
        };
    }
}
