package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.Ticket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;

/**
 * Mints and verifies tickets with a ring of keys: HMAC-SHA-256 over {@link Ticket#signedBytes}, cut
 * to 16 bytes. The newest key mints, every key of the ring verifies. Owns the ring, which is
 * replaced as a whole. Takes the time as an argument. Safe for any thread, without locks: each call
 * clones a MAC that holds its key already, which costs less than to set one up.
 */
public final class Tickets {
    /**
     * How far two nodes' clocks may differ (protocols: a node that is off by more does not lead).
     */
    public static final long MOST_SKEW_MILLIS = 1_000;

    /** Two valid keys, and room for rotations that overlap. */
    public static final int MOST_KEYS = 8;

    private static final String ALGORITHM = "HmacSHA256";

    /** What a storage node makes of a ticket. */
    public sealed interface Verdict {
        record Valid() implements Verdict {}

        record Refused(Reason reason) implements Verdict {}
    }

    /** Why a ticket is refused. */
    public enum Reason {
        /**
         * Made with a key that is not in the ring: too old, or newer than this node's directory.
         */
        UNKNOWN_KEY,
        /** Not made with that key, or changed since. */
        WRONG_MAC,
        EXPIRED,
        /** Would live longer than any ticket may. */
        LIVES_TOO_LONG
    }

    private static final Verdict VALID = new Verdict.Valid();

    /** Immutable; {@code macs} are never used but cloned. */
    private record Ring(int newest, Map<Integer, Mac> macs) {}

    private volatile Ring ring = new Ring(0, Map.of());

    /**
     * Replaces all keys. The caller may destroy its keys afterwards.
     *
     * @param newest the key that mints; one of {@code keys}
     */
    public void replaceKeys(int newest, Map<Integer, KeyBytes> keys) {
        Check.that(keys.containsKey(newest), "the minting key is in the ring");
        Check.range("ticket keys", keys.size(), 1, MOST_KEYS);
        Map<Integer, Mac> macs = new HashMap<>();
        keys.forEach((id, key) -> macs.put(id, keyed(key)));
        ring = new Ring(newest, Map.copyOf(macs));
    }

    /** Those that there were are void, and others have not come yet. */
    public void dropKeys() {
        ring = new Ring(0, Map.of());
    }

    /** False until the first keys have arrived: nothing can be minted or verified. */
    public boolean hasKeys() {
        return !ring.macs.isEmpty();
    }

    private static Mac keyed(KeyBytes key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            // Settles the provider and shows that it can clone.
            var _ = mac.clone();
            return mac;
        } catch (GeneralSecurityException | CloneNotSupportedException missing) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, missing);
        }
    }

    /**
     * Mints a ticket with the newest key.
     *
     * @param lifeMillis 1 to {@link Ticket#MOST_LIFE_MILLIS}
     */
    public Ticket mint(
            Ticket.Operation operation,
            PgId pg,
            int pgEpoch,
            SegmentId segment,
            long directoryIndex,
            long nowMillis,
            long lifeMillis) {
        Check.range("ticket life", lifeMillis, 1, Ticket.MOST_LIFE_MILLIS);
        Ring current = ring;
        Mac mac = current.macs.get(current.newest);
        if (mac == null) {
            throw new IllegalStateException(
                    "no ticket key has arrived from the directory yet; wait for it and try again");
        }
        long expiry = nowMillis + lifeMillis;
        Ticket unsigned =
                new Ticket(
                        operation,
                        pg,
                        pgEpoch,
                        segment,
                        expiry,
                        directoryIndex,
                        current.newest,
                        Bytes.EMPTY);
        return new Ticket(
                operation,
                pg,
                pgEpoch,
                segment,
                expiry,
                directoryIndex,
                current.newest,
                Bytes.wrap(sign(mac, unsigned)));
    }

    public Verdict verify(Ticket ticket, long nowMillis) {
        Mac mac = ring.macs.get(ticket.keyId());
        if (mac == null) {
            return new Verdict.Refused(Reason.UNKNOWN_KEY);
        }
        if (!MessageDigest.isEqual(sign(mac, ticket), ticket.mac().unsafeArray())) {
            return new Verdict.Refused(Reason.WRONG_MAC);
        }
        if (nowMillis > ticket.expiryMillis() + MOST_SKEW_MILLIS) {
            return new Verdict.Refused(Reason.EXPIRED);
        }
        if (ticket.expiryMillis() > nowMillis + Ticket.MOST_LIFE_MILLIS + MOST_SKEW_MILLIS) {
            return new Verdict.Refused(Reason.LIVES_TOO_LONG);
        }
        return VALID;
    }

    private static byte[] sign(Mac keyed, Ticket ticket) {
        try {
            Mac mac = (Mac) keyed.clone();
            return Arrays.copyOf(mac.doFinal(ticket.signedBytes()), Ticket.MAC_BYTES);
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("it was cloned before", impossible);
        }
    }
}
