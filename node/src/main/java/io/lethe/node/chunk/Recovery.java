package io.lethe.node.chunk;

import io.lethe.node.chunk.ExtentIndex.Dead;
import io.lethe.node.chunk.FileFormat.FileHeader;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings a device back to what was acknowledged, whatever a crash left. Runs once, on the thread
 * that opens the store, before anybody else uses it.
 *
 * <p>What it can rely on: the index is a prefix of its writes that holds every synced one (deletes,
 * dooms, floors, checkpoints). What it does:
 *
 * <ol>
 *   <li>finds the data files: known and present; known and missing (their chunks are damaged);
 *       unknown (made just before the crash, or the index was lost: read whole);
 *   <li>finishes what PENDING says: overwrites and punches, so that nothing deleted comes back;
 *   <li>reads unsealed files from their checkpoint: a page that holds a valid header of this place
 *       is an extent. It is taken when the index has it already, or when it is not dead, not
 *       doomed, not below its group's floor, not older than what the index has under its key, and
 *       all its bytes match their checksums. Anything else (zeros of a lost tail, torn heads, stale
 *       bytes, extents that were never finished) is a hole from then on;
 *   <li>marks chunks damaged that lie past the end of a truncated file.
 * </ol>
 */
final class Recovery {
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{8})\\.dat");

    /**
     * Newest files whose bytes are checked when the index was lost: extents torn by the crash lie
     * in the active file or the one just sealed. Older ones are left to verification.
     */
    private static final int CHECKED_WHEN_REBUILT = 2;

    private final DeviceParts parts;
    private final ExtentReader reader;
    private final DeviceId device;
    private final Set<Location> pending = new HashSet<>();
    private long strangers;

    Recovery(DeviceParts parts, ExtentReader reader, DeviceId device) {
        this.parts = parts;
        this.reader = reader;
        this.device = device;
    }

    /** Data files that are there but belong to no device, or to another one. */
    long strangers() {
        return strangers;
    }

    void run(boolean indexRebuilt) throws IOException {
        Map<Integer, FileRow> rows = parts.checkpoints().load();
        Set<Integer> present = present();
        adopt(rows, present);
        finishDead();
        TreeSet<Integer> numbers = new TreeSet<>(present);
        int checkFrom =
                numbers.stream()
                        .sorted(java.util.Comparator.reverseOrder())
                        .skip(CHECKED_WHEN_REBUILT - 1)
                        .findFirst()
                        .orElse(0);
        for (FileRow row : rows.values()) {
            DataFile file = parts.files().find(row.number());
            if (file != null && !file.missing() && !row.sealed()) {
                boolean check = !indexRebuilt || row.number() >= checkFrom;
                new Scan(file, row.scanFrom(), check).run();
            }
        }
        for (DataFile file : parts.files().all()) {
            parts.files().account(file, parts.index().usage(file.number()));
        }
        parts.files().resume();
        new FileInspection(parts).run();
        parts.checkpoints().run();
    }

    private Set<Integer> present() throws IOException {
        Set<Integer> numbers = new HashSet<>();
        try (Stream<Path> entries = Files.list(parts.files().directory())) {
            entries.forEach(
                    path -> {
                        Matcher name = FILE_NAME.matcher(String.valueOf(path.getFileName()));
                        if (name.matches()) {
                            numbers.add(Integer.parseInt(name.group(1)));
                        }
                    });
        }
        return numbers;
    }

    private void adopt(Map<Integer, FileRow> rows, Set<Integer> present) throws IOException {
        for (int number : present) {
            if (!rows.containsKey(number)) {
                adoptUnknown(rows, number);
            }
        }
        for (FileRow row : rows.values()) {
            boolean missing = !present.contains(row.number());
            var _ = parts.files().adopt(row, missing);
        }
    }

    /** A file that the index does not know: ours when its first page says so. */
    private void adoptUnknown(Map<Integer, FileRow> rows, int number) throws IOException {
        parts.files().takeNumber(number);
        Path path = parts.files().path(number);
        byte[] page = new byte[ExtentFormat.PAGE_BYTES];
        int got;
        try (var in = Files.newInputStream(path)) {
            got = in.readNBytes(page, 0, page.length);
        }
        FileHeader header = got == page.length ? FileFormat.decode(page) : null;
        if (header != null && header.number() == number && header.device().equals(device)) {
            FileRow row = new FileRow(number, header.nonce(), ExtentFormat.PAGE_BYTES, false);
            var _ = rows.put(number, row);
        } else if (Files.size(path) <= ExtentFormat.PAGE_BYTES) {
            // A crash before its first page was durable: nothing was ever stored in it.
            Files.delete(path);
        } else {
            strangers++;
        }
    }

    private void finishDead() {
        for (Dead dead : parts.index().dead()) {
            DataFile file = parts.files().find(dead.place().file());
            if (file == null) {
                parts.index().forgetDead(List.of(dead.place()));
                continue;
            }
            pending.add(dead.place());
            if (dead.erase() && !file.missing()) {
                boolean _ =
                        parts.eraser().overwrite(file, dead.place().offset(), dead.extentBytes());
            }
            int _ = file.unpunched.incrementAndGet();
            parts.reclaimer().empty(dead);
        }
    }

    /** Reads one file from its checkpoint on. */
    private final class Scan {
        private static final int WINDOW_BYTES = 256 << 10;

        private final DataFile file;
        private final boolean check;
        private final long size;
        private final byte[] window = new byte[WINDOW_BYTES];
        private long windowAt = -1;
        private int windowBytes;

        /** Everything from here to where the scan stands is nobody's. */
        private long gapFrom;

        private final List<Dead> replaced = new ArrayList<>();

        Scan(DataFile file, long from, boolean check) {
            this.file = file;
            this.check = check;
            this.size = file.size();
            this.gapFrom = Math.max(from, ExtentFormat.PAGE_BYTES);
        }

        void run() {
            long at = gapFrom;
            while (size - at >= ExtentFormat.HEADER_BYTES) {
                ExtentFormat.Header header = headerAt(at);
                if (header == null) {
                    at += ExtentFormat.PAGE_BYTES;
                    continue;
                }
                Extent extent = header.extent();
                parts.checkpoints().seen(extent.sequence());
                boolean alive = parts.index().holds(extent.location()) || take(extent);
                long end = at + extent.extentBytes();
                if (alive) {
                    emptyGap(at);
                    gapFrom = end;
                } else if (!parts.reclaimer().punches()) {
                    parts.reclaimer().punch(file, at, ExtentFormat.PAGE_BYTES);
                }
                at = end;
            }
            emptyGap(size);
            for (Dead dead : replaced) {
                DataFile old = parts.files().find(dead.place().file());
                if (old != null) {
                    int _ = old.unpunched.incrementAndGet();
                    parts.reclaimer().empty(dead);
                }
            }
            file.sync();
        }

        private void emptyGap(long to) {
            if (to > gapFrom && parts.reclaimer().punches()) {
                parts.reclaimer().punch(file, gapFrom, ExtentFormat.wholePages(to) - gapFrom);
            }
        }

        private ExtentFormat.@Nullable Header headerAt(long at) {
            long needed = Math.min(size - at, ExtentFormat.PAGE_BYTES);
            boolean inside =
                    windowAt >= 0 && at >= windowAt && at + needed <= windowAt + windowBytes;
            if (!inside) {
                fill(at);
            }
            Location place = new Location(file.number(), at);
            return ExtentFormat.decode(window, (int) (at - windowAt), place, file.nonce());
        }

        private void fill(long at) {
            windowBytes = (int) Math.min(size - at, WINDOW_BYTES);
            windowAt = at;
            try {
                file.read(at, window, windowBytes);
            } catch (EOFException e) {
                throw parts.health().failed("a data file shrank while it was read", e);
            }
        }

        /** Puts an extent that the index lost back; false when it is to be forgotten. */
        private boolean take(Extent extent) {
            if (pending.contains(extent.location()) || refused(extent)) {
                return false;
            }
            Extent present = parts.index().find(extent.key());
            if (present != null && present.sequence() >= extent.sequence()) {
                return false;
            }
            int[] crcs = reader.table(file, extent);
            if (crcs == null || (check && !reader.soundBytes(file, extent, crcs))) {
                parts.counters().count(DiskFigure.EXTENTS_TORN);
                return false;
            }
            parts.index().put(extent, present);
            if (present != null) {
                replaced.add(ExtentIndex.dead(present, false));
            }
            parts.counters().count(DiskFigure.EXTENTS_RECOVERED);
            return true;
        }

        private boolean refused(Extent extent) {
            try {
                parts.rules().admit(extent.key(), extent.pgEpoch());
                return false;
            } catch (StoreException e) {
                if (e.code() == ErrorCode.UNAVAILABLE) {
                    throw e;
                }
                return true;
            }
        }
    }
}
