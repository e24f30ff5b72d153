package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentPage;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import java.util.List;

/**
 * The segments of a version or a part, walked forwards; those of a version of many parts come page
 * by page. One task.
 */
abstract class SegmentRun {
    /** Asked for at once: 640 MiB in parts of 5 MiB, some 6 KiB. */
    private static final int PAGE_SEGMENTS = 128;

    /** A segment and where it begins. */
    record Placed(SegmentRef segment, long startBytes) {
        long endBytes() {
            return startBytes + segment.lengthBytes();
        }
    }

    private List<SegmentRef> list = List.of();
    private int index;
    private long startBytes;

    /** Pages from the segment, or the part, that holds a byte. */
    abstract SegmentPage page(long offsetBytes) throws InterruptedException;

    /**
     * The segment that holds a byte, which must lie in the version and at or behind the last one
     * that was asked for.
     *
     * @throws StoreException NO_SUCH_KEY when the version is gone
     */
    Placed at(long offsetBytes) throws InterruptedException {
        for (boolean asked = false; ; asked = true) {
            while (index < list.size()) {
                Placed placed = new Placed(list.get(index), startBytes);
                if (offsetBytes < placed.endBytes()) {
                    return placed;
                }
                startBytes = placed.endBytes();
                index++;
            }
            if (asked) {
                throw new StoreException(
                        ErrorCode.NO_SUCH_KEY, "the object was deleted while it was being read");
            }
            SegmentPage page = page(offsetBytes);
            list = page.segments();
            startBytes = page.startBytes();
            index = 0;
        }
    }

    /**
     * Of parts of an upload under way, one behind the other. Fails with INVALID_PART where one is
     * gone.
     */
    static SegmentRun of(
            UploadFinder finder, UploadRef upload, List<PartRow> parts, long deadlineNanos) {
        return new SegmentRun() {
            private int index;
            private long partStart;

            @Override
            SegmentPage page(long offsetBytes) throws InterruptedException {
                while (offsetBytes >= partStart + parts.get(index).body().sizeBytes()) {
                    partStart += parts.get(index).body().sizeBytes();
                    index++;
                }
                List<SegmentRef> segments =
                        finder.segments(upload, parts.get(index).order(), deadlineNanos);
                if (segments.isEmpty()) {
                    throw new StoreException(
                            ErrorCode.INVALID_PART, "a part was uploaded again meanwhile");
                }
                return new SegmentPage(partStart, segments);
            }
        };
    }

    static SegmentRun of(List<SegmentRef> segments) {
        return new SegmentRun() {
            private boolean given;

            @Override
            SegmentPage page(long offsetBytes) {
                SegmentPage page = new SegmentPage(0, given ? List.of() : segments);
                given = true;
                return page;
            }
        };
    }

    /** Of a version of parts. */
    static SegmentRun of(ObjectPorts ports, UploadRef upload, long deadlineNanos) {
        Bytes rowKey = RowKeys.objectKey(upload.bucket(), upload.key());
        return new SegmentRun() {
            @Override
            SegmentPage page(long offsetBytes) throws InterruptedException {
                PartitionAnswer answer =
                        ports.metadata()
                                .query(
                                        rowKey,
                                        new PartitionQuery.SegmentsAt(
                                                upload, offsetBytes, PAGE_SEGMENTS),
                                        deadlineNanos);
                if (answer instanceof SegmentPage page) {
                    return page;
                }
                throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
            }
        };
    }
}
