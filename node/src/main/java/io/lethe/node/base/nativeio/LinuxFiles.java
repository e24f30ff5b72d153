package io.lethe.node.base.nativeio;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link NativeFiles} by system calls of 64-bit Linux. Holds no descriptor between calls (opening
 * costs two microseconds, a descriptor per data file would cost a table of them).
 */
final class LinuxFiles implements NativeFiles {
    /** FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE of linux/falloc.h. */
    private static final int PUNCH_KEEPING_SIZE = 0x02 | 0x01;

    /** Size of struct statfs on 64-bit Linux; its first field is f_type, a long. */
    private static final int STATFS_BYTES = 120;

    /** Magic numbers of linux/magic.h, as statfs(2) gives them. */
    private static final long EXT_MAGIC = 0xEF53;

    private static final long XFS_MAGIC = 0x58465342;

    /** XFS_IOC_FSGEOMETRY of xfs_fs.h: _IOR('X', 126, a struct of 256 bytes). */
    private static final long XFS_GEOMETRY = 0x8100587EL;

    private static final int XFS_GEOMETRY_BYTES = 256;

    /** Offset of the u32 {@code flags} in struct xfs_fsop_geom. */
    private static final int XFS_FLAGS_AT = 92;

    /** XFS_FSOP_GEOM_FLAGS_REFLINK. */
    private static final int XFS_REFLINK = 1 << 20;

    /** Made on first use: building the call stubs costs some 50 ms. */
    private static final class Holder {
        static final LinuxFiles INSTANCE = new LinuxFiles();
    }

    private final LibC libc;
    private final int directFlag;

    private LinuxFiles() {
        String system = System.getProperty("os.name", "");
        String machine = System.getProperty("os.arch", "");
        if (!system.equals("Linux")) {
            throw new UnsupportedOperationException(
                    "Lethe's storage runs on 64-bit Linux, and this is " + system);
        }
        libc = new LibC();
        // O_DIRECT of asm/fcntl.h differs between the two machines that Lethe is built for.
        directFlag = machine.equals("aarch64") ? 0x10000 : 0x4000;
    }

    static LinuxFiles instance() {
        return Holder.INSTANCE;
    }

    @Override
    public boolean punchHole(Path file, long offset, long lengthBytes) throws IOException {
        int descriptor = libc.open(file, LibC.O_RDWR);
        try {
            libc.fallocate(descriptor, PUNCH_KEEPING_SIZE, offset, lengthBytes);
            return true;
        } catch (LibC.Errno e) {
            if (e.number == LibC.EOPNOTSUPP || e.number == LibC.ENOSYS) {
                return false;
            }
            throw e;
        } finally {
            libc.close(descriptor);
        }
    }

    @Override
    public DirectFile openDirect(Path file) throws IOException {
        return new Direct(libc, libc.open(file, LibC.O_RDONLY | directFlag));
    }

    private static final class Direct implements DirectFile {
        private final LibC libc;
        private final int descriptor;
        // Opened, used and closed by one thread at a time, and not always by the same.
        private final Arena arena = Arena.ofShared();
        private final MemorySegment buffer = arena.allocate(MOST_READ_BYTES, PAGE_BYTES);

        Direct(LibC libc, int descriptor) {
            this.libc = libc;
            this.descriptor = descriptor;
        }

        @Override
        public void read(long offset, byte[] target, int lengthBytes) throws IOException {
            int done = 0;
            while (done < lengthBytes) {
                int step = Math.min(lengthBytes - done, MOST_READ_BYTES);
                long got = libc.pread(descriptor, buffer, step, offset + done);
                // A short read that is not whole pages only happens at the end of the file.
                if (got == 0 || (got < step && got % PAGE_BYTES != 0)) {
                    throw new IOException(
                            "the file ends at " + (offset + done + got) + ", within the range");
                }
                MemorySegment.copy(
                        buffer, ValueLayout.JAVA_BYTE, 0, target, done, Math.toIntExact(got));
                done += Math.toIntExact(got);
            }
        }

        @Override
        public void close() throws IOException {
            arena.close();
            libc.close(descriptor);
        }
    }

    @Override
    public InPlace inPlace(Path directory) throws IOException {
        Path real = directory.toRealPath();
        long magic;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment area = arena.allocate(STATFS_BYTES, Long.BYTES);
            libc.statfs(real, area);
            magic = area.get(ValueLayout.JAVA_LONG, 0);
        }
        List<String> mounts =
                Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8);
        Mount mount = Mount.of(real, mounts);
        if (magic == EXT_MAGIC) {
            return new InPlace(mount.type(), mount.ext4Refusal());
        }
        if (magic == XFS_MAGIC) {
            return new InPlace("xfs", reflinkRefusal(real));
        }
        return new InPlace(
                mount.type(),
                mount.type() + " is not known to overwrite bytes in place; use ext4 or XFS");
    }

    private @Nullable String reflinkRefusal(Path directory) throws IOException {
        int descriptor = libc.open(directory, LibC.O_RDONLY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment area = arena.allocate(XFS_GEOMETRY_BYTES, Long.BYTES);
            libc.ioctl(descriptor, XFS_GEOMETRY, area);
            boolean reflink = (area.get(ValueLayout.JAVA_INT, XFS_FLAGS_AT) & XFS_REFLINK) != 0;
            return reflink ? "XFS was made with reflinks; make it with -m reflink=0" : null;
        } finally {
            libc.close(descriptor);
        }
    }
}
