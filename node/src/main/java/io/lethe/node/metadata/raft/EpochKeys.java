package io.lethe.node.metadata.raft;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals one group's log entries under log-epoch keys and forgets a key once the log begins after
 * its last entry. Any thread; one at a time.
 *
 * <p>Invariants: an epoch's slot is synced before the first entry is sealed under it; an epoch is
 * used by the process that made it only, so its counter never repeats; a slot is destroyed only
 * after the log's new first index is synced (the caller's order).
 *
 * <p>A sealed entry, big-endian: u8 format = 1, i32 epoch, i64 counter, AES-256-GCM ciphertext, 16
 * bytes of tag. Nonce: four zeros and the counter. Associated data: i32 group, i64 index, i32
 * epoch.
 */
final class EpochKeys implements AutoCloseable {
    /** 16 MiB: small enough that truncation soon frees an epoch, large enough for few slots. */
    private static final long EPOCH_BYTES = 16L * 1024 * 1024;

    /** Slots that only a start of the process may take, so that a long log cannot block one. */
    private static final int RESERVED_SLOTS = 64;

    private static final int FORMAT = 1;
    private static final int KEY_BYTES = 32;
    private static final int TAG_BITS = 128;
    private static final int HEADER_BYTES = 13;

    private final int group;
    private final EpochSlots slots;
    private final EpochKeyWrap wrap;
    private final RandomSource random;
    private final Map<Integer, SecretKey> keys = new HashMap<>();

    /** The highest index ever sealed, by epoch; for epochs of former processes the log's end. */
    private final Map<Integer, Long> lastIndexes = new HashMap<>();

    /** Used again for every entry: looking one up costs more than sealing with it. */
    private final Cipher cipher;

    private @Nullable SecretKey current;
    private int currentEpoch;
    private long counter;
    private long sealedBytes;

    /**
     * @param lastLogIndex no epoch found now holds a live entry after it
     */
    EpochKeys(
            int group,
            EpochSlots slots,
            EpochKeyWrap wrap,
            RandomSource random,
            long lastLogIndex) {
        this.group = group;
        this.slots = slots;
        this.wrap = wrap;
        this.random = random;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks AES-GCM", e);
        }
        for (EpochSlots.Slot slot : slots.live().values()) {
            keys.put(slot.epoch(), new SecretKeySpec(wrap.unwrap(slot.wrapped()), "AES"));
            lastIndexes.put(slot.epoch(), lastLogIndex);
        }
    }

    synchronized byte[] seal(long index, byte[] entry) throws IOException {
        boolean full = sealedBytes >= EPOCH_BYTES && slots.free() > RESERVED_SLOTS;
        SecretKey key = current == null || full ? beginEpoch(index) : current;
        lastIndexes.merge(currentEpoch, index, Math::max);
        sealedBytes += entry.length;
        long used = counter++;
        try {
            begin(Cipher.ENCRYPT_MODE, key, index, currentEpoch, used);
            byte[] header =
                    new Encoder(HEADER_BYTES).u8(FORMAT).i32(currentEpoch).i64(used).toArray();
            byte[] sealed =
                    Arrays.copyOf(header, HEADER_BYTES + cipher.getOutputSize(entry.length));
            cipher.doFinal(entry, 0, entry.length, sealed, HEADER_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed for a log entry", e);
        }
    }

    private SecretKey beginEpoch(long firstIndex) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        random.fill(key);
        int epoch = slots.live().isEmpty() ? currentEpoch + 1 : slots.live().lastKey() + 1;
        slots.add(epoch, firstIndex, wrap.wrap(key));
        SecretKey fresh = new SecretKeySpec(key, "AES");
        keys.put(epoch, fresh);
        current = fresh;
        currentEpoch = epoch;
        counter = 1;
        sealedBytes = 0;
        return fresh;
    }

    /**
     * @throws StoreException CORRUPT when the entry is damaged or its epoch's key is gone
     */
    synchronized byte[] open(long index, byte[] sealed) {
        Decoder in = new Decoder(sealed);
        int format = in.u8();
        int epoch = in.i32();
        long used = in.i64();
        SecretKey key = keys.get(epoch);
        if (format != FORMAT || key == null) {
            throw corrupt(index, "format " + format + ", epoch " + epoch + " has no key", null);
        }
        try {
            begin(Cipher.DECRYPT_MODE, key, index, epoch, used);
            return cipher.doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
        } catch (GeneralSecurityException e) {
            throw corrupt(index, "it does not match its seal", e);
        }
    }

    private StoreException corrupt(long index, String how, @Nullable Throwable cause) {
        return new StoreException(
                ErrorCode.CORRUPT,
                "Entry "
                        + index
                        + " of group "
                        + group
                        + " is damaged ("
                        + how
                        + "): remove this replica and add it as a new generation",
                cause);
    }

    private void begin(int mode, SecretKey key, long index, int epoch, long used)
            throws GeneralSecurityException {
        byte[] nonce = new Encoder(16).i32(0).i64(used).toArray();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(new Encoder(16).i32(group).i64(index).i32(epoch).toArray());
    }

    /** The next entry begins a new epoch. */
    synchronized void rotate() {
        current = null;
    }

    /** The log now begins at {@code firstIndex}, durably: forgets every key that only older use. */
    synchronized void truncated(long firstIndex) throws IOException {
        List<Integer> past = new ArrayList<>();
        long laterFirst = Long.MAX_VALUE;
        for (EpochSlots.Slot slot : slots.live().descendingMap().values()) {
            long sealedLast = lastIndexes.getOrDefault(slot.epoch(), Long.MAX_VALUE);
            // An entry at or after a later epoch's first index was replaced under that epoch.
            if (Math.min(sealedLast, laterFirst - 1) < firstIndex) {
                past.add(slot.epoch());
            }
            laterFirst = Math.min(laterFirst, slot.firstIndex());
        }
        for (int epoch : past) {
            destroy(epoch);
        }
    }

    /** Forgets every key: the group's log was emptied, durably. */
    synchronized void destroyAll() throws IOException {
        for (int epoch : List.copyOf(slots.live().keySet())) {
            destroy(epoch);
        }
    }

    private void destroy(int epoch) throws IOException {
        if (epoch == currentEpoch) {
            current = null;
        }
        slots.destroy(epoch);
        keys.remove(epoch);
        lastIndexes.remove(epoch);
    }

    /** True when no live epoch ever held an entry up to {@code index}. */
    synchronized boolean destroyedThrough(long index) {
        return slots.live().values().stream().allMatch(slot -> slot.firstIndex() > index);
    }

    synchronized int live() {
        return slots.live().size();
    }

    @Override
    public synchronized void close() throws IOException {
        slots.close();
    }
}
