package io.lethe.node.metadata.table;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Which slots of a key file are taken. A slot that was destroyed is given out again only when the
 * rows that forget it are durable: until then a crash brings rows back that name it. Safe for any
 * thread.
 */
final class SlotNumbers {
    private record Freed(int slot, long index) {}

    private final BitSet taken = new BitSet();
    private final Deque<Freed> freed = new ArrayDeque<>();
    private int searchFrom;

    synchronized void take(int slot) {
        taken.set(slot);
    }

    /** The lowest free slot, which is taken from here on; it may lie past the file's end. */
    synchronized int next(long durableIndex) {
        while (!freed.isEmpty() && freed.peekFirst().index() <= durableIndex) {
            int slot = freed.removeFirst().slot();
            taken.clear(slot);
            searchFrom = Math.min(searchFrom, slot);
        }
        int slot = taken.nextClearBit(searchFrom);
        taken.set(slot);
        searchFrom = slot + 1;
        return slot;
    }

    /** The entry at {@code index}, above all earlier ones, made the slot free. */
    synchronized void free(int slot, long index) {
        freed.addLast(new Freed(slot, index));
    }

    synchronized int inUse() {
        return taken.cardinality() - freed.size();
    }
}
