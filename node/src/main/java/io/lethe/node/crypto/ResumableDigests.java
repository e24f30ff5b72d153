package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.nativeio.LibCrypto;
import java.util.Optional;

/**
 * MD5 and SHA-256 as {@link Digests} has them, but such that their state can be saved between two
 * bytes and taken up again elsewhere: Java's own do not give theirs away. OpenSSL computes them
 * where it is installed, else code of our own. One thread.
 *
 * <p>A saved state is {@code format u8 = 1 ‖ length varint ‖ MD5 state 4 × i32 ‖ SHA-256 state 8 ×
 * i32 ‖ the last length % 64 bytes}.
 */
public final class ResumableDigests {
    private static final int FORMAT = 1;
    private static final int BLOCK_BYTES = 64;

    /** Bytes of padding behind which the length stands. */
    private static final int LENGTH_AT = 56;

    /** Some 100 microseconds. */
    private static final int PIECE_BYTES = 64 * 1024;

    private final Optional<LibCrypto> library;
    private final int[] md5 = Md5Rounds.start();
    private final int[] sha256 = Sha256Rounds.start();
    private final int[] schedule = new int[Sha256Rounds.SCHEDULE_WORDS];
    private final byte[] block = new byte[BLOCK_BYTES];
    private long lengthBytes;
    private boolean finished;

    public ResumableDigests() {
        this(LibCrypto.find());
    }

    /**
     * @param library what hashes blocks; empty: code of our own
     */
    ResumableDigests(Optional<LibCrypto> library) {
        this.library = library;
    }

    /**
     * Goes on where another was saved.
     *
     * @throws Decoder.CorruptEncoding when {@code saved} is no saved state
     */
    public static ResumableDigests resume(Bytes saved) {
        return resume(saved, LibCrypto.find());
    }

    static ResumableDigests resume(Bytes saved, Optional<LibCrypto> library) {
        Decoder in = new Decoder(saved);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a saved digest of an unknown format");
        }
        ResumableDigests digests = new ResumableDigests(library);
        digests.lengthBytes = in.varint();
        for (int i = 0; i < digests.md5.length; i++) {
            digests.md5[i] = in.i32();
        }
        for (int i = 0; i < digests.sha256.length; i++) {
            digests.sha256[i] = in.i32();
        }
        if (digests.lengthBytes < 0) {
            throw new Decoder.CorruptEncoding("a saved digest of a negative length");
        }
        byte[] rest = in.raw(digests.pending());
        in.end();
        System.arraycopy(rest, 0, digests.block, 0, rest.length);
        return digests;
    }

    /** The state after what was seen so far; at most 200 bytes. */
    public Bytes save() {
        Check.that(!finished, "a finished digest is not saved");
        Encoder out = new Encoder(256).u8(FORMAT).varint(lengthBytes);
        for (int word : md5) {
            out.i32(word);
        }
        for (int word : sha256) {
            out.i32(word);
        }
        return out.raw(block, 0, pending()).toBytes();
    }

    private int pending() {
        return (int) (lengthBytes % BLOCK_BYTES);
    }

    public void update(byte[] source, int offset, int count) {
        Check.that(!finished, "a finished digest takes no more bytes");
        int at = offset;
        int end = offset + count;
        int pending = pending();
        lengthBytes += count;
        if (pending > 0) {
            int taken = Math.min(BLOCK_BYTES - pending, count);
            System.arraycopy(source, at, block, pending, taken);
            at += taken;
            if (pending + taken < BLOCK_BYTES) {
                return;
            }
            blocks(block, 0, BLOCK_BYTES);
        }
        int whole = (end - at) / BLOCK_BYTES * BLOCK_BYTES;
        blocks(source, at, at + whole);
        System.arraycopy(source, at + whole, block, 0, end - at - whole);
    }

    private void blocks(byte[] source, int from, int to) {
        if (library.isPresent()) {
            // In pieces, since a critical call keeps the garbage collector waiting.
            for (int at = from; at < to; at += PIECE_BYTES) {
                int count = Math.min(PIECE_BYTES, to - at);
                library.get().md5(md5, source, at, count);
                library.get().sha256(sha256, source, at, count);
            }
            return;
        }
        for (int at = from; at < to; at += BLOCK_BYTES) {
            Md5Rounds.block(md5, source, at);
            Sha256Rounds.block(sha256, source, at, schedule);
        }
    }

    public Digests.Result finish() {
        Check.that(!finished, "a digest is finished once");
        finished = true;
        int pending = pending();
        byte[] tail = new byte[pending < LENGTH_AT ? BLOCK_BYTES : 2 * BLOCK_BYTES];
        System.arraycopy(block, 0, tail, 0, pending);
        tail[pending] = (byte) 0x80;
        long bits = lengthBytes * 8;
        int lengthAt = tail.length - (BLOCK_BYTES - LENGTH_AT);
        for (int i = 0; i < Long.BYTES; i++) {
            tail[lengthAt + i] = (byte) (bits >>> (8 * i));
        }
        for (int at = 0; at < tail.length; at += BLOCK_BYTES) {
            Md5Rounds.block(md5, tail, at);
        }
        for (int i = 0; i < Long.BYTES; i++) {
            tail[lengthAt + i] = (byte) (bits >>> (56 - 8 * i));
        }
        for (int at = 0; at < tail.length; at += BLOCK_BYTES) {
            Sha256Rounds.block(sha256, tail, at, schedule);
        }
        Encoder md5Out = new Encoder(16);
        for (int word : md5) {
            md5Out.i32(Integer.reverseBytes(word));
        }
        Encoder sha256Out = new Encoder(32);
        for (int word : sha256) {
            sha256Out.i32(word);
        }
        return new Digests.Result(md5Out.toBytes(), sha256Out.toBytes(), lengthBytes);
    }
}
