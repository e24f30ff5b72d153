package io.lethe.node.chunk;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** CRC32C of each block of a chunk as it streams by. One thread. */
final class BlockChecksums {
    private final int blockBytes;
    private final CRC32C crc = new CRC32C();
    private int[] crcs = new int[16];
    private int count;
    private int inBlock;

    BlockChecksums(int blockBytes) {
        this.blockBytes = blockBytes;
    }

    void update(byte[] source, int offset, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            int step = Math.min(lengthBytes - done, blockBytes - inBlock);
            crc.update(source, offset + done, step);
            done += step;
            inBlock += step;
            if (inBlock == blockBytes) {
                closeBlock();
            }
        }
    }

    private void closeBlock() {
        if (count == crcs.length) {
            crcs = Arrays.copyOf(crcs, count * 2);
        }
        crcs[count++] = (int) crc.getValue();
        crc.reset();
        inBlock = 0;
    }

    /** All of them; the last block may be short. Nothing may be added after. */
    int[] finish() {
        if (inBlock > 0) {
            closeBlock();
        }
        return Arrays.copyOf(crcs, count);
    }
}
