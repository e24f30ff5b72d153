package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.End;
import io.lethe.node.backup.BackupFile.Header;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.crypto.Digests;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of a backup frame by frame, and compares it with what its checksums, its end and the
 * manifest say. One task.
 */
public final class FileReader implements AutoCloseable {
    private final Content content;
    private final Digests digests = new Digests();
    private final Header header;
    private long frames;
    private @Nullable End end;

    /**
     * Takes the content over.
     *
     * @throws CorruptEncoding when it is no file of a backup
     */
    public FileReader(Content content) throws IOException, InterruptedException {
        this.content = content;
        header = Header.decode(read(BackupFile.HEADER_BYTES));
    }

    public Header header() {
        return header;
    }

    /**
     * The next frame's body; null behind the last.
     *
     * @throws CorruptEncoding when the file is damaged, or ends too soon
     */
    public byte @Nullable [] next() throws IOException, InterruptedException {
        if (end != null) {
            return null;
        }
        byte[] head = read(4);
        int length = new Decoder(head).i32();
        if (length == 0) {
            end = End.decode(concat(head, read(BackupFile.END_BYTES - 4)));
            if (end.frames() != frames) {
                throw new CorruptEncoding(
                        "the file has " + frames + " frames, and should have " + end.frames());
            }
            if (content.read(new byte[1], 0, 1) >= 0) {
                throw new CorruptEncoding("something follows the end of the file");
            }
            return null;
        }
        if (length < 0 || length > BackupFile.MOST_BODY_BYTES) {
            throw new CorruptEncoding("a frame has " + length + " bytes");
        }
        byte[] frame = concat(head, read(length + BackupFile.FRAME_BYTES - 4));
        BackupFile.check(frame, "frame");
        frames++;
        return java.util.Arrays.copyOfRange(frame, 4, 4 + length);
    }

    /**
     * What was read, once {@link #next} has given all.
     *
     * @throws CorruptEncoding when it was not all
     */
    Manifest.Part part() {
        End last = end;
        if (last == null) {
            throw new CorruptEncoding("the file was not read to its end");
        }
        Digests.Result sums = digests.finish();
        return new Manifest.Part(
                last.items(), sums.lengthBytes(), Bytes.wrap(sums.sha256().toArray()));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private byte[] read(int length) throws IOException, InterruptedException {
        byte[] bytes = new byte[length];
        int filled = 0;
        while (filled < length) {
            int count = content.read(bytes, filled, length - filled);
            if (count < 0) {
                throw new CorruptEncoding("the file ends too soon");
            }
            filled += count;
        }
        digests.update(bytes, 0, length);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
