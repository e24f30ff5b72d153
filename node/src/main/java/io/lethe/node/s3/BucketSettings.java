package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the documents of buckets say, read once. A document is known by the index at which it was
 * set, so what was kept is never stale. Safe for any thread.
 */
public final class BucketSettings {
    private record Key(BucketId bucket, BucketSetting setting, long index) {}

    private record Kept(Object value, int weightBytes) {}

    /** What a parsed document weighs beside its text: the least that an entry takes. */
    private static final int ENTRY_BYTES = 500;

    private final Directory directory;
    private final long mostBytes;
    private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    /**
     * @param mostBytes of documents whose contents are kept, by the length of their text
     */
    public BucketSettings(Directory directory, long mostBytes) {
        this.directory = directory;
        this.mostBytes = Check.range("kept bytes", mostBytes, 1, 1L << 40);
    }

    /**
     * What a bucket's document says; empty where there is none. Each setting is always read by the
     * same parser.
     *
     * @param parser of a document that was accepted once, so whatever it throws is a fault of ours
     */
    public <T> Optional<T> of(
            BucketRecord bucket, BucketSetting setting, Function<Bytes, T> parser) {
        Long index = bucket.settings().get(setting);
        if (index == null) {
            return Optional.empty();
        }
        Kept known = find(new Key(bucket.id(), setting, index));
        if (known == null) {
            // Perhaps newer than the record: then it holds already, and is kept under its own name.
            Optional<BucketDocument> document = directory.bucketDocument(bucket.id(), setting);
            if (document.isEmpty()) {
                return Optional.empty();
            }
            Bytes bytes = document.get().bytes();
            known = new Kept(parser.apply(bytes), bytes.length() + ENTRY_BYTES);
            keep(new Key(bucket.id(), setting, document.get().index()), known);
        }
        @SuppressWarnings("unchecked") // What this setting's parser made.
        T value = (T) known.value();
        return Optional.of(value);
    }

    private synchronized @Nullable Kept find(Key key) {
        return kept.get(key);
    }

    private synchronized void keep(Key key, Kept value) {
        Kept before = kept.put(key, value);
        keptBytes += value.weightBytes() - (before == null ? 0 : before.weightBytes());
        Iterator<Kept> eldest = kept.values().iterator();
        while (keptBytes > mostBytes && eldest.hasNext()) {
            keptBytes -= eldest.next().weightBytes();
            eldest.remove();
        }
    }
}
