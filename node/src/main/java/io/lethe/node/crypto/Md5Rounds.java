package io.lethe.node.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The compression function of MD5 (RFC 1321, 3.4). Static and pure. */
final class Md5Rounds {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Word i is the integer part of 2^32 times |sin(i + 1)|, i + 1 in radians. */
    private static final int[] T = new int[64];

    static {
        for (int i = 0; i < T.length; i++) {
            T[i] = (int) (long) Math.floor(StrictMath.abs(StrictMath.sin(i + 1)) * (1L << 32));
        }
    }

    private Md5Rounds() {}

    static int[] start() {
        return new int[] {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    }

    /** Takes 64 bytes into the state. */
    static void block(int[] state, byte[] source, int at) {
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int i = 0; i < 16; i += 4) {
            a = b + Integer.rotateLeft(a + (d ^ (b & (c ^ d))) + word(source, at, i) + T[i], 7);
            d =
                    a
                            + Integer.rotateLeft(
                                    d + (c ^ (a & (b ^ c))) + word(source, at, i + 1) + T[i + 1],
                                    12);
            c =
                    d
                            + Integer.rotateLeft(
                                    c + (b ^ (d & (a ^ b))) + word(source, at, i + 2) + T[i + 2],
                                    17);
            b =
                    c
                            + Integer.rotateLeft(
                                    b + (a ^ (c & (d ^ a))) + word(source, at, i + 3) + T[i + 3],
                                    22);
        }
        for (int i = 16; i < 32; i += 4) {
            int w = 5 * i + 1;
            a = b + Integer.rotateLeft(a + (c ^ (d & (b ^ c))) + word(source, at, w) + T[i], 5);
            d =
                    a
                            + Integer.rotateLeft(
                                    d + (b ^ (c & (a ^ b))) + word(source, at, w + 5) + T[i + 1],
                                    9);
            c =
                    d
                            + Integer.rotateLeft(
                                    c + (a ^ (b & (d ^ a))) + word(source, at, w + 10) + T[i + 2],
                                    14);
            b =
                    c
                            + Integer.rotateLeft(
                                    b + (d ^ (a & (c ^ d))) + word(source, at, w + 15) + T[i + 3],
                                    20);
        }
        for (int i = 32; i < 48; i += 4) {
            int w = 3 * i + 5;
            a = b + Integer.rotateLeft(a + (b ^ c ^ d) + word(source, at, w) + T[i], 4);
            d = a + Integer.rotateLeft(d + (a ^ b ^ c) + word(source, at, w + 3) + T[i + 1], 11);
            c = d + Integer.rotateLeft(c + (d ^ a ^ b) + word(source, at, w + 6) + T[i + 2], 16);
            b = c + Integer.rotateLeft(b + (c ^ d ^ a) + word(source, at, w + 9) + T[i + 3], 23);
        }
        for (int i = 48; i < 64; i += 4) {
            int w = 7 * i;
            a = b + Integer.rotateLeft(a + (c ^ (b | ~d)) + word(source, at, w) + T[i], 6);
            d = a + Integer.rotateLeft(d + (b ^ (a | ~c)) + word(source, at, w + 7) + T[i + 1], 10);
            c =
                    d
                            + Integer.rotateLeft(
                                    c + (a ^ (d | ~b)) + word(source, at, w + 14) + T[i + 2], 15);
            b =
                    c
                            + Integer.rotateLeft(
                                    b + (d ^ (c | ~a)) + word(source, at, w + 21) + T[i + 3], 21);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    /** Word {@code index} modulo 16 of the block. */
    private static int word(byte[] source, int at, int index) {
        return (int) WORDS.get(source, at + 4 * (index & 15));
    }
}
