package io.lethe.node.metadata.table;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.ShardId;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Slots of 64 bytes for wrapped shard keys, overwritten in place, since everything else on disk
 * keeps what was deleted (architecture, <i>Keys live where they can be erased</i>). Never linked,
 * copied or shared. Which slot is whose is said by {@link LocalRows}.
 *
 * <p>The file, in pages of 4,096 bytes, numbers big-endian:
 *
 * <pre>
 * page 0: header
 *      0  8    "LETHEKEY"
 *      8  i32  format: 1
 *     12  i32  group
 *     16  i32  pages in a half, 64
 *     20       zeros
 *   4092  i32  CRC32C of bytes 0 to 4091
 * then chunks of 128 pages, as many as needed; chunk c, from 0, holds slots 4096·c to 4096·c+4095:
 *   64 pages   first copies, {@link KeySlot} 64 bytes each
 *   64 pages   second copies, in the same order
 * </pre>
 *
 * <p>So the two copies of a slot are 256 KiB apart. {@link #write} writes the first one; {@link
 * #sync} syncs it, then writes and syncs the second: a torn page never costs both. {@link #destroy}
 * overwrites both, syncs, and reads both back from the disk. If any of this fails the file refuses
 * every further call, and its owner must halt: a failed sync is never tried again.
 *
 * <p>Safe for any thread.
 */
final class KeyFile implements AutoCloseable {
    static final int PAGE_BYTES = NativeFiles.PAGE_BYTES;
    static final int HALF_PAGES = 64;
    static final int CHUNK_SLOTS = HALF_PAGES * PAGE_BYTES / KeySlot.BYTES;
    private static final int HALF_BYTES = HALF_PAGES * PAGE_BYTES;
    private static final int CHUNK_BYTES = 2 * HALF_BYTES;

    /** Four million shards, a thousand million versions: ten times what a partition should hold. */
    static final int MOST_CHUNKS = 1024;

    /** Slots whose second copy waits for a sync: 64 KiB of them. */
    static final int MOST_PENDING = 1024;

    private static final byte[] MAGIC = "LETHEKEY".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int[] COPIES = {0, 1};

    private final Path path;
    private final RandomAccessFile file;
    private final NativeFiles.@Nullable DirectFile direct;
    private final TreeMap<Integer, byte[]> pending = new TreeMap<>();
    private int chunks;
    private @Nullable IOException broken;

    private KeyFile(Path path, NativeFiles natives) throws IOException {
        this.path = path;
        // Not a FileChannel: an interrupt would close that under every other thread.
        file = new RandomAccessFile(path.toFile(), "rw");
        direct = natives.inPlace(Folders.parent(path)).accepted() ? natives.openDirect(path) : null;
    }

    /** Makes a durable, empty file; {@code path} must not exist. */
    static KeyFile create(Path path, GroupId group, NativeFiles natives) throws IOException {
        KeyFile made = new KeyFile(path, natives);
        made.file.write(header(group));
        made.file.getFD().sync();
        DurableFiles.syncParent(path);
        return made;
    }

    /**
     * @throws IOException also when the header is not that of this group's key file
     */
    static KeyFile open(Path path, GroupId group, NativeFiles natives) throws IOException {
        KeyFile opened = new KeyFile(path, natives);
        byte[] found = new byte[PAGE_BYTES];
        try {
            opened.file.readFully(found);
            if (!Arrays.equals(found, header(group))) {
                throw new IOException(
                        path + " is not the key file of " + group + ": its header differs");
            }
            // A chunk that a crash left half made holds nothing yet: it is made again.
            opened.chunks = (int) ((opened.file.length() - PAGE_BYTES) / CHUNK_BYTES);
        } catch (EOFException e) {
            opened.close();
            throw new IOException(path + " is shorter than a key file's header", e);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private static byte[] header(GroupId group) {
        ByteBuffer out = ByteBuffer.allocate(PAGE_BYTES);
        out.put(MAGIC).putInt(FORMAT).putInt(group.value()).putInt(HALF_PAGES);
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, PAGE_BYTES - 4);
        out.putInt(PAGE_BYTES - 4, (int) crc.getValue());
        return out.array();
    }

    static long offset(int slot, int copy) {
        return PAGE_BYTES
                + (long) (slot / CHUNK_SLOTS) * CHUNK_BYTES
                + (long) copy * HALF_BYTES
                + (long) (slot % CHUNK_SLOTS) * KeySlot.BYTES;
    }

    /** Slots that the file has room for. */
    synchronized int capacity() {
        return chunks * CHUNK_SLOTS;
    }

    /** Adds room; durable at the next {@link #sync}. */
    synchronized void grow() throws IOException {
        usable();
        if (chunks == MOST_CHUNKS) {
            throw new IOException(path + " is full: split the partition");
        }
        try {
            // Written, not just extended: an overwrite in place needs blocks to be there.
            file.seek(PAGE_BYTES + (long) chunks * CHUNK_BYTES);
            file.write(new byte[CHUNK_BYTES]);
            chunks++;
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Writes a slot's first copy; the second follows at {@link #sync}. */
    synchronized void write(int slot, KeySlot.Live value) throws IOException {
        usable();
        if (pending.size() == MOST_PENDING) {
            sync();
        }
        byte[] bytes = KeySlot.encode(slot, value);
        try {
            put(slot, 0, bytes);
        } catch (IOException e) {
            throw fail(e);
        }
        pending.put(slot, bytes);
    }

    /**
     * The slot's key, from whichever copy is whole; null when it was destroyed or is another
     * shard's by now.
     *
     * @throws IOException when neither copy can be read
     */
    synchronized KeySlot.@Nullable Live read(int slot, ShardId shard) throws IOException {
        usable();
        KeySlot first = get(slot, 0);
        KeySlot best = first instanceof KeySlot.Corrupt ? get(slot, 1) : first;
        return switch (best) {
            case KeySlot.Live live -> live.tag() == KeySlot.tagOf(shard) ? live : null;
            case KeySlot.Destroyed _, KeySlot.Blank _ -> null;
            case KeySlot.Corrupt _ ->
                    throw new IOException(path + ": both copies of slot " + slot + " are corrupt");
        };
    }

    /** Makes every slot written so far durable, in both copies. */
    synchronized void sync() throws IOException {
        usable();
        if (pending.isEmpty()) {
            return;
        }
        try {
            file.getFD().sync();
            for (var entry : pending.entrySet()) {
                put(entry.getKey(), 1, entry.getValue());
            }
            file.getFD().sync();
            pending.clear();
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Overwrites both copies of slots, durably, and finds on the disk that it did. */
    synchronized void destroy(Collection<Integer> slots) throws IOException {
        usable();
        if (slots.isEmpty()) {
            return;
        }
        try {
            for (int copy : COPIES) {
                for (int slot : slots) {
                    pending.remove(slot);
                    put(slot, copy, KeySlot.encode(slot, new KeySlot.Destroyed()));
                }
            }
            file.getFD().sync();
            for (int copy : COPIES) {
                for (int slot : slots) {
                    expectDestroyed(slot, copy);
                }
            }
        } catch (IOException e) {
            throw fail(e);
        }
    }

    private void expectDestroyed(int slot, int copy) throws IOException {
        long at = offset(slot, copy);
        byte[] bytes = new byte[KeySlot.BYTES];
        if (direct != null) {
            byte[] page = new byte[PAGE_BYTES];
            direct.read(at - at % PAGE_BYTES, page, PAGE_BYTES);
            System.arraycopy(page, (int) (at % PAGE_BYTES), bytes, 0, KeySlot.BYTES);
        } else {
            file.seek(at);
            file.readFully(bytes);
        }
        if (!(KeySlot.decode(slot, bytes) instanceof KeySlot.Destroyed)) {
            throw new IOException(
                    path
                            + ": slot "
                            + slot
                            + " was overwritten, and the disk gave back other bytes");
        }
    }

    /** What {@link #scrub} found. */
    enum Scrubbed {
        GOOD,
        /** One copy was not what it should be, and was written again from the other. */
        REPAIRED,
        /** A destruction that a crash interrupted is complete now, or was before. */
        DESTROYED,
        /** Both copies are bad: a peer at the same applied index must give the key. */
        LOST
    }

    /** Compares a slot's copies with each other and with its shard, and mends what can be. */
    synchronized Scrubbed scrub(int slot, ShardId shard) throws IOException {
        usable();
        if (slot >= capacity()) {
            return Scrubbed.LOST;
        }
        KeySlot first = get(slot, 0);
        KeySlot second = pending.containsKey(slot) ? first : get(slot, 1);
        if (first instanceof KeySlot.Destroyed || second instanceof KeySlot.Destroyed) {
            if (!first.equals(second)) {
                destroy(List.of(slot));
            }
            return Scrubbed.DESTROYED;
        }
        boolean firstGood = isOf(first, shard);
        boolean secondGood = isOf(second, shard);
        if (firstGood && secondGood && first.equals(second)) {
            return Scrubbed.GOOD;
        }
        if (!firstGood && !secondGood) {
            return Scrubbed.LOST;
        }
        try {
            int bad = firstGood ? 1 : 0;
            put(slot, bad, KeySlot.encode(slot, firstGood ? first : second));
            file.getFD().sync();
        } catch (IOException e) {
            throw fail(e);
        }
        return Scrubbed.REPAIRED;
    }

    private static boolean isOf(KeySlot value, ShardId shard) {
        return value instanceof KeySlot.Live live && live.tag() == KeySlot.tagOf(shard);
    }

    /** Slots of which a copy holds anything but zeros or a destruction. */
    synchronized List<Integer> occupied() throws IOException {
        usable();
        TreeMap<Integer, Boolean> found = new TreeMap<>();
        byte[] half = new byte[HALF_BYTES];
        for (int chunk = 0; chunk < chunks; chunk++) {
            for (int copy : COPIES) {
                file.seek(offset(chunk * CHUNK_SLOTS, copy));
                file.readFully(half);
                for (int i = 0; i < CHUNK_SLOTS; i++) {
                    int slot = chunk * CHUNK_SLOTS + i;
                    int at = i * KeySlot.BYTES;
                    if (mayLive(slot, Arrays.copyOfRange(half, at, at + KeySlot.BYTES))) {
                        found.put(slot, true);
                    }
                }
            }
        }
        return List.copyOf(found.keySet());
    }

    private static boolean mayLive(int slot, byte[] bytes) {
        return switch (KeySlot.decode(slot, bytes)) {
            case KeySlot.Blank _, KeySlot.Destroyed _ -> false;
            case KeySlot.Live _, KeySlot.Corrupt _ -> true;
        };
    }

    /** Whether {@link #destroy} reads back from the disk itself, past the page cache. */
    boolean readsBackFromDisk() {
        return direct != null;
    }

    private KeySlot get(int slot, int copy) throws IOException {
        byte[] bytes = new byte[KeySlot.BYTES];
        file.seek(offset(slot, copy));
        file.readFully(bytes);
        return KeySlot.decode(slot, bytes);
    }

    private void put(int slot, int copy, byte[] bytes) throws IOException {
        file.seek(offset(slot, copy));
        file.write(bytes);
    }

    private void usable() throws IOException {
        if (broken != null) {
            throw new IOException(path + " refuses every call since one failed", broken);
        }
    }

    private IOException fail(IOException cause) {
        broken = cause;
        return cause;
    }

    @Override
    public synchronized void close() throws IOException {
        if (direct != null) {
            direct.close();
        }
        file.close();
    }
}
