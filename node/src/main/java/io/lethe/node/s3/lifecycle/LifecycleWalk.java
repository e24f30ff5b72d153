package io.lethe.node.s3.lifecycle;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Caller;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Uploads;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.lifecycle.LifecycleWorker.Place;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One bucket's lifecycle in one partition, a page at a time. Deletions go the way of everybody's:
 * each is conditional on what was seen, so that what changed meanwhile is left; what is locked is
 * refused by the partition. Such a version is met again when the lanes begin anew. One task.
 */
final class LifecycleWalk {
    /** Changes in a page: a deletion for each takes some seconds. */
    private static final int PAGE = 200;

    /** Pages after which progress is kept in the middle of a lane. */
    private static final int SAVE_PAGES = 16;

    /** All lanes begin anew after this: for what became due without a change. */
    static final long ANEW_MILLIS = TimeUnit.DAYS.toMillis(7);

    /** Versions of a key that are removed one after the other in the hope of a lone marker. */
    private static final int MOST_AGAIN = 1_000;

    private final LifecyclePorts ports;
    private final Place place;
    private @Nullable LifecycleProgress progress;
    private Iterator<Long> lanes = List.<Long>of().iterator();
    private @Nullable Long lane;
    private boolean unsaved;
    private int pages;

    LifecycleWalk(LifecyclePorts ports, Place place, Optional<LifecycleProgress> saved) {
        this.ports = ports;
        this.place = place;
        progress = saved.orElse(null);
    }

    Place place() {
        return place;
    }

    /** Before the first {@link #page} of a round. */
    void begin() {
        lanes = List.<Long>of().iterator();
        lane = null;
        pages = 0;
    }

    /** Walks a page; returns whether there is more. */
    boolean page(long nowMillis) throws InterruptedException {
        BucketRecord bucket = ports.directory().bucket(place.bucket()).orElse(null);
        Long index = bucket == null ? null : bucket.settings().get(BucketSetting.LIFECYCLE);
        Lifecycle rules =
                bucket == null
                        ? null
                        : ports.settings()
                                .of(bucket, BucketSetting.LIFECYCLE, Lifecycle::parse)
                                .orElse(null);
        if (bucket == null || index == null || rules == null) {
            return false;
        }
        LifecycleProgress now = current(index, nowMillis, rules);
        if (pages++ == 0) {
            lanes = rules.lanes().iterator();
        }
        if (lane == null) {
            if (!lanes.hasNext()) {
                save();
                return false;
            }
            lane = lanes.next();
        }
        long from = now.cursors().getOrDefault(lane, 0L);
        long to = Lifecycle.horizonMillis(lane, nowMillis) << 20;
        if (from >= to) {
            lane = null;
            return true;
        }
        ChangePage page = ask(rules, from, to, PAGE);
        for (ChangeRow row : page.rows()) {
            look(bucket, rules, row, nowMillis);
        }
        progress = now.at(lane, page.next());
        unsaved |= !page.rows().isEmpty();
        if (page.done()) {
            lane = null;
        }
        if (pages % SAVE_PAGES == 0) {
            save();
        }
        return true;
    }

    private LifecycleProgress current(long index, long nowMillis, Lifecycle rules) {
        LifecycleProgress known = progress;
        if (known == null
                || known.settingIndex() != index
                || nowMillis - known.begunMillis() >= ANEW_MILLIS) {
            known = LifecycleProgress.begin(index, nowMillis, rules.lanes());
            progress = known;
            lanes = rules.lanes().iterator();
            lane = null;
            unsaved = true;
        }
        return known;
    }

    private void save() throws InterruptedException {
        if (unsaved && progress != null) {
            SavedWalks.save(ports, place, progress.encode());
            unsaved = false;
        }
    }

    private ChangePage ask(Lifecycle rules, long from, long to, int limit)
            throws InterruptedException {
        PartitionAnswer answer =
                ports.metadata()
                        .queryIn(
                                place.partition(),
                                new PartitionQuery.Changes(
                                        place.bucket(),
                                        from,
                                        to,
                                        rules.prefix(),
                                        rules.depth(),
                                        limit),
                                SavedWalks.deadline(ports));
        if (answer instanceof ChangePage page) {
            return page;
        }
        throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
    }

    /** Does what is due of a change; under a delete marker until nothing is, or all is gone. */
    private void look(BucketRecord bucket, Lifecycle rules, ChangeRow first, long nowMillis)
            throws InterruptedException {
        ChangeRow row = first;
        for (int i = 0; i < MOST_AGAIN; i++) {
            ports.meters().looked.increment();
            ChangeRow seen = row;
            List<Deed> deeds =
                    rules.due(row, nowMillis, version -> tags(bucket, seen.key().utf8(), version));
            boolean removed = false;
            for (Deed deed : deeds) {
                boolean done = done(bucket, row.key().utf8(), deed);
                removed |= done && deed instanceof Deed.RemoveNoncurrent;
            }
            boolean marker = row.upload() == null && row.versions().getFirst().isMarker();
            if (!removed || !marker || row.newer() > 0) {
                return;
            }
            List<ChangeRow> again = ask(rules, row.order(), row.order() + 1, 1).rows();
            if (again.isEmpty()) {
                return;
            }
            row = again.getFirst();
        }
    }

    private static Caller caller(BucketRecord bucket) {
        return new Caller(bucket.tenant(), "lifecycle", false);
    }

    private Map<String, String> tags(BucketRecord bucket, String key, Brief version)
            throws InterruptedException {
        try {
            return ports.objects()
                    .head(
                            caller(bucket),
                            bucket.name(),
                            key,
                            VersionIds.show(version.order(), false),
                            SavedWalks.deadline(ports))
                    .attributes()
                    .tags();
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_VERSION) {
                return Map.of();
            }
            throw e;
        }
    }

    /** False where it was refused: it is locked, or not as it was. */
    private boolean done(BucketRecord bucket, String key, Deed deed) throws InterruptedException {
        try {
            switch (deed) {
                case Deed.Expire(long order) -> {
                    delete(bucket, key, "", new Condition.Newest(order));
                    ports.meters().expired.increment();
                }
                case Deed.RemoveNoncurrent(long order, long hiddenBy) -> {
                    String version = VersionIds.show(order, false);
                    delete(bucket, key, version, new Condition.There(hiddenBy));
                    ports.meters().noncurrentRemoved.increment();
                }
                case Deed.RemoveMarker(long order) -> {
                    String version = VersionIds.show(order, false);
                    delete(bucket, key, version, new Condition.Newest(order));
                    ports.meters().markersRemoved.increment();
                }
                case Deed.Abort(long order, WriteId write) -> {
                    ports.objects()
                            .uploads()
                            .abort(
                                    caller(bucket),
                                    bucket.name(),
                                    key,
                                    Uploads.id(order, write),
                                    SavedWalks.deadline(ports));
                    ports.meters().uploadsAborted.increment();
                }
            }
            return true;
        } catch (StoreException e) {
            if (e.code().category() != ErrorCode.Category.CALLER) {
                throw e;
            }
            ports.meters().refused.increment();
            return false;
        }
    }

    private void delete(BucketRecord bucket, String key, String version, Condition condition)
            throws InterruptedException {
        Objects.Deletion _ =
                ports.objects()
                        .expire(
                                caller(bucket),
                                new Objects.DeleteRequest(
                                        new WriteId(Id128.random(ports.random())),
                                        bucket.name(),
                                        key,
                                        version,
                                        condition),
                                SavedWalks.deadline(ports));
    }
}
