package io.lethe.node.chunk;

import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One data file: its channels, its group commit and how much of it is alive. Reads and writes are
 * positional, so any platform thread may do them; who owns which range is {@link DataFiles}'
 * business.
 *
 * <p>Reads and small writes go through the page cache, whole pages of new chunks and checks of what
 * is stored past it where the file system can: see {@code node/doc/decisions/direct-writes.md}.
 * Nobody writes the same page both ways without a sync in between.
 *
 * <p>A thread that is interrupted within a call closes the channel for everybody (so Java has it):
 * the next caller opens it again, and only a sync cut that way counts as a failed device.
 */
final class DataFile {
    /** One write call: bounds the direct memory that each thread keeps for copies. */
    private static final int MOST_WRITE_BYTES = 1 << 20;

    /**
     * How a device's files are opened.
     *
     * @param pastCache whether pages can be written past the page cache
     */
    record Channels(DiskPorts.ChannelOpener opener, boolean pastCache) {}

    private final int number;
    private final Path path;
    private final long nonce;
    private final DiskPorts.ChannelOpener opener;
    private final DeviceHealth health;
    private final DiskTimes times;
    private final GroupSync sync;
    private final Opened cached = new Opened(StandardOpenOption.READ, StandardOpenOption.WRITE);
    private final Opened direct;

    /** Reads from the disk itself; null where the file system cannot. */
    private final @Nullable Opened directReads;

    private volatile boolean closed;
    private volatile boolean missing;

    /** Extents in the index, and their bytes. */
    final AtomicLong liveExtents = new AtomicLong();

    final AtomicLong liveBytes = new AtomicLong();

    /** Extents out of the index whose hole is not punched yet. */
    final AtomicInteger unpunched = new AtomicInteger();

    DataFile(
            int number,
            Path path,
            long nonce,
            Channels channels,
            DeviceHealth health,
            DiskCounters counters,
            AtomicInteger queuedSyncs) {
        this.number = number;
        this.path = path;
        this.nonce = nonce;
        this.opener = channels.opener();
        this.direct =
                channels.pastCache()
                        ? new Opened(StandardOpenOption.WRITE, NativeFiles.DIRECT)
                        : cached;
        this.directReads =
                channels.pastCache()
                        ? new Opened(StandardOpenOption.READ, NativeFiles.DIRECT)
                        : null;
        this.health = health;
        this.times = counters.times();
        this.sync = new GroupSync(this::force, health, counters, queuedSyncs);
    }

    int number() {
        return number;
    }

    Path path() {
        return path;
    }

    long nonce() {
        return nonce;
    }

    /** Not on the disk any more: its chunks are damaged, its space is nobody's. */
    boolean missing() {
        return missing;
    }

    void markMissing() {
        missing = true;
    }

    FileChannel channel() throws IOException {
        return cached.channel();
    }

    /** A channel that is opened when it is wanted, and again when it was closed. */
    private final class Opened {
        private final OpenOption[] options;
        private volatile @Nullable FileChannel channel;

        Opened(OpenOption... options) {
            this.options = options;
        }

        FileChannel channel() throws IOException {
            FileChannel open = channel;
            return open != null && open.isOpen() ? open : reopen();
        }

        private FileChannel reopen() throws IOException {
            synchronized (DataFile.this) {
                FileChannel open = channel;
                if (open != null && open.isOpen()) {
                    return open;
                }
                if (closed) {
                    throw new ClosedChannelException();
                }
                FileChannel opened = opener.open(path, options);
                channel = opened;
                return opened;
            }
        }

        void close() throws IOException {
            FileChannel open = channel;
            if (open != null) {
                open.close();
            }
        }
    }

    /**
     * @throws StoreException OUT_OF_SPACE when the disk is full; UNAVAILABLE when it failed
     */
    void write(long position, byte[] source, int offset, int lengthBytes) {
        for (int done = 0; done < lengthBytes; done += MOST_WRITE_BYTES) {
            int step = Math.min(lengthBytes - done, MOST_WRITE_BYTES);
            write(cached, position + done, ByteBuffer.wrap(source, offset + done, step));
        }
    }

    /**
     * Writes whole pages, past the page cache where that is possible.
     *
     * @param position a multiple of {@link ExtentFormat#PAGE_BYTES}
     * @param pages whole pages, aligned in memory too
     * @throws StoreException as {@link #write}
     */
    void writePages(long position, ByteBuffer pages) {
        write(direct, position, pages);
    }

    private void write(Opened opened, long position, ByteBuffer source) {
        try {
            FileChannel target = opened.channel();
            long began = times.now();
            long at = position;
            while (source.hasRemaining()) {
                at += target.write(source, at);
            }
            times.since(DiskTimes.Kind.WRITE, began);
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (isFull(e)) {
                throw new StoreException(
                        ErrorCode.OUT_OF_SPACE, "the device's file system is full", e);
            }
            throw health.failed("writing " + path + " failed", e);
        }
    }

    /** ENOSPC and EDQUOT reach Java as text only. */
    static boolean isFull(IOException e) {
        String text = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return text != null && (text.contains("No space left") || text.contains("quota exceeded"));
    }

    /** The thread was interrupted, or the device is being closed. */
    static boolean isInterruption(IOException e) {
        return e instanceof ClosedChannelException;
    }

    private static StoreException interrupted(ClosedChannelException e) {
        String why = e instanceof ClosedByInterruptException ? "interrupted" : "closed";
        return new StoreException(
                ErrorCode.UNAVAILABLE, "a call to the disk was " + why + "; try again", e);
    }

    /**
     * Reads exactly {@code lengthBytes}.
     *
     * @throws EOFException when the file ends before
     * @throws StoreException CORRUPT when the disk refused, UNAVAILABLE when it did so too often
     */
    void read(long position, byte[] target, int lengthBytes) throws EOFException {
        try {
            FileChannel source = channel();
            long began = times.now();
            ByteBuffer buffer = ByteBuffer.wrap(target, 0, lengthBytes);
            while (buffer.hasRemaining()) {
                if (source.read(buffer, position + buffer.position()) < 0) {
                    throw new EOFException(path + " ends before " + (position + lengthBytes));
                }
            }
            times.since(DiskTimes.Kind.READ, began);
        } catch (EOFException e) {
            throw e;
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw health.readFailed("reading " + path + " at " + position + " failed", e);
        }
    }

    private void force() throws IOException {
        long began = times.now();
        channel().force(false);
        times.since(DiskTimes.Kind.SYNC, began);
    }

    /**
     * As {@link #read}, but what is on the disk, and not what memory has of it, where the file
     * system can; and memory keeps nothing of it.
     *
     * @param position a multiple of {@link ExtentFormat#PAGE_BYTES}
     * @param pages whole pages, aligned in memory too, of any content
     */
    void readFromDisk(long position, byte[] target, int lengthBytes, ByteBuffer pages)
            throws EOFException {
        Opened opened = directReads;
        if (opened == null) {
            read(position, target, lengthBytes);
            return;
        }
        try {
            FileChannel source = opened.channel();
            long began = times.now();
            for (int done = 0; done < lengthBytes; ) {
                long wanted = ExtentFormat.wholePages(lengthBytes - done);
                pages.clear().limit((int) Math.min(wanted, pages.capacity()));
                int got = source.read(pages, position + done);
                int used = Math.min(got, lengthBytes - done);
                // A part of a page is all that is left of the file.
                if (got <= 0
                        || (used % ExtentFormat.PAGE_BYTES != 0 && used < lengthBytes - done)) {
                    throw new EOFException(path + " ends before " + (position + lengthBytes));
                }
                pages.flip().get(target, done, used);
                done += used;
            }
            times.since(DiskTimes.Kind.READ, began);
        } catch (EOFException e) {
            throw e;
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw health.readFailed("reading " + path + " at " + position + " failed", e);
        }
    }

    /** Returns when everything written before the call is on the disk. */
    void sync() {
        sync.await();
    }

    long size() {
        try {
            return channel().size();
        } catch (IOException e) {
            throw health.readFailed("the size of " + path + " cannot be read", e);
        }
    }

    synchronized void close() throws IOException {
        closed = true;
        direct.close();
        if (directReads != null) {
            directReads.close();
        }
        cached.close();
    }
}
