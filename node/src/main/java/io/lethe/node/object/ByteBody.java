package io.lethe.node.object;

/** A body that is in memory. One task. */
public final class ByteBody implements Body {
    private final byte[] bytes;
    private int taken;

    /**
     * @param bytes which nobody changes any more
     */
    public ByteBody(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public long declaredBytes() {
        return bytes.length;
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
