package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.End;
import io.lethe.node.backup.BackupFile.Header;
import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Digests;
import org.jspecify.annotations.Nullable;

/**
 * A file of a backup while it is made: a piece of the group's state at a time, so that its memory
 * does not depend on the group. One task.
 */
final class FileContent implements Content {
    /** Gives the pieces of a file's kind, in order. */
    interface Pieces {
        /** Null behind the last. */
        @Nullable Piece next() throws InterruptedException;
    }

    /** A frame's body, and how many rows or keys are in it. */
    record Piece(int items, byte[] body) {}

    private final Pieces pieces;
    private final Digests digests = new Digests();
    private byte[] ready;
    private int taken;
    private boolean ended;
    private long items;
    private long frames;

    FileContent(Header header, Pieces pieces) {
        this.pieces = pieces;
        ready = header.encode();
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        while (taken == ready.length) {
            if (ended) {
                return -1;
            }
            Piece piece = pieces.next();
            if (piece == null) {
                ended = true;
                ready = new End(items, frames).encode();
            } else {
                ready = BackupFile.frame(piece.body());
                items += piece.items();
                frames++;
            }
            taken = 0;
        }
        int count = Math.min(lengthBytes, ready.length - taken);
        System.arraycopy(ready, taken, target, offset, count);
        digests.update(ready, taken, count);
        taken += count;
        return count;
    }

    /** What the manifest says of it, once all was read. */
    Manifest.Part part() {
        Digests.Result sums = digests.finish();
        return new Manifest.Part(items, sums.lengthBytes(), Bytes.wrap(sums.sha256().toArray()));
    }
}
