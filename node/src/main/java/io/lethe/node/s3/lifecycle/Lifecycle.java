package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.object.Expirations.Said;
import io.lethe.node.s3.xml.LifecycleConfiguration;
import io.lethe.node.s3.xml.LifecycleConfiguration.Expiration;
import io.lethe.node.s3.xml.LifecycleConfiguration.Filter;
import io.lethe.node.s3.xml.LifecycleConfiguration.NoncurrentExpiration;
import io.lethe.node.s3.xml.LifecycleConfiguration.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A bucket's lifecycle as it is decided: the enabled rules, when their time comes, and what each
 * does to what was made in the bucket. Immutable and pure; transitions are not among its rules.
 *
 * <p>A change is looked at once in each <i>lane</i>: a number of days after which some rule may act
 * on it, counted from its creation. The creation of a version is also when the one below it became
 * noncurrent, so looking at a version means looking at those below it too. Lane 0 is for what may
 * act at any time: that there are enough newer versions, that a delete marker hides nothing. A date
 * is a lane of its own, which begins with the oldest change once the date has come. What becomes
 * due without a new change (a version is current again since a newer one was deleted, tags were
 * changed, a lock has ended) is met when all lanes begin anew, which they do now and then.
 */
public final class Lifecycle {
    /** Reads what is said of a version, where a rule asks for its tags; empty where it is gone. */
    interface Reading {
        Optional<Said> of(Brief version) throws InterruptedException;
    }

    /** When an object ends, and by which rule. */
    public record End(long dueMillis, String ruleId) {}

    private final List<Rule> rules;
    private final Bytes prefix;

    private Lifecycle(LifecycleConfiguration configuration) {
        rules = configuration.rules().stream().filter(Rule::enabled).toList();
        prefix = commonPrefix(rules);
    }

    public static Lifecycle of(LifecycleConfiguration configuration) {
        return new Lifecycle(configuration);
    }

    /** Reads a bucket's document, which was accepted once. */
    public static Lifecycle parse(Bytes document) {
        return of(LifecycleConfiguration.parse(document.toArray()));
    }

    private static Bytes commonPrefix(List<Rule> rules) {
        Bytes common = null;
        for (Rule rule : rules) {
            Bytes one = Bytes.utf8(rule.filter().prefix());
            if (common == null) {
                common = one;
            }
            int same = 0;
            while (same < Math.min(common.length(), one.length())
                    && common.at(same) == one.at(same)) {
                same++;
            }
            common = common.slice(0, same);
        }
        return common == null ? Bytes.EMPTY : common;
    }

    /** What all keys that any rule is about start with. */
    Bytes prefix() {
        return prefix;
    }

    /** How many newer noncurrent versions some rule keeps. */
    int depth() {
        int most = 0;
        for (Rule rule : rules) {
            most =
                    Math.max(
                            most,
                            rule.noncurrentExpiration()
                                    .map(NoncurrentExpiration::newerVersions)
                                    .orElse(0));
        }
        return most;
    }

    /** A lane's name: days, or minus the days from 1970 to a date; 0 for a date before. */
    SortedSet<Long> lanes() {
        SortedSet<Long> lanes = new TreeSet<>();
        for (Rule rule : rules) {
            rule.expiration()
                    .ifPresent(
                            expiration ->
                                    lanes.add(
                                            switch (expiration) {
                                                case Expiration.AfterDays(int days) -> (long) days;
                                                case Expiration.OnDate(long millis) ->
                                                        -Math.max(0, millis / Days.MILLIS);
                                                case Expiration.LoneDeleteMarkers _ -> 0L;
                                            }));
            rule.noncurrentExpiration()
                    .ifPresent(
                            old -> {
                                lanes.add((long) old.days());
                                if (old.newerVersions() > 0) {
                                    lanes.add(0L);
                                }
                            });
            rule.abortUploadsAfterDays().ifPresent(days -> lanes.add((long) days));
        }
        return lanes;
    }

    /** A lane looks at what was made before this. */
    static long horizonMillis(long lane, long nowMillis) {
        if (lane > 0) {
            return Math.max(0, Days.dueBefore(nowMillis, (int) lane));
        }
        return -lane * Days.MILLIS <= nowMillis ? nowMillis + 1 : 0;
    }

    /** What is due of one change, in the order in which it is to be done. */
    List<Deed> due(ChangeRow row, long nowMillis, Reading reading) throws InterruptedException {
        String key = row.key().utf8();
        List<Deed> deeds = new ArrayList<>();
        if (row.upload() != null) {
            if (abort(key, row.order() >>> 20)
                    .filter(end -> end.dueMillis() <= nowMillis)
                    .isPresent()) {
                deeds.add(new Deed.Abort(row.order(), row.upload()));
            }
            return deeds;
        }
        noncurrent(row, key, nowMillis, reading, deeds);
        if (row.newer() == 0) {
            current(row, key, nowMillis, reading, deeds);
        }
        return deeds;
    }

    /** A version that is judged: what is said of it is read once, where a rule asks for it. */
    private static final class Judged {
        private final Brief version;
        private final Reading reading;
        private boolean asked;
        private @Nullable Said said;

        Judged(Brief version, Reading reading) {
            this.version = version;
            this.reading = reading;
        }

        private @Nullable Said said() throws InterruptedException {
            if (!asked) {
                said = reading.of(version).orElse(null);
                asked = true;
            }
            return said;
        }

        /** Markers have neither size nor tags: a rule that asks for one is not about them. */
        boolean matches(Filter filter, String key) throws InterruptedException {
            if (!key.startsWith(filter.prefix())) {
                return false;
            }
            boolean plain =
                    filter.tags().isEmpty()
                            && filter.moreThanBytes().isEmpty()
                            && filter.lessThanBytes().isEmpty();
            if (plain || version.isMarker()) {
                return plain;
            }
            if (!fits(filter, version.sizeBytes()) || filter.tags().isEmpty()) {
                return fits(filter, version.sizeBytes());
            }
            Said read = said();
            return read != null && tagged(filter, read.tags());
        }

        /** The version as it was seen by a filter that matches. */
        Seen by(Filter filter, long hiddenBy, int newer) throws InterruptedException {
            Said read = filter.tags().isEmpty() ? null : said();
            return new Seen(
                    version.order(), hiddenBy, newer, read == null ? null : read.sealedInfo());
        }
    }

    /** The versions below the one that was made, by the time at which each was hidden. */
    private void noncurrent(
            ChangeRow row, String key, long nowMillis, Reading reading, List<Deed> deeds)
            throws InterruptedException {
        List<Brief> versions = row.versions();
        // The oldest first: each is removed while what hides it is still there.
        for (int i = versions.size() - 1; i > 0; i--) {
            Judged hidden = new Judged(versions.get(i), reading);
            Brief above = versions.get(i - 1);
            int newerNoncurrent = row.newer() + i - 1;
            for (Rule rule : rules) {
                NoncurrentExpiration old = rule.noncurrentExpiration().orElse(null);
                if (old != null
                        && newerNoncurrent >= old.newerVersions()
                        && Days.due(above.createdMillis(), old.days()) <= nowMillis
                        && hidden.matches(rule.filter(), key)) {
                    deeds.add(
                            new Deed.RemoveNoncurrent(
                                    hidden.by(rule.filter(), above.order(), old.newerVersions())));
                    break;
                }
            }
        }
    }

    private void current(
            ChangeRow row, String key, long nowMillis, Reading reading, List<Deed> deeds)
            throws InterruptedException {
        Brief newest = row.versions().getFirst();
        Judged judged = new Judged(newest, reading);
        boolean lone = row.versions().size() == 1;
        for (Rule rule : rules) {
            Expiration expiration = rule.expiration().orElse(null);
            if (expiration == null || (newest.isMarker() && !lone)) {
                continue;
            }
            boolean due =
                    switch (expiration) {
                        case Expiration.AfterDays(int days) ->
                                Days.due(newest.createdMillis(), days) <= nowMillis;
                        case Expiration.OnDate(long millis) -> millis <= nowMillis;
                        case Expiration.LoneDeleteMarkers _ -> newest.isMarker();
                    };
            if (due && judged.matches(rule.filter(), key)) {
                Seen seen = judged.by(rule.filter(), 0, 0);
                deeds.add(newest.isMarker() ? new Deed.RemoveMarker(seen) : new Deed.Expire(seen));
                return;
            }
        }
    }

    private static boolean fits(Filter filter, long sizeBytes) {
        return (filter.moreThanBytes().isEmpty() || sizeBytes > filter.moreThanBytes().get())
                && (filter.lessThanBytes().isEmpty() || sizeBytes < filter.lessThanBytes().get());
    }

    private static boolean tagged(Filter filter, Map<String, String> tags) {
        return filter.tags().stream().allMatch(tag -> tag.value().equals(tags.get(tag.key())));
    }

    /** When an upload is given up; empty where no rule is about it. */
    public Optional<End> abort(String key, long createdMillis) {
        End first = null;
        for (Rule rule : rules) {
            Integer days = rule.abortUploadsAfterDays().orElse(null);
            if (days == null || !key.startsWith(rule.filter().prefix())) {
                continue;
            }
            long due = Days.due(createdMillis, days);
            if (first == null || due < first.dueMillis()) {
                first = new End(due, rule.id());
            }
        }
        return Optional.ofNullable(first);
    }

    /** When a current object ends; empty where no rule is about it. */
    public Optional<End> end(
            String key, long sizeBytes, Map<String, String> tags, long createdMillis) {
        End first = null;
        for (Rule rule : rules) {
            if (!key.startsWith(rule.filter().prefix())
                    || !fits(rule.filter(), sizeBytes)
                    || !tagged(rule.filter(), tags)) {
                continue;
            }
            long due =
                    switch (rule.expiration().orElse(null)) {
                        case Expiration.AfterDays(int days) -> Days.due(createdMillis, days);
                        case Expiration.OnDate(long millis) -> millis;
                        case Expiration.LoneDeleteMarkers _ -> Long.MAX_VALUE;
                        case null -> Long.MAX_VALUE;
                    };
            if (due != Long.MAX_VALUE && (first == null || due < first.dueMillis())) {
                first = new End(due, rule.id());
            }
        }
        return Optional.ofNullable(first);
    }
}
