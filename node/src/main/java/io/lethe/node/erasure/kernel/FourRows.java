package io.lethe.node.erasure.kernel;

import static io.lethe.node.erasure.kernel.Lanes.high;
import static io.lethe.node.erasure.kernel.Lanes.load;
import static io.lethe.node.erasure.kernel.Lanes.low;
import static io.lethe.node.erasure.kernel.Lanes.plus;
import static io.lethe.node.erasure.kernel.Lanes.times;

import jdk.incubator.vector.ByteVector;

/**
 * Passes that compute four outputs of a strip. Written out, since tables and sums stay in registers
 * only as local variables: {@code pa} and {@code pA} are the tables of output p and source a for
 * low and high halves, and so on.
 */
final class FourRows {
    private FourRows() {}

    /** Overwrites the outputs with the sum of the first {@code sources} products. */
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
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        byte[] a = pass.a;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            times(aLow, aHigh, pa, pA).intoArray(p, pass.pAt + i);
            times(aLow, aHigh, qa, qA).intoArray(q, pass.qAt + i);
            times(aLow, aHigh, ra, rA).intoArray(r, pass.rAt + i);
            times(aLow, aHigh, sa, sA).intoArray(s, pass.sAt + i);
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
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            ByteVector bBytes = load(b, pass.bAt + i);
            ByteVector bLow = low(bBytes);
            ByteVector bHigh = high(bBytes);
            plus(times(aLow, aHigh, pa, pA), times(bLow, bHigh, pb, pB)).intoArray(p, pass.pAt + i);
            plus(times(aLow, aHigh, qa, qA), times(bLow, bHigh, qb, qB)).intoArray(q, pass.qAt + i);
            plus(times(aLow, aHigh, ra, rA), times(bLow, bHigh, rb, rB)).intoArray(r, pass.rAt + i);
            plus(times(aLow, aHigh, sa, sA), times(bLow, bHigh, sb, sB)).intoArray(s, pass.sAt + i);
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
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        ByteVector sb = pass.bLow(3);
        ByteVector sB = pass.bHigh(3);
        ByteVector sc = pass.cLow(3);
        ByteVector sC = pass.cHigh(3);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            ByteVector bBytes = load(b, pass.bAt + i);
            ByteVector bLow = low(bBytes);
            ByteVector bHigh = high(bBytes);
            ByteVector cBytes = load(c, pass.cAt + i);
            ByteVector cLow = low(cBytes);
            ByteVector cHigh = high(cBytes);
            plus(times(aLow, aHigh, pa, pA), times(bLow, bHigh, pb, pB), times(cLow, cHigh, pc, pC))
                    .intoArray(p, pass.pAt + i);
            plus(times(aLow, aHigh, qa, qA), times(bLow, bHigh, qb, qB), times(cLow, cHigh, qc, qC))
                    .intoArray(q, pass.qAt + i);
            plus(times(aLow, aHigh, ra, rA), times(bLow, bHigh, rb, rB), times(cLow, cHigh, rc, rC))
                    .intoArray(r, pass.rAt + i);
            plus(times(aLow, aHigh, sa, sA), times(bLow, bHigh, sb, sB), times(cLow, cHigh, sc, sC))
                    .intoArray(s, pass.sAt + i);
        }
    }

    /** Adds three products to the outputs. */
    static void add3(Pass pass) {
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
        ByteVector sa = pass.aLow(3);
        ByteVector sA = pass.aHigh(3);
        ByteVector sb = pass.bLow(3);
        ByteVector sB = pass.bHigh(3);
        ByteVector sc = pass.cLow(3);
        ByteVector sC = pass.cHigh(3);
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
        byte[] r = pass.r;
        byte[] s = pass.s;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            ByteVector bBytes = load(b, pass.bAt + i);
            ByteVector bLow = low(bBytes);
            ByteVector bHigh = high(bBytes);
            ByteVector cBytes = load(c, pass.cAt + i);
            ByteVector cLow = low(cBytes);
            ByteVector cHigh = high(cBytes);
            plus(
                            load(p, pass.pAt + i),
                            times(aLow, aHigh, pa, pA),
                            times(bLow, bHigh, pb, pB),
                            times(cLow, cHigh, pc, pC))
                    .intoArray(p, pass.pAt + i);
            plus(
                            load(q, pass.qAt + i),
                            times(aLow, aHigh, qa, qA),
                            times(bLow, bHigh, qb, qB),
                            times(cLow, cHigh, qc, qC))
                    .intoArray(q, pass.qAt + i);
            plus(
                            load(r, pass.rAt + i),
                            times(aLow, aHigh, ra, rA),
                            times(bLow, bHigh, rb, rB),
                            times(cLow, cHigh, rc, rC))
                    .intoArray(r, pass.rAt + i);
            plus(
                            load(s, pass.sAt + i),
                            times(aLow, aHigh, sa, sA),
                            times(bLow, bHigh, sb, sB),
                            times(cLow, cHigh, sc, sC))
                    .intoArray(s, pass.sAt + i);
        }
    }
}
