package io.lethe.node.erasure.kernel;

import static io.lethe.node.erasure.kernel.Lanes.high;
import static io.lethe.node.erasure.kernel.Lanes.load;
import static io.lethe.node.erasure.kernel.Lanes.low;
import static io.lethe.node.erasure.kernel.Lanes.plus;
import static io.lethe.node.erasure.kernel.Lanes.times;

import jdk.incubator.vector.ByteVector;

/**
 * Passes that compute two outputs of a strip. Written out, since tables and sums stay in registers
 * only as local variables: {@code pa} and {@code pA} are the tables of output p and source a for
 * low and high halves, and so on.
 */
final class TwoRows {
    private TwoRows() {}

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
        byte[] a = pass.a;
        byte[] p = pass.p;
        byte[] q = pass.q;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            times(aLow, aHigh, pa, pA).intoArray(p, pass.pAt + i);
            times(aLow, aHigh, qa, qA).intoArray(q, pass.qAt + i);
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
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] p = pass.p;
        byte[] q = pass.q;
        for (int i = 0; i < pass.lengthBytes; i += Lanes.BYTES) {
            ByteVector aBytes = load(a, pass.aAt + i);
            ByteVector aLow = low(aBytes);
            ByteVector aHigh = high(aBytes);
            ByteVector bBytes = load(b, pass.bAt + i);
            ByteVector bLow = low(bBytes);
            ByteVector bHigh = high(bBytes);
            plus(times(aLow, aHigh, pa, pA), times(bLow, bHigh, pb, pB)).intoArray(p, pass.pAt + i);
            plus(times(aLow, aHigh, qa, qA), times(bLow, bHigh, qb, qB)).intoArray(q, pass.qAt + i);
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
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
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
        byte[] a = pass.a;
        byte[] b = pass.b;
        byte[] c = pass.c;
        byte[] p = pass.p;
        byte[] q = pass.q;
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
        }
    }
}
