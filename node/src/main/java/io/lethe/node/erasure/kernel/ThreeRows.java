package io.lethe.node.erasure.kernel;

import static io.lethe.node.erasure.kernel.Lanes.HALF_BITS;
import static io.lethe.node.erasure.kernel.Lanes.LOW_HALF;
import static io.lethe.node.erasure.kernel.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;

/** Passes that compute three outputs of a strip; see {@link Pass} for names and manner. */
final class ThreeRows {
    private ThreeRows() {}

    /** Overwrites the outputs with the sum of the first {@code sources} products, 1 to 3. */
    static void set(Pass pass, int sources) {
        switch (sources) {
            case 1 -> set1(pass);
            case 2 -> set2(pass);
            default -> set3(pass);
        }
    }

    private static void set1(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        byte[] a = pass.a;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            aLow.selectFrom(pa).lanewise(XOR, aHigh.selectFrom(pA)).intoArray(p, pass.pAt + i);
            aLow.selectFrom(qa).lanewise(XOR, aHigh.selectFrom(qA)).intoArray(q, pass.qAt + i);
            aLow.selectFrom(ra).lanewise(XOR, aHigh.selectFrom(rA)).intoArray(r, pass.rAt + i);
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
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
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
        }
    }

    private static void set3(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector pb = pass.bLow(0);
        ByteVector pB = pass.bHigh(0);
        ByteVector pc = pass.cLow(0);
        ByteVector pC = pass.cHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector qb = pass.bLow(1);
        ByteVector qB = pass.bHigh(1);
        ByteVector qc = pass.cLow(1);
        ByteVector qC = pass.cHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        ByteVector rb = pass.bLow(2);
        ByteVector rB = pass.bHigh(2);
        ByteVector rc = pass.cLow(2);
        ByteVector rC = pass.cHigh(2);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            ByteVector bBytes = ByteVector.fromArray(SPECIES, b, pass.bAt + i);
            ByteVector bLow = bBytes.and(LOW_HALF);
            ByteVector bHigh = bBytes.lanewise(LSHR, HALF_BITS);
            ByteVector cBytes = ByteVector.fromArray(SPECIES, c, pass.cAt + i);
            ByteVector cLow = cBytes.and(LOW_HALF);
            ByteVector cHigh = cBytes.lanewise(LSHR, HALF_BITS);
            aLow.selectFrom(pa)
                    .lanewise(XOR, aHigh.selectFrom(pA))
                    .lanewise(XOR, bLow.selectFrom(pb))
                    .lanewise(XOR, bHigh.selectFrom(pB))
                    .lanewise(XOR, cLow.selectFrom(pc))
                    .lanewise(XOR, cHigh.selectFrom(pC))
                    .intoArray(p, pass.pAt + i);
            aLow.selectFrom(qa)
                    .lanewise(XOR, aHigh.selectFrom(qA))
                    .lanewise(XOR, bLow.selectFrom(qb))
                    .lanewise(XOR, bHigh.selectFrom(qB))
                    .lanewise(XOR, cLow.selectFrom(qc))
                    .lanewise(XOR, cHigh.selectFrom(qC))
                    .intoArray(q, pass.qAt + i);
            aLow.selectFrom(ra)
                    .lanewise(XOR, aHigh.selectFrom(rA))
                    .lanewise(XOR, bLow.selectFrom(rb))
                    .lanewise(XOR, bHigh.selectFrom(rB))
                    .lanewise(XOR, cLow.selectFrom(rc))
                    .lanewise(XOR, cHigh.selectFrom(rC))
                    .intoArray(r, pass.rAt + i);
        }
    }

    /** Adds three products to the outputs. */
    static void add(Pass pass) {
        ByteVector pa = pass.aLow(0);
        ByteVector pA = pass.aHigh(0);
        ByteVector pb = pass.bLow(0);
        ByteVector pB = pass.bHigh(0);
        ByteVector pc = pass.cLow(0);
        ByteVector pC = pass.cHigh(0);
        ByteVector qa = pass.aLow(1);
        ByteVector qA = pass.aHigh(1);
        ByteVector qb = pass.bLow(1);
        ByteVector qB = pass.bHigh(1);
        ByteVector qc = pass.cLow(1);
        ByteVector qC = pass.cHigh(1);
        ByteVector ra = pass.aLow(2);
        ByteVector rA = pass.aHigh(2);
        ByteVector rb = pass.bLow(2);
        ByteVector rB = pass.bHigh(2);
        ByteVector rc = pass.cLow(2);
        ByteVector rC = pass.cHigh(2);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = ByteVector.fromArray(SPECIES, a, pass.aAt + i);
            ByteVector aLow = aBytes.and(LOW_HALF);
            ByteVector aHigh = aBytes.lanewise(LSHR, HALF_BITS);
            ByteVector bBytes = ByteVector.fromArray(SPECIES, b, pass.bAt + i);
            ByteVector bLow = bBytes.and(LOW_HALF);
            ByteVector bHigh = bBytes.lanewise(LSHR, HALF_BITS);
            ByteVector cBytes = ByteVector.fromArray(SPECIES, c, pass.cAt + i);
            ByteVector cLow = cBytes.and(LOW_HALF);
            ByteVector cHigh = cBytes.lanewise(LSHR, HALF_BITS);
            ByteVector.fromArray(SPECIES, p, pass.pAt + i)
                    .lanewise(XOR, aLow.selectFrom(pa))
                    .lanewise(XOR, aHigh.selectFrom(pA))
                    .lanewise(XOR, bLow.selectFrom(pb))
                    .lanewise(XOR, bHigh.selectFrom(pB))
                    .lanewise(XOR, cLow.selectFrom(pc))
                    .lanewise(XOR, cHigh.selectFrom(pC))
                    .intoArray(p, pass.pAt + i);
            ByteVector.fromArray(SPECIES, q, pass.qAt + i)
                    .lanewise(XOR, aLow.selectFrom(qa))
                    .lanewise(XOR, aHigh.selectFrom(qA))
                    .lanewise(XOR, bLow.selectFrom(qb))
                    .lanewise(XOR, bHigh.selectFrom(qB))
                    .lanewise(XOR, cLow.selectFrom(qc))
                    .lanewise(XOR, cHigh.selectFrom(qC))
                    .intoArray(q, pass.qAt + i);
            ByteVector.fromArray(SPECIES, r, pass.rAt + i)
                    .lanewise(XOR, aLow.selectFrom(ra))
                    .lanewise(XOR, aHigh.selectFrom(rA))
                    .lanewise(XOR, bLow.selectFrom(rb))
                    .lanewise(XOR, bHigh.selectFrom(rB))
                    .lanewise(XOR, cLow.selectFrom(rc))
                    .lanewise(XOR, cHigh.selectFrom(rC))
                    .intoArray(r, pass.rAt + i);
        }
    }
}
