package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * MD5 and SHA-256 of plaintext while it streams by. MD5 is the ETag of S3 and what hash lists speak
 * of; nothing trusts it. One thread; used once.
 */
public final class Digests {
    /**
     * @param md5 16 bytes
     * @param sha256 32 bytes
     * @param lengthBytes plaintext seen
     */
    public record Result(Bytes md5, Bytes sha256, long lengthBytes) {}

    private final MessageDigest md5;
    private final MessageDigest sha256;
    private long lengthBytes;
    private boolean finished;

    public Digests() {
        try {
            md5 = MessageDigest.getInstance("MD5");
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java has no MD5 or SHA-256", missing);
        }
    }

    public void update(byte[] source, int offset, int count) {
        Check.that(!finished, "a finished digest takes no more bytes");
        md5.update(source, offset, count);
        sha256.update(source, offset, count);
        lengthBytes += count;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    public Result finish() {
        Check.that(!finished, "a digest is finished once");
        finished = true;
        return new Result(Bytes.wrap(md5.digest()), Bytes.wrap(sha256.digest()), lengthBytes);
    }
}
