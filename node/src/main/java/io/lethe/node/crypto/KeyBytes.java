package io.lethe.node.crypto;

import io.lethe.node.base.Check;
import io.lethe.node.base.RandomSource;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key of 32 bytes in memory, which {@link #destroy} overwrites. Never shown by {@link #toString},
 * never serialized. The JDK's ciphers take it as it is and wipe the copies that they ask for; what
 * the collector moved, and expanded key schedules, are beyond reach. Safe for any thread, but
 * whoever destroys it must know that nobody uses it any more.
 */
public final class KeyBytes implements SecretKey {
    private static final long serialVersionUID = 1L;

    public static final int BYTES = 32;

    private final transient byte[] bytes;
    private volatile boolean destroyed;

    private KeyBytes(byte[] bytes) {
        Check.range("key bytes", bytes.length, BYTES, BYTES);
        this.bytes = bytes;
    }

    /** Copies {@code source}; the caller wipes its own array. */
    public static KeyBytes copyOf(byte[] source) {
        return new KeyBytes(source.clone());
    }

    /** Takes {@code source} over: the caller must neither keep nor change it. */
    static KeyBytes wrap(byte[] source) {
        return new KeyBytes(source);
    }

    public static KeyBytes random(RandomSource random) {
        byte[] bytes = new byte[BYTES];
        random.fill(bytes);
        return new KeyBytes(bytes);
    }

    /** A copy, which the caller wipes. */
    @Override
    public byte[] getEncoded() {
        Check.that(!destroyed, "a destroyed key is not used");
        return bytes.clone();
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    /** Takes the same time wherever the keys differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes that && MessageDigest.isEqual(bytes, that.bytes);
    }

    /** The same for all keys, so that it tells nothing: keys are not meant for hash tables. */
    @Override
    public int hashCode() {
        return BYTES;
    }

    @Override
    public String toString() {
        return destroyed ? "key (destroyed)" : "key (32 bytes, not shown)";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("keys leave memory only wrapped");
    }
}
