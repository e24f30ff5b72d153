package io.lethe.node.object;

/** A version, or a range of it, that is read as the body of another. One task. */
final class CopyBody implements Body {
    private final ObjectReader.Opened source;
    private ObjectReader.Piece piece = new ObjectReader.Piece(new byte[0], 0, 0);
    private int taken;

    CopyBody(ObjectReader.Opened source) {
        this.source = source;
    }

    @Override
    public long declaredBytes() {
        return source.range().lengthBytes();
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        while (taken == piece.lengthBytes()) {
            ObjectReader.Piece next = source.next();
            if (next == null) {
                return -1;
            }
            piece = next;
            taken = 0;
        }
        int count = Math.min(lengthBytes, piece.lengthBytes() - taken);
        System.arraycopy(piece.array(), piece.offset() + taken, target, offset, count);
        taken += count;
        return count;
    }
}
