package io.lethe.system;

import io.lethe.node.sim.KeyHistory;
import io.lethe.node.sim.KeyHistory.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What clients did to each key and were told of it. A write is noted before it is sent, so that
 * whoever reads it early finds it here; until its outcome is known, and for good where it never is,
 * it may take effect at any time. So a history may be judged while clients go on. Safe for any
 * thread.
 */
final class Histories {
    /** The search for an order is quick up to some such number; keys are left alone after it. */
    static final int MOST_OPS = 40;

    private record Done(Kind kind, int value, long start, long end) {}

    private static final class Key {
        final Map<Integer, Done> writes = new TreeMap<>();
        final List<Done> others = new ArrayList<>();
        int written;
        int begun;
    }

    private final Map<String, Key> keys = new TreeMap<>();

    private static final long UNKNOWN = Long.MAX_VALUE;

    /** A number for a write of the key; 0 when it has had enough. */
    synchronized int nextWrite(String key) {
        Key one = keys.computeIfAbsent(key, _ -> new Key());
        return one.written + 1 < Written.MOST_WRITES ? ++one.written : 0;
    }

    /** A write is about to be sent; gives its place. */
    synchronized int begin(String key, Kind kind, int value) {
        Key one = keys.computeIfAbsent(key, _ -> new Key());
        one.writes.put(one.begun, new Done(kind, value, System.nanoTime(), UNKNOWN));
        return one.begun++;
    }

    /** It was acknowledged just now. */
    synchronized void acknowledged(String key, int place) {
        one(key).writes
                .computeIfPresent(
                        place,
                        (_, was) ->
                                new Done(was.kind(), was.value(), was.start(), System.nanoTime()));
    }

    /** It had no effect for certain, since this was there. */
    synchronized void refused(String key, int place, int value) {
        Done was = one(key).writes.remove(place);
        if (was != null) {
            one(key).others.add(new Done(Kind.READ, value, was.start(), System.nanoTime()));
        }
    }

    /** It was never sent. */
    synchronized void unsent(String key, int place) {
        one(key).writes.remove(place);
    }

    /** It was read, or listed, just now, by a request sent at {@code start}. */
    synchronized void read(String key, int value, long start) {
        keys.computeIfAbsent(key, _ -> new Key())
                .others
                .add(new Done(Kind.READ, value, start, System.nanoTime()));
    }

    private Key one(String key) {
        return Optional.ofNullable(keys.get(key)).orElseThrow();
    }

    synchronized boolean isFull(String key) {
        Key one = keys.get(key);
        return one != null && one.writes.size() + one.others.size() >= MOST_OPS;
    }

    synchronized boolean knows(String key) {
        return keys.containsKey(key);
    }

    /** Those that begin with it, in order. */
    synchronized List<String> keys(String prefix) {
        return keys.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    synchronized int size() {
        return keys.values().stream().mapToInt(one -> one.writes.size() + one.others.size()).sum();
    }

    private synchronized KeyHistory history(String key) {
        KeyHistory history = new KeyHistory(key);
        Key one = one(key);
        for (Done done : one.writes.values()) {
            if (done.end() == UNKNOWN) {
                history.unknown(done.kind(), done.value(), done.start());
            } else {
                history.happened(done.kind(), done.value(), done.start(), done.end());
            }
        }
        one.others.forEach(
                done -> history.happened(done.kind(), done.value(), done.start(), done.end()));
        return history;
    }

    /** What no order explains; empty: it is sound so far. */
    Optional<String> unsound(String key) {
        KeyHistory history = history(key);
        return history.linearizable() ? Optional.empty() : Optional.of(history.toString());
    }

    /** The first history that no order explains. */
    Optional<String> unsound() {
        for (String key : keys("")) {
            Optional<String> found = unsound(key);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
