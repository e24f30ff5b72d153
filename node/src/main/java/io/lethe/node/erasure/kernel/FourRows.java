package io.lethe.node.erasure.kernel;

import static io.lethe.node.erasure.kernel.Lanes.HALF_BITS;
import static io.lethe.node.erasure.kernel.Lanes.LOW_HALF;
import static io.lethe.node.erasure.kernel.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;

/** Passes that compute four outputs of a strip; see {@link Pass} for names and manner. */
final class FourRows {
    private FourRows() {}

    /** Overwrites the outputs with the sum of the first {@code sources} products, 1 to 2. */
    static void set(Pass pass, int sources) {
        switch (sources) {
            case 1 -> set1(pass);
            default -> set2(pass);
        }
    }

    private static void set1(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        byte[] a = pass.a;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            aLow.selectFrom(pa).lanewise(XOR, aHigh.selectFrom(pA)).intoArray(p, pass.pAt + i);
            aLow.selectFrom(qa).lanewise(XOR, aHigh.selectFrom(qA)).intoArray(q, pass.qAt + i);
            aLow.selectFrom(ra).lanewise(XOR, aHigh.selectFrom(rA)).intoArray(r, pass.rAt + i);
            aLow.selectFrom(sa).lanewise(XOR, aHigh.selectFrom(sA)).intoArray(s, pass.sAt + i);
        }
    }

    private static void set2(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector pb = pass.bLow(0);
        ByteVector pB = pass.bHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector qb = pass.bLow(1);
        ByteVector qB = pass.bHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        ByteVector rb = pass.bLow(2);
        ByteVector rB = pass.bHigh(2);
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        ByteVector sb = pass.bLow(3);
        ByteVector sB = pass.bHigh(3);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            ByteVector bBytes = ByteVector.fromArray(SPECIES, b, pass.bAt + i);
            ByteVector bLow = bBytes.and(LOW_HALF);
            ByteVector bHigh = bBytes.lanewise(LSHR, HALF_BITS);
            aLow.selectFrom(pa)
                    .lanewise(XOR, aHigh.selectFrom(pA))
                    .lanewise(XOR, bLow.selectFrom(pb))
                    .lanewise(XOR, bHigh.selectFrom(pB))
                    .intoArray(p, pass.pAt + i);
            aLow.selectFrom(qa)
                    .lanewise(XOR, aHigh.selectFrom(qA))
                    .lanewise(XOR, bLow.selectFrom(qb))
                    .lanewise(XOR, bHigh.selectFrom(qB))
                    .intoArray(q, pass.qAt + i);
            aLow.selectFrom(ra)
                    .lanewise(XOR, aHigh.selectFrom(rA))
                    .lanewise(XOR, bLow.selectFrom(rb))
                    .lanewise(XOR, bHigh.selectFrom(rB))
                    .intoArray(r, pass.rAt + i);
            aLow.selectFrom(sa)
                    .lanewise(XOR, aHigh.selectFrom(sA))
                    .lanewise(XOR, bLow.selectFrom(sb))
                    .lanewise(XOR, bHigh.selectFrom(sB))
                    .intoArray(s, pass.sAt + i);
        }
    }

    /** Adds two products to the outputs. */
    static void add(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector pb = pass.bLow(0);
        ByteVector pB = pass.bHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector qb = pass.bLow(1);
        ByteVector qB = pass.bHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        ByteVector rb = pass.bLow(2);
        ByteVector rB = pass.bHigh(2);
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        ByteVector sb = pass.bLow(3);
        ByteVector sB = pass.bHigh(3);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            ByteVector bBytes = ByteVector.fromArray(SPECIES, b, pass.bAt + i);
            ByteVector bLow = bBytes.and(LOW_HALF);
            ByteVector bHigh = bBytes.lanewise(LSHR, HALF_BITS);
            ByteVector.fromArray(SPECIES, p, pass.pAt + i)
                    .lanewise(XOR, aLow.selectFrom(pa))
                    .lanewise(XOR, aHigh.selectFrom(pA))
                    .lanewise(XOR, bLow.selectFrom(pb))
                    .lanewise(XOR, bHigh.selectFrom(pB))
                    .intoArray(p, pass.pAt + i);
            ByteVector.fromArray(SPECIES, q, pass.qAt + i)
                    .lanewise(XOR, aLow.selectFrom(qa))
                    .lanewise(XOR, aHigh.selectFrom(qA))
                    .lanewise(XOR, bLow.selectFrom(qb))
                    .lanewise(XOR, bHigh.selectFrom(qB))
                    .intoArray(q, pass.qAt + i);
            ByteVector.fromArray(SPECIES, r, pass.rAt + i)
                    .lanewise(XOR, aLow.selectFrom(ra))
                    .lanewise(XOR, aHigh.selectFrom(rA))
                    .lanewise(XOR, bLow.selectFrom(rb))
                    .lanewise(XOR, bHigh.selectFrom(rB))
                    .intoArray(r, pass.rAt + i);
            ByteVector.fromArray(SPECIES, s, pass.sAt + i)
                    .lanewise(XOR, aLow.selectFrom(sa))
                    .lanewise(XOR, aHigh.selectFrom(sA))
                    .lanewise(XOR, bLow.selectFrom(sb))
                    .lanewise(XOR, bHigh.selectFrom(sB))
                    .intoArray(s, pass.sAt + i);
        }
    }
}
