package io.lethe.node.metadata.raft;

import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The file that holds one group's wrapped log-epoch keys, overwritten in place so that a key can be
 * forgotten. Owned by one {@link EpochKeys}; one thread at a time.
 *
 * <p>Layout, big-endian, 33 pages of 4096 bytes. Page 0: magic "LTHEPOC1", u8 format = 1, i32
 * group, i32 slots per copy = 1024, i32 CRC-32C of the 17 bytes before it, zeros. Pages 1-16: the
 * first copy of the slots. Pages 17-32: the second copy. A slot has 64 bytes: i32 epoch (0: the
 * slot is free and all zeros), i64 first index, u8 length of the wrapped key, 40 bytes of wrapped
 * key and zeros, 7 zeros, i32 CRC-32C of the 60 bytes before it.
 *
 * <p>The second copy is written once the first is synced. One copy free and the other valid: a
 * destruction, or a creation that was never used, was cut short, and the slot is destroyed. One
 * copy damaged: mended from the other. Both damaged: the replica is damaged.
 */
final class EpochSlots implements AutoCloseable {
    static final int SLOTS = 1024;
    static final int SLOT_BYTES = 64;
    private static final int PAGE_BYTES = 4096;
    private static final int COPY_BYTES = SLOTS * SLOT_BYTES;
    private static final int FILE_BYTES = PAGE_BYTES + 2 * COPY_BYTES;
    private static final int CHECKED_BYTES = SLOT_BYTES - 4;
    private static final int FORMAT = 1;
    private static final byte[] MAGIC = {'L', 'T', 'H', 'E', 'P', 'O', 'C', '1'};

    /**
     * One epoch's key.
     *
     * @param firstIndex of the first entry sealed under it
     */
    record Slot(int place, int epoch, long firstIndex, byte[] wrapped) {
        byte[] encode() {
            Encoder out = new Encoder(SLOT_BYTES);
            out.i32(epoch).i64(firstIndex).u8(wrapped.length).raw(wrapped);
            out.raw(new byte[CHECKED_BYTES - out.length()]);
            return out.i32(crc(out.toArray())).toArray();
        }
    }

    private final Path file;
    private final FileChannel channel;
    private final NavigableMap<Integer, Slot> byEpoch = new TreeMap<>();
    private final boolean[] taken = new boolean[SLOTS];

    private EpochSlots(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Makes an empty file, durably; there is none under this name yet. */
    static void create(Path file, int group) throws IOException {
        Encoder header = new Encoder(PAGE_BYTES);
        header.raw(MAGIC).u8(FORMAT).i32(group).i32(SLOTS);
        header.i32(crc(header.toArray()));
        byte[] content = new byte[FILE_BYTES];
        System.arraycopy(header.toArray(), 0, content, 0, header.length());
        DurableFiles.replace(file, content);
    }

    /**
     * @throws StoreException CORRUPT when the file is missing, of another group or damaged
     */
    static EpochSlots open(Path file, int group) throws IOException {
        if (!Files.exists(file) || Files.size(file) != FILE_BYTES) {
            throw damaged(file, "it is missing or has the wrong length");
        }
        EpochSlots slots =
                new EpochSlots(
                        file,
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            slots.checkHeader(group);
            for (int place = 0; place < SLOTS; place++) {
                slots.load(place);
            }
            return slots;
        } catch (IOException | RuntimeException e) {
            slots.close();
            throw e;
        }
    }

    private void checkHeader(int group) throws IOException {
        Decoder in = new Decoder(read(0, 21));
        byte[] checked = in.raw(17);
        Decoder fields = new Decoder(checked);
        boolean good = in.i32() == crc(checked) && Arrays.equals(fields.raw(8), MAGIC);
        if (!good || fields.u8() != FORMAT || fields.i32() != group || fields.i32() != SLOTS) {
            throw damaged(file, "its header is not that of group " + group);
        }
    }

    private void load(int place) throws IOException {
        byte[] first = read(offset(place, 0), SLOT_BYTES);
        byte[] second = read(offset(place, 1), SLOT_BYTES);
        boolean firstFree = isFree(first);
        boolean secondFree = isFree(second);
        if (firstFree && secondFree) {
            return;
        }
        if (firstFree || secondFree) {
            overwrite(place, new byte[SLOT_BYTES]);
            return;
        }
        boolean firstGood = isGood(first);
        if (!firstGood && !isGood(second)) {
            throw damaged(file, "both copies of slot " + place + " are");
        }
        byte[] good = firstGood ? first : second;
        if (!Arrays.equals(first, second)) {
            overwrite(place, good);
        }
        Decoder in = new Decoder(good);
        Slot slot = new Slot(place, in.i32(), in.i64(), in.raw(in.u8()));
        taken[place] = true;
        Check.that(byEpoch.put(slot.epoch(), slot) == null, "epoch " + slot.epoch() + " twice");
    }

    /** The live slots by epoch. */
    NavigableMap<Integer, Slot> live() {
        return byEpoch;
    }

    int free() {
        return SLOTS - byEpoch.size();
    }

    /** Writes a new epoch's slot; durable in both copies when it returns. */
    Slot add(int epoch, long firstIndex, byte[] wrapped) throws IOException {
        Check.range("wrapped key length", wrapped.length, 1, EpochKeyWrap.MOST_WRAPPED_BYTES);
        int place = 0;
        while (place < SLOTS && taken[place]) {
            place++;
        }
        if (place == SLOTS) {
            throw new StoreException(
                    ErrorCode.OUT_OF_SPACE,
                    "All log-epoch slots of " + file + " are taken: take a snapshot of the group");
        }
        Slot slot = new Slot(place, epoch, firstIndex, wrapped);
        overwrite(place, slot.encode());
        taken[place] = true;
        byEpoch.put(epoch, slot);
        return slot;
    }

    /** Overwrites an epoch's slot with zeros, in both copies, durably. */
    void destroy(int epoch) throws IOException {
        Slot slot = byEpoch.get(epoch);
        if (slot != null) {
            overwrite(slot.place(), new byte[SLOT_BYTES]);
            taken[slot.place()] = false;
            byEpoch.remove(epoch);
        }
    }

    private void overwrite(int place, byte[] content) throws IOException {
        for (int copy = 0; copy < 2; copy++) {
            ByteBuffer source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                channel.write(source, offset(place, copy) + source.position());
            }
            channel.force(false);
        }
    }

    private byte[] read(long offset, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining()) {
            if (channel.read(target, offset + target.position()) < 0) {
                throw damaged(file, "it ends early");
            }
        }
        return target.array();
    }

    /** Overwrites all of a file with zeros, durably, whatever it holds: before it is deleted. */
    static void overwriteAll(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(channel.size(), FILE_BYTES));
            while (zeros.hasRemaining()) {
                channel.write(zeros, zeros.position());
            }
            channel.force(true);
        }
    }

    private static long offset(int place, int copy) {
        return PAGE_BYTES + (long) copy * COPY_BYTES + (long) place * SLOT_BYTES;
    }

    private static boolean isFree(byte[] slot) {
        for (byte b : slot) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isGood(byte[] slot) {
        Decoder in = new Decoder(slot);
        byte[] checked = in.raw(CHECKED_BYTES);
        return in.i32() == crc(checked) && (checked[12] & 0xff) <= EpochKeyWrap.MOST_WRAPPED_BYTES;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static StoreException damaged(Path file, String how) {
        return new StoreException(
                ErrorCode.CORRUPT,
                "The log-epoch file "
                        + file
                        + " is damaged ("
                        + how
                        + "): remove this replica and add it as a new generation");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
