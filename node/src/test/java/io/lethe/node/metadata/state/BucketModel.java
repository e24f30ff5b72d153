package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.SegmentRef;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A versioned bucket as S3 describes it, written as plainly as possible: each key has a list of
 * versions, newest first. What the real state must agree with.
 */
final class BucketModel {
    /** A version; a delete marker has no etag. */
    record Version(long order, boolean isNull, @Nullable String etag, List<SegmentRef> segments) {
        boolean marker() {
            return etag == null;
        }
    }

    /** An item of a listing: a version, or a common prefix. */
    record Item(Bytes name, long order, boolean isLatest, boolean isPrefix) {}

    final NavigableMap<Bytes, List<Version>> keys = new TreeMap<>();

    List<Version> versions(Bytes key) {
        return keys.getOrDefault(key, List.of());
    }

    @Nullable Version newest(Bytes key) {
        return versions(key).isEmpty() ? null : versions(key).getFirst();
    }

    @Nullable Version current(Bytes key) {
        Version newest = newest(key);
        return newest == null || newest.marker() ? null : newest;
    }

    private void remove(Bytes key, Version version) {
        List<Version> list = new ArrayList<>(versions(key));
        list.remove(version);
        put(key, list);
    }

    private void put(Bytes key, List<Version> list) {
        if (list.isEmpty()) {
            keys.remove(key);
        } else {
            keys.put(key, list);
        }
    }

    /** Adds a version; a null version replaces the null version. */
    void add(Bytes key, Version version) {
        List<Version> list = new ArrayList<>(versions(key));
        if (version.isNull()) {
            list.removeIf(Version::isNull);
        }
        list.addFirst(version);
        put(key, list);
    }

    /**
     * @param nextOrder of the marker, if there is one
     */
    Deleted delete(Bytes key, Versioning versioning, Which which, long nextOrder) {
        Version named =
                switch (which) {
                    case Which.Order(long order) -> find(key, order);
                    case Which.Null _ ->
                            versions(key).stream().filter(Version::isNull).findFirst().orElse(null);
                    case Which.Current _ -> current(key);
                };
        if (which instanceof Which.Current && versioning != Versioning.OFF) {
            boolean isNull = versioning == Versioning.SUSPENDED;
            add(key, new Version(nextOrder, isNull, null, List.of()));
            return new Deleted(nextOrder, isNull, true);
        }
        if (named == null) {
            return new Deleted(0, false, false);
        }
        remove(key, named);
        return new Deleted(named.order(), named.isNull(), named.marker());
    }

    @Nullable Version find(Bytes key, long order) {
        return versions(key).stream().filter(one -> one.order() == order).findFirst().orElse(null);
    }

    void replace(Bytes key, long order, List<SegmentRef> segments) {
        List<Version> list = new ArrayList<>(versions(key));
        list.replaceAll(
                one ->
                        one.order() == order
                                ? new Version(one.order(), one.isNull(), one.etag(), segments)
                                : one);
        put(key, list);
    }

    /** Everything that a listing without limit holds, in order. */
    List<Item> list(Bytes prefix, Bytes delimiter, boolean all) {
        List<Item> items = new ArrayList<>();
        keys.forEach(
                (key, versions) -> {
                    if (!key.startsWith(prefix) || (!all && versions.getFirst().marker())) {
                        return;
                    }
                    Bytes common = common(key, prefix.length(), delimiter);
                    if (common == null) {
                        for (Version one : all ? versions : versions.subList(0, 1)) {
                            items.add(
                                    new Item(
                                            key,
                                            one.order(),
                                            one.order() == versions.getFirst().order(),
                                            false));
                        }
                    } else if (items.isEmpty() || !items.getLast().name().equals(common)) {
                        items.add(new Item(common, 0, false, true));
                    }
                });
        return items;
    }

    private static @Nullable Bytes common(Bytes key, int from, Bytes delimiter) {
        if (delimiter.isEmpty()) {
            return null;
        }
        for (int at = from; at + delimiter.length() <= key.length(); at++) {
            if (key.slice(at, at + delimiter.length()).equals(delimiter)) {
                return key.slice(0, at + delimiter.length());
            }
        }
        return null;
    }
}
