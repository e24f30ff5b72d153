package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Does to a device's data files what disks and people do to them. It knows of their format only
 * that extents begin at whole pages with "LETHEEXT", with the chunk's length at byte 112 and the
 * distance to its first byte at byte 120. Stateless.
 */
final class DataFiles {
    private static final int PAGE_BYTES = 4096;
    private static final long EXTENT_MAGIC = 0x4C45_5448_4545_5854L;
    private static final int LENGTH_AT = 112;
    private static final int HEAD_BYTES_AT = 120;

    private DataFiles() {}

    static List<Path> of(Path device) {
        try (Stream<Path> paths = Files.list(device.resolve("data"))) {
            return paths.filter(path -> path.toString().endsWith(".dat")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Flips one bit in the middle of every chunk; gives how many there were. */
    static int flipBits(Path device) {
        return flipBits(device, () -> true);
    }

    /** The same with those chunks for which {@code which} says so. */
    static int flipBits(Path device, BooleanSupplier which) {
        int flipped = 0;
        for (Path file : of(device)) {
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES);
                for (long at = PAGE_BYTES; at < channel.size(); at += PAGE_BYTES) {
                    page.clear();
                    int _ = channel.read(page, at);
                    if (page.position() == PAGE_BYTES
                            && page.getLong(0) == EXTENT_MAGIC
                            && which.getAsBoolean()) {
                        long middle = page.getLong(LENGTH_AT) / 2;
                        flipBit(channel, at + page.getInt(HEAD_BYTES_AT) + middle);
                        flipped++;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return flipped;
    }

    private static void flipBit(FileChannel channel, long at) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        int _ = channel.read(one, at);
        one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
        int _ = channel.write(one, at);
    }

    /** Cuts every data file to half of its length. */
    static void truncate(Path device) {
        for (Path file : of(device)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                FileChannel _ = channel.truncate(channel.size() / 2);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static void delete(Path device) {
        for (Path file : of(device)) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
