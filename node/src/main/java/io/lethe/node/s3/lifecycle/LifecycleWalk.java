package io.lethe.node.s3.lifecycle;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
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

    /** Two clocks that are trusted are a second apart each; and a partition that is at rest. */
    private static final long MOST_APART_MILLIS = TimeUnit.MINUTES.toMillis(1);

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
        ChangePage page = askInTime(rules, from, to, nowMillis);
        for (ChangeRow row : page.rows()) {
            look(new Round(bucket, rules, index, nowMillis), row);
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

    /**
     * What is there is old by this node's clock; it must be so by the time of the partition too,
     * whose leader is checked by others: a clock that jumped ahead would delete what is young.
     */
    private ChangePage askInTime(Lifecycle rules, long from, long to, long nowMillis)
            throws InterruptedException {
        ChangePage page = ask(rules, from, to, PAGE);
        if (page.rows().isEmpty() || nowMillis - page.stateMillis() <= MOST_APART_MILLIS) {
            return page;
        }
        // Perhaps nothing was written for a while: any command brings the state's time up.
        PartitionReply _ =
                ports.metadata()
                        .executeIn(
                                place.partition(),
                                new PartitionCommand.Fence(0),
                                0,
                                SavedWalks.deadline(ports));
        page = ask(rules, from, to, PAGE);
        if (nowMillis - page.stateMillis() > MOST_APART_MILLIS) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "this node's clock is ahead of the partition's, so nothing is taken for old");
        }
        return page;
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

    /**
     * What a page is looked at with.
     *
     * @param index at which these rules were set: once there are others, nothing more is done
     */
    private record Round(BucketRecord bucket, Lifecycle rules, long index, long nowMillis) {}

    /** Does what is due of a change; under a delete marker until nothing is, or all is gone. */
    private void look(Round round, ChangeRow first) throws InterruptedException {
        BucketRecord bucket = round.bucket();
        Lifecycle rules = round.rules();
        ChangeRow row = first;
        for (int i = 0; i < MOST_AGAIN; i++) {
            ports.meters().looked.increment();
            ChangeRow seen = row;
            List<Deed> deeds =
                    rules.due(
                            row,
                            round.nowMillis(),
                            version -> tags(bucket, seen.key().utf8(), version));
            boolean removed = false;
            for (Deed deed : deeds) {
                boolean done = done(round, row.key().utf8(), deed);
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
    private boolean done(Round round, String key, Deed deed) throws InterruptedException {
        try {
            switch (deed) {
                case Deed.Expire(long order) -> {
                    delete(round, key, "", new Condition.Newest(order));
                    ports.meters().expired.increment();
                }
                case Deed.RemoveNoncurrent(long order, long hiddenBy) -> {
                    String version = VersionIds.show(order, false);
                    delete(round, key, version, new Condition.There(hiddenBy));
                    ports.meters().noncurrentRemoved.increment();
                }
                case Deed.RemoveMarker(long order) -> {
                    String version = VersionIds.show(order, false);
                    delete(round, key, version, new Condition.Newest(order));
                    ports.meters().markersRemoved.increment();
                }
                case Deed.Abort(long order, WriteId write) -> {
                    BucketRecord bucket = round.bucket();
                    BucketRecord now = ports.directory().bucket(bucket.id()).orElse(bucket);
                    if (!stands(round, now)) {
                        return false;
                    }
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

    private static boolean stands(Round round, BucketRecord now) {
        return Long.valueOf(round.index()).equals(now.settings().get(BucketSetting.LIFECYCLE));
    }

    private void delete(Round round, String key, String version, Condition condition)
            throws InterruptedException {
        BucketRecord bucket = round.bucket();
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
                                now -> stands(round, now),
                                SavedWalks.deadline(ports));
    }
}
