package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.Id128;

/** Fixed keys and ids, under which stored samples of formats were made. */
final class Samples {
    static final Id128 ID = Id128.parse("000102030405060708090a0b0c0d0e0f");
    static final Id128 OTHER_ID = Id128.parse("000102030405060708090a0b0c0d0e10");

    private Samples() {}

    /** 32 bytes that count up from {@code first}. */
    static KeyBytes key(int first) {
        byte[] bytes = new byte[KeyBytes.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return KeyBytes.copyOf(bytes);
    }

    /** The sample with one bit of one byte turned. */
    static Bytes flipped(Bytes sample, int at) {
        byte[] copy = sample.toArray();
        copy[at] ^= 0x10;
        return Bytes.wrap(copy);
    }
}
