package io.lethe.node.s3.checksum;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.Checksum;

/** A checksum while its bytes go by. One thread. */
public sealed interface RunningChecksum {
    void update(byte[] source, int offset, int lengthBytes);

    /** Takes what remains of the buffer. */
    void update(ByteBuffer source);

    /** The value of all bytes so far, most significant byte first; ends the run. */
    byte[] value();

    /** One of the CRCs. */
    final class Crc implements RunningChecksum {
        private final Checksum crc;
        private final int lengthBytes;

        Crc(Checksum crc, int lengthBytes) {
            this.crc = crc;
            this.lengthBytes = lengthBytes;
        }

        @Override
        public void update(byte[] source, int offset, int length) {
            crc.update(source, offset, length);
        }

        @Override
        public void update(ByteBuffer source) {
            crc.update(source);
        }

        @Override
        public byte[] value() {
            byte[] value = new byte[lengthBytes];
            long rest = crc.getValue();
            for (int i = lengthBytes - 1; i >= 0; i--) {
                value[i] = (byte) rest;
                rest >>>= 8;
            }
            return value;
        }
    }

    /** One of the cryptographic ones. */
    final class Digest implements RunningChecksum {
        private final MessageDigest digest;

        private Digest(MessageDigest digest) {
            this.digest = digest;
        }

        static Digest of(String algorithm) {
            try {
                return new Digest(MessageDigest.getInstance(algorithm));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("a JDK without " + algorithm, e);
            }
        }

        @Override
        public void update(byte[] source, int offset, int length) {
            digest.update(source, offset, length);
        }

        @Override
        public void update(ByteBuffer source) {
            digest.update(source);
        }

        @Override
        public byte[] value() {
            return digest.digest();
        }
    }
}
