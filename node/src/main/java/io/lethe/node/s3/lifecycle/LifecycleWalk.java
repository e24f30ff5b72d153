package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Caller;
import io.lethe.node.object.Expirations;
import io.lethe.node.s3.lifecycle.LifecycleWorker.Place;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bucket's lifecycle in one partition, a page at a time. Deletions go the way of everybody's:
 * each is conditional on what was seen and on the rules, so that what changed meanwhile is looked
 * at again; what is locked is refused by the partition. Such a version, and one that can't be
 * judged, is met again when the lanes begin anew. One task.
 */
final class LifecycleWalk {
    /** Changes in a page: a deletion for each takes some seconds. */
    private static final int PAGE = 200;

    /** Pages after which progress is kept in the middle of a lane. */
    private static final int SAVE_PAGES = 16;

    /** Versions of a key that are removed one after the other in the hope of a lone marker. */
    private static final int MOST_AGAIN = 1_000;

    /** Looks at what others change while it is looked at. */
    private static final int MOST_CHANGED = 3;

    /** What passes: the page is walked again. */
    private static final Set<ErrorCode> PASSING =
            EnumSet.of(
                    ErrorCode.UNAVAILABLE,
                    ErrorCode.OVERLOADED,
                    ErrorCode.OUT_OF_SPACE,
                    ErrorCode.DEADLINE,
                    ErrorCode.OUTCOME_UNKNOWN);

    private static final Logger log = LoggerFactory.getLogger(LifecycleWalk.class);

    /** Two clocks that are trusted are a second apart each; and a partition that is at rest. */
    private static final long MOST_APART_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final LifecyclePorts ports;
    private final Place place;
    private @Nullable LifecycleProgress progress;
    private Iterator<Long> lanes = List.<Long>of().iterator();
    private @Nullable Long lane;
    private boolean unsaved;

    /** In this round. */
    private boolean warned;

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
        warned = false;
    }

    /** Walks a page; returns whether there is more. */
    boolean page(long nowMillis) throws InterruptedException {
        Round round = round(nowMillis);
        if (round == null) {
            return false;
        }
        Lifecycle rules = round.rules();
        LifecycleProgress now = current(round);
        if (pages++ == 0) {
            lanes = rules.lanes().iterator();
        }
        if (lane == null) {
            if (!lanes.hasNext()) {
                return ended(round, now);
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
            lookOrLeave(round, row);
        }
        progress = now.at(lane, page.next());
        unsaved |= !page.rows().isEmpty() || !page.done();
        if (page.done()) {
            lane = null;
        }
        if (pages % SAVE_PAGES == 0) {
            save();
        }
        return true;
    }

    /**
     * All lanes have come to their ends. Only then they begin anew: however long one takes, the
     * others have their turn.
     */
    private boolean ended(Round round, LifecycleProgress now) throws InterruptedException {
        boolean over = now.isOver(round.nowMillis());
        if (over) {
            var _ = anew(round);
        }
        save();
        return over;
    }

    /** The rules, and the index at which just these were set; null where there are none. */
    private @Nullable Round round(long nowMillis) {
        for (int i = 0; i < MOST_CHANGED; i++) {
            BucketRecord bucket = ports.directory().bucket(place.bucket()).orElse(null);
            Long index = bucket == null ? null : bucket.settings().get(BucketSetting.LIFECYCLE);
            if (bucket == null || index == null || bucket.state() != BucketRecord.State.ACTIVE) {
                return null;
            }
            Lifecycle rules =
                    ports.settings()
                            .of(bucket, BucketSetting.LIFECYCLE, Lifecycle::parse)
                            .orElse(null);
            if (rules != null && stand(index)) {
                Expirations.Rules by =
                        new Expirations.Rules(
                                new Caller(bucket.tenant(), "lifecycle", false),
                                bucket.name(),
                                record -> stand(index, record));
                return new Round(by, rules, index, nowMillis);
            }
            // They are newer than the record, which is read again.
        }
        return null;
    }

    private static boolean stand(long index, BucketRecord record) {
        return Long.valueOf(index).equals(record.settings().get(BucketSetting.LIFECYCLE));
    }

    private boolean stand(long index) {
        return ports.directory()
                .bucket(place.bucket())
                .filter(record -> stand(index, record))
                .isPresent();
    }

    private LifecycleProgress current(Round round) {
        LifecycleProgress known = progress;
        return known == null || known.settingIndex() != round.index() ? anew(round) : known;
    }

    private LifecycleProgress anew(Round round) {
        LifecycleProgress fresh =
                LifecycleProgress.begin(round.index(), round.nowMillis(), round.rules().lanes());
        progress = fresh;
        lanes = round.rules().lanes().iterator();
        lane = null;
        unsaved = true;
        return fresh;
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
    private record Round(Expirations.Rules by, Lifecycle rules, long index, long nowMillis) {}

    /** One version that can't be judged does not keep the others. */
    private void lookOrLeave(Round round, ChangeRow row) throws InterruptedException {
        try {
            look(round, row);
        } catch (StoreException e) {
            if (PASSING.contains(e.code())) {
                throw e;
            }
            left(row, e);
        } catch (Decoder.CorruptEncoding e) {
            left(row, e);
        }
    }

    private void left(ChangeRow row, RuntimeException why) {
        ports.meters().failed.increment();
        if (!warned) {
            warned = true;
            log.warn(
                    "the lifecycle of bucket {} leaves version {}, which it can't judge, and"
                            + " perhaps others",
                    place.bucket(),
                    row.order(),
                    why);
        }
    }

    /**
     * Does what is due of a change; where others changed something meanwhile, after another look;
     * under a delete marker until nothing is due, or all is gone.
     */
    private void look(Round round, ChangeRow first) throws InterruptedException {
        ChangeRow row = first;
        int changed = 0;
        for (int i = 0; i < MOST_AGAIN; i++) {
            ports.meters().looked.increment();
            Outcome outcome = doAll(round, row);
            boolean again =
                    switch (outcome) {
                        case CHANGED -> ++changed < MOST_CHANGED && stand(round.index());
                        case REMOVED -> row.newer() == 0 && row.versions().getFirst().isMarker();
                        case LEFT -> false;
                    };
            List<ChangeRow> now =
                    again ? ask(round.rules(), row.order(), row.order() + 1, 1).rows() : List.of();
            if (now.isEmpty()) {
                return;
            }
            row = now.getFirst();
        }
    }

    /** What came of a deed. */
    private enum Outcome {
        /** Nothing: it is locked, or gone, or nothing was due. */
        LEFT,
        /** Something is not as it was. */
        CHANGED,
        /** A version is gone. */
        REMOVED
    }

    private Outcome doAll(Round round, ChangeRow row) throws InterruptedException {
        List<Deed> deeds =
                round.rules()
                        .due(
                                row,
                                round.nowMillis(),
                                version ->
                                        ports.objects()
                                                .expirations()
                                                .said(
                                                        round.by(),
                                                        row.key(),
                                                        version.order(),
                                                        SavedWalks.deadline(ports)));
        Outcome all = Outcome.LEFT;
        for (Deed deed : deeds) {
            Outcome one = tried(round, row.key(), deed);
            if (one == Outcome.CHANGED) {
                return one;
            }
            all = one == Outcome.REMOVED ? one : all;
        }
        return all;
    }

    private Outcome tried(Round round, Bytes key, Deed deed) throws InterruptedException {
        try {
            return done(round.by(), key, deed);
        } catch (StoreException e) {
            if (e.code().category() != ErrorCode.Category.CALLER) {
                throw e;
            }
            ports.meters().refused.increment();
            return e.code() == ErrorCode.PRECONDITION_FAILED ? Outcome.CHANGED : Outcome.LEFT;
        }
    }

    private Outcome done(Expirations.Rules by, Bytes key, Deed deed) throws InterruptedException {
        Expirations expirations = ports.objects().expirations();
        long deadline = SavedWalks.deadline(ports);
        switch (deed) {
            case Deed.Expire(Seen seen) -> {
                expirations.end(by, key, seen, deadline);
                ports.meters().expired.increment();
            }
            case Deed.RemoveNoncurrent(Seen seen) -> {
                expirations.remove(by, key, seen, deadline);
                ports.meters().noncurrentRemoved.increment();
                return Outcome.REMOVED;
            }
            case Deed.RemoveMarker(Seen seen) -> {
                expirations.remove(by, key, seen, deadline);
                ports.meters().markersRemoved.increment();
            }
            case Deed.Abort(long order, WriteId write) -> {
                expirations.abort(by, key, order, write, deadline);
                ports.meters().uploadsAborted.increment();
            }
        }
        return Outcome.LEFT;
    }
}
