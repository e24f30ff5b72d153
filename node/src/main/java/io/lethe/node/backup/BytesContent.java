package io.lethe.node.backup;

/** What is in memory. One task. */
public final class BytesContent implements Content {
    private final byte[] bytes;
    private int taken;

    public BytesContent(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) {
        if (taken == bytes.length) {
            return -1;
        }
        int count = Math.min(lengthBytes, bytes.length - taken);
        System.arraycopy(bytes, taken, target, offset, count);
        taken += count;
        return count;
    }
}
