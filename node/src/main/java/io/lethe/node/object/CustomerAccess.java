package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import org.jspecify.annotations.Nullable;

/** Who brings a customer's key, and whether it is the right one. Static and pure. */
final class CustomerAccess {
    private CustomerAccess() {}

    /**
     * Lets the key through with which a version, or a part of an upload, is read or written.
     *
     * @param given by the caller, or null
     * @return it where the version is under it; null where it is under none
     * @throws StoreException INVALID_REQUEST for one too many or too few, ACCESS_DENIED for another
     */
    static @Nullable KeyBytes check(Attributes attributes, @Nullable KeyBytes given) {
        if (!attributes.hasCustomerKey()) {
            if (given != null) {
                throw new StoreException(
                        ErrorCode.INVALID_REQUEST,
                        "The encryption parameters are not applicable to this object.");
            }
            return null;
        }
        if (given == null) {
            throw new StoreException(
                    ErrorCode.INVALID_REQUEST,
                    "The object was stored using a form of Server Side Encryption. The correct"
                            + " parameters must be provided to retrieve the object.");
        }
        if (!CustomerKeys.matches(given, attributes.customerKey())) {
            throw new StoreException(ErrorCode.ACCESS_DENIED, "Access Denied");
        }
        return given;
    }

    /** What is kept of a key; empty where there is none. */
    static Bytes verifier(@Nullable KeyBytes given, RandomSource random) {
        return given == null ? Bytes.EMPTY : CustomerKeys.verifier(given, random);
    }
}
