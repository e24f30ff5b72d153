package io.lethe.node.object;

import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.HexFormat;

/**
 * Upload ids as doors show them: 16 hex digits of the order, which puts uploads of a key in the
 * order of their beginning, and 32 of the write id, which nobody guesses.
 */
final class UploadIds {
    private static final int ORDER_DIGITS = 16;
    private static final int DIGITS = 48;

    /** What an upload id says. */
    record Parsed(long order, WriteId write) {}

    private UploadIds() {}

    static String show(UploadRef upload) {
        return show(upload.order(), upload.write());
    }

    static String show(long order, WriteId write) {
        return HexFormat.of().toHexDigits(order) + write;
    }

    /**
     * @throws StoreException NO_SUCH_UPLOAD when it is none of Lethe's
     */
    static Parsed parse(String uploadId) {
        try {
            if (uploadId.length() == DIGITS) {
                long order = HexFormat.fromHexDigitsToLong(uploadId, 0, ORDER_DIGITS);
                if (order >= 0) {
                    return new Parsed(
                            order, new WriteId(Id128.parse(uploadId.substring(ORDER_DIGITS))));
                }
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for a wrong length.
        }
        throw none();
    }

    static StoreException none() {
        return new StoreException(
                ErrorCode.NO_SUCH_UPLOAD,
                "there is no such upload of this key; it was completed, was aborted, or never was");
    }
}
