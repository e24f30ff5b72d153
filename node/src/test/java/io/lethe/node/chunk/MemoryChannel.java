package io.lethe.node.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A read-only file in memory, for slices of the fake store. */
final class MemoryChannel extends FileChannel {
    private final byte[] bytes;

    MemoryChannel(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer target, long position) {
        if (position >= bytes.length) {
            return -1;
        }
        int count = (int) Math.min(target.remaining(), bytes.length - position);
        target.put(bytes, (int) position, count);
        return count;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
            throws IOException {
        if (position >= bytes.length) {
            return 0;
        }
        int length = (int) Math.min(count, bytes.length - position);
        return target.write(ByteBuffer.wrap(bytes, (int) position, length));
    }

    @Override
    public long size() {
        return bytes.length;
    }

    private static UnsupportedOperationException readOnlyAndPositional() {
        return new UnsupportedOperationException("slices are read by position only");
    }

    @Override
    public int read(ByteBuffer target) {
        throw readOnlyAndPositional();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw readOnlyAndPositional();
    }

    @Override
    public int write(ByteBuffer source) {
        throw readOnlyAndPositional();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw readOnlyAndPositional();
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw readOnlyAndPositional();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public FileChannel position(long newPosition) {
        throw readOnlyAndPositional();
    }

    @Override
    public FileChannel truncate(long size) {
        throw readOnlyAndPositional();
    }

    @Override
    public void force(boolean metaData) {}

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw readOnlyAndPositional();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw readOnlyAndPositional();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw readOnlyAndPositional();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw readOnlyAndPositional();
    }

    @Override
    protected void implCloseChannel() {}
}
