package io.lethe.node.s3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionCommand.SaveProgress;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Expirations.Said;
import io.lethe.node.s3.xml.LifecycleConfiguration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lifecycles against what AWS's documentation says of them. */
final class LifecycleTest {
    private static final long DAY = Duration.ofDays(1).toMillis();

    private static Lifecycle rules(String... rules) {
        return Lifecycle.parse(
                Bytes.utf8(
                        "<LifecycleConfiguration>"
                                + String.join("", rules)
                                + "</LifecycleConfiguration>"));
    }

    private static String rule(String id, String filter, String action) {
        return "<Rule><ID>"
                + id
                + "</ID><Filter>"
                + filter
                + "</Filter><Status>Enabled</Status>"
                + action
                + "</Rule>";
    }

    private static String days(int days) {
        return "<Expiration><Days>" + days + "</Days></Expiration>";
    }

    private static long at(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private static final Bytes SEALED = Bytes.utf8("sealed");

    private static Optional<Said> said(Map<String, String> tags) {
        return Optional.of(new Said(tags, SEALED));
    }

    private static ChangeRow made(String key, long createdMillis, long sizeBytes) {
        long order = createdMillis << 20;
        return new ChangeRow(
                Bytes.utf8(key),
                order,
                null,
                0,
                List.of(new Brief(order, createdMillis, sizeBytes)));
    }

    /** The first is the example of AWS's guide; the others are the edges of a day. */
    @ParameterizedTest
    @CsvSource({
        "2014-01-15T10:30:00Z, 3, 2014-01-19T00:00:00Z",
        "2014-01-15T00:00:00Z, 3, 2014-01-19T00:00:00Z",
        "2014-01-15T00:00:00.001Z, 1, 2014-01-17T00:00:00Z",
        "2014-01-15T23:59:59.999Z, 1, 2014-01-17T00:00:00Z",
        "2016-02-28T12:00:00Z, 1, 2016-03-01T00:00:00Z",
        "2014-12-31T23:00:00Z, 1, 2015-01-02T00:00:00Z",
        "2014-01-15T10:30:00Z, 3650, 2024-01-14T00:00:00Z",
    })
    void daysAreRoundedUpToTheNextMidnight(String created, int days, String due) throws Exception {
        Lifecycle lifecycle = rules(rule("r", "", days(days)));
        assertThat(lifecycle.end("k", 1, Map.of(), at(created)))
                .contains(new Lifecycle.End(at(due), "r"));
        ChangeRow row = made("k", at(created), 1);
        assertThat(lifecycle.due(row, at(due) - 1, _ -> said(Map.of()))).isEmpty();
        assertThat(lifecycle.due(row, at(due), _ -> said(Map.of())))
                .containsExactly(new Deed.Expire(Seen.newest(row.order())));
    }

    /** Each column is a filter's part, or what an object has of it; {@code -} for none. */
    @ParameterizedTest
    @CsvSource({
        // Prefix, tags, more than and less than; key, tags, bytes; whether it matches.
        "-, -, -:-, any, -, 0, true",
        "logs/, -, -:-, logs/a, -, 5, true",
        "logs/, -, -:-, log, -, 5, false",
        "-, a=1, -:-, k, a=1, 5, true",
        "-, a=1, -:-, k, a=2, 5, false",
        "-, a=1, -:-, k, -, 5, false",
        "-, a=1, -:-, k, a=1;b=2, 5, true",
        "-, a=1;b=2, -:-, k, a=1;b=2, 5, true",
        "-, a=1;b=2, -:-, k, a=1, 5, false",
        "-, -, 500:-, k, -, 500, false",
        "-, -, 500:-, k, -, 501, true",
        "-, -, 0:-, k, -, 0, false",
        "-, -, -:500, k, -, 500, false",
        "-, -, -:500, k, -, 499, true",
        "-, -, 500:64000, k, -, 501, true",
        "-, -, 500:64000, k, -, 64000, false",
        "tax/, a=1, 10:20, tax/k, a=1, 15, true",
        "tax/, a=1, 10:20, x/k, a=1, 15, false",
        "tax/, a=1, 10:20, tax/k, -, 15, false",
        "tax/, a=1, 10:20, tax/k, a=1, 9, false",
        "tax/, a=1, 10:20, tax/k, a=1, 20, false",
        "tax/, a=1, -:-, tax/k, a=1, 9, true",
        "tax/, -, 10:-, tax/k, -, 11, true",
    })
    void allThatAFilterSaysMustHold(
            String prefix,
            String tags,
            String sizes,
            String key,
            String has,
            long bytes,
            boolean matches)
            throws Exception {
        List<String> parts = new ArrayList<>();
        if (!prefix.equals("-")) {
            parts.add("<Prefix>" + prefix + "</Prefix>");
        }
        tags(tags)
                .forEach(
                        (name, value) ->
                                parts.add(
                                        "<Tag><Key>"
                                                + name
                                                + "</Key><Value>"
                                                + value
                                                + "</Value></Tag>"));
        String more = sizes.substring(0, sizes.indexOf(':'));
        String less = sizes.substring(sizes.indexOf(':') + 1);
        if (!more.equals("-")) {
            parts.add("<ObjectSizeGreaterThan>" + more + "</ObjectSizeGreaterThan>");
        }
        if (!less.equals("-")) {
            parts.add("<ObjectSizeLessThan>" + less + "</ObjectSizeLessThan>");
        }
        String all = String.join("", parts);
        Lifecycle lifecycle =
                rules(rule("r", parts.size() > 1 ? "<And>" + all + "</And>" : all, days(1)));
        assertThat(lifecycle.end(key, bytes, tags(has), 0).isPresent()).isEqualTo(matches);
        assertThat(lifecycle.due(made(key, 0, bytes), 2 * DAY, _ -> said(tags(has))).size())
                .isEqualTo(matches ? 1 : 0);
    }

    private static Map<String, String> tags(String text) {
        Map<String, String> tags = new HashMap<>();
        if (!text.equals("-")) {
            for (String one : text.split(";", -1)) {
                tags.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
            }
        }
        return tags;
    }

    @Test
    void ofSeveralRulesTheOneThatEndsFirstCounts() {
        Lifecycle lifecycle =
                rules(
                        rule("year", "<Prefix>logs/</Prefix>", days(365)),
                        rule("half", "<Prefix>logs/archive/</Prefix>", days(180)),
                        rule(
                                "date",
                                "<Prefix>logs/</Prefix>",
                                "<Expiration><Date>1970-06-01T00:00:00Z</Date></Expiration>"));
        assertThat(lifecycle.end("logs/archive/a", 1, Map.of(), 0).orElseThrow().ruleId())
                .isEqualTo("date");
        assertThat(lifecycle.end("logs/a", 1, Map.of(), 0).orElseThrow().ruleId())
                .isEqualTo("date");
        Lifecycle byDays =
                rules(
                        rule("year", "<Prefix>logs/</Prefix>", days(365)),
                        rule("half", "<Prefix>logs/archive/</Prefix>", days(180)));
        assertThat(byDays.end("logs/archive/a", 1, Map.of(), 0).orElseThrow().ruleId())
                .isEqualTo("half");
        assertThat(byDays.end("logs/a", 1, Map.of(), 0).orElseThrow().ruleId()).isEqualTo("year");
        assertThat(byDays.end("other", 1, Map.of(), 0)).isEmpty();
    }

    @Test
    void aRuleThatIsOffEndsNothingAndSaysNothing() throws Exception {
        Lifecycle off = rules(rule("r", "", days(1) + abort(1)).replace("Enabled", "Disabled"));
        assertThat(off.end("k", 1, Map.of(), 0)).isEmpty();
        assertThat(off.abort("k", 0)).isEmpty();
        assertThat(off.due(made("k", 0, 1), 100 * DAY, _ -> said(Map.of()))).isEmpty();
    }

    private static String abort(int days) {
        return "<AbortIncompleteMultipartUpload><DaysAfterInitiation>"
                + days
                + "</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    }

    @Test
    void anUploadIsGivenUpByTheRuleThatComesFirst() throws Exception {
        Lifecycle lifecycle =
                rules(
                        rule("week", "", abort(7)),
                        rule("logs", "<Prefix>logs/</Prefix>", abort(2)),
                        rule("objects", "<Prefix>logs/</Prefix>", days(1)));
        long created = at("2014-01-15T10:30:00Z");
        assertThat(lifecycle.abort("logs/a", created))
                .contains(new Lifecycle.End(at("2014-01-18T00:00:00Z"), "logs"));
        assertThat(lifecycle.abort("a", created))
                .contains(new Lifecycle.End(at("2014-01-23T00:00:00Z"), "week"));
        long order = created << 20;
        WriteId write = new WriteId(new Id128(1, 2));
        ChangeRow row = new ChangeRow(Bytes.utf8("logs/a"), order, write, 0, List.of());
        assertThat(lifecycle.due(row, at("2014-01-17T23:59:59Z"), _ -> said(Map.of()))).isEmpty();
        assertThat(lifecycle.due(row, at("2014-01-18T00:00:00Z"), _ -> said(Map.of())))
                .containsExactly(new Deed.Abort(order, write));
    }

    @Test
    void aMarkerThatHidesNothingGoesByItsRuleOrByItsAge() throws Exception {
        long created = at("2014-01-15T10:30:00Z");
        ChangeRow lone = made("k", created, Brief.MARKER);
        Deed gone = new Deed.RemoveMarker(Seen.newest(lone.order()));
        Lifecycle markers =
                rules(
                        rule(
                                "r",
                                "",
                                "<Expiration><ExpiredObjectDeleteMarker>true"
                                        + "</ExpiredObjectDeleteMarker></Expiration>"));
        assertThat(markers.due(lone, created, _ -> said(Map.of()))).containsExactly(gone);
        assertThat(markers.due(made("k", created, 3), created + 9_999 * DAY, _ -> said(Map.of())))
                .as("no marker")
                .isEmpty();
        Lifecycle aged = rules(rule("r", "", days(1)));
        assertThat(aged.due(lone, created + DAY, _ -> said(Map.of()))).isEmpty();
        assertThat(aged.due(lone, created + 2 * DAY, _ -> said(Map.of()))).containsExactly(gone);
        ChangeRow hiding =
                new ChangeRow(
                        lone.key(),
                        lone.order(),
                        null,
                        0,
                        List.of(
                                lone.versions().getFirst(),
                                new Brief(lone.order() - 1, created - 1, 3)));
        assertThat(aged.due(hiding, created + 9 * DAY, _ -> said(Map.of())))
                .as("hides one")
                .isEmpty();
        assertThat(markers.due(hiding, created + 9 * DAY, _ -> said(Map.of()))).isEmpty();
    }

    /** The worked example of AWS's guide on how many newer versions are kept, at each age. */
    @Test
    void olderVersionsGoOnceTheyAreOldAndEnoughNewerOnesAreThere() throws Exception {
        Lifecycle lifecycle =
                rules(
                        rule(
                                "r",
                                "",
                                "<NoncurrentVersionExpiration>"
                                        + "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>"
                                        + "<NoncurrentDays>5</NoncurrentDays>"
                                        + "</NoncurrentVersionExpiration>"));
        for (int versions = 1; versions <= 6; versions++) {
            for (int now = 0; now < 20; now++) {
                List<Brief> all = new ArrayList<>();
                List<Deed> wanted = new ArrayList<>();
                for (int i = 0; i < versions; i++) {
                    // One a day, the newest last; here the newest is first.
                    long created = (versions - i) * DAY;
                    all.add(new Brief(created << 20, created, 3));
                }
                for (int i = versions - 1; i > 0; i--) {
                    boolean old = all.get(i - 1).createdMillis() + 6 * DAY <= now * DAY;
                    if (old && i - 1 >= 2) {
                        wanted.add(
                                new Deed.RemoveNoncurrent(
                                        new Seen(
                                                all.get(i).order(),
                                                all.get(i - 1).order(),
                                                2,
                                                null)));
                    }
                }
                ChangeRow row =
                        new ChangeRow(Bytes.utf8("k"), all.getFirst().order(), null, 0, all);
                assertThat(lifecycle.due(row, now * DAY, _ -> said(Map.of())))
                        .as("%s versions, day %s", versions, now)
                        .isEqualTo(wanted);
            }
        }
    }

    @Test
    void whatIsDoneByTagsHoldsOnlyWhileTheyAreSaidAsTheyWereRead() throws Exception {
        String tag = "<Tag><Key>t</Key><Value>1</Value></Tag>";
        Lifecycle lifecycle =
                rules(
                        rule("sized", "<ObjectSizeGreaterThan>9</ObjectSizeGreaterThan>", days(1)),
                        rule("tagged", tag, days(2)),
                        rule("other", tag.replace('1', '2'), days(1)));
        int[] read = new int[1];
        Lifecycle.Reading reading =
                _ -> {
                    read[0]++;
                    return said(Map.of("t", "1"));
                };
        ChangeRow small = made("k", DAY, 5);
        assertThat(lifecycle.due(small, 9 * DAY, reading))
                .containsExactly(new Deed.Expire(new Seen(small.order(), 0, 0, SEALED)));
        assertThat(read[0]).as("once for all rules").isEqualTo(1);
        ChangeRow large = made("k", DAY, 10);
        assertThat(lifecycle.due(large, 9 * DAY, reading))
                .containsExactly(new Deed.Expire(Seen.newest(large.order())));
        assertThat(lifecycle.due(small, 9 * DAY, _ -> Optional.empty())).as("gone").isEmpty();
    }

    @Test
    void aDateBeforeAllTimeHasComeForEverything() throws Exception {
        Lifecycle lifecycle =
                rules(rule("r", "", "<Expiration><Date>1960-01-01T00:00:00Z</Date></Expiration>"));
        assertThat(lifecycle.lanes()).containsExactly(0L);
        assertThat(Lifecycle.horizonMillis(0, 5 * DAY)).isGreaterThan(5 * DAY);
    }

    @Test
    void theMostLanesThatRulesMakeCanBeKept() {
        String[] rules = new String[LifecycleConfiguration.MOST_RULES];
        for (int i = 0; i < rules.length; i++) {
            rules[i] =
                    rule(
                            "r" + i,
                            "",
                            days(3 * i + 1)
                                    + "<NoncurrentVersionExpiration><NewerNoncurrentVersions>1"
                                    + "</NewerNoncurrentVersions><NoncurrentDays>"
                                    + (3 * i + 2)
                                    + "</NoncurrentDays></NoncurrentVersionExpiration>"
                                    + abort(3 * i + 3));
        }
        SortedSet<Long> lanes = rules(rules).lanes();
        assertThat(lanes).hasSize(3_001);
        LifecycleProgress most = LifecycleProgress.begin(Long.MAX_VALUE, Long.MAX_VALUE, lanes);
        for (long lane : lanes) {
            most = most.at(lane, Long.MAX_VALUE - lane);
        }
        SaveProgress command =
                new SaveProgress(Walk.LIFECYCLE, new BucketId(Long.MAX_VALUE), most.encode());
        Stamp stamp = new Stamp(1, 2, 3, 4);
        var entry = CommandCodec.decodePartition(CommandCodec.encode(stamp, command));
        assertThat(entry.command()).isEqualTo(command);
        assertThat(LifecycleProgress.decode(command.progress())).isEqualTo(most);
    }

    @Test
    void whatAnObjectIsToldOfItsEndIsWhatIsDone() throws Exception {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            String[] rules = new String[1 + random.nextInt(4)];
            for (int i = 0; i < rules.length; i++) {
                rules[i] = rule("r" + i, filter(random), action(random));
            }
            Lifecycle lifecycle = rules(rules);
            long created = at("2024-01-10T00:00:00Z") + random.nextLong(3 * DAY);
            String key = "ab".substring(0, random.nextInt(3)) + "x";
            long bytes = random.nextInt(30);
            Map<String, String> tags = random.nextBoolean() ? Map.of("t", "1") : Map.of();
            long end =
                    lifecycle
                            .end(key, bytes, tags, created)
                            .map(Lifecycle.End::dueMillis)
                            .orElse(Long.MAX_VALUE);
            for (long now = created; now < created + 12 * DAY; now += DAY / 4) {
                assertThat(
                                !lifecycle
                                        .due(made(key, created, bytes), now, _ -> said(tags))
                                        .isEmpty())
                        .as("seed %s at %s", seed, Instant.ofEpochMilli(now))
                        .isEqualTo(end <= now);
            }
        }
    }

    private static String filter(Random random) {
        String prefix = "<Prefix>" + "ab".substring(0, 1 + random.nextInt(2)) + "</Prefix>";
        String tag = "<Tag><Key>t</Key><Value>" + random.nextInt(2) + "</Value></Tag>";
        String size = "<ObjectSizeGreaterThan>" + random.nextInt(20) + "</ObjectSizeGreaterThan>";
        return switch (random.nextInt(6)) {
            case 0 -> prefix;
            case 1 -> tag;
            case 2 -> size;
            case 3 -> "<And>" + prefix + tag + "</And>";
            case 4 -> "<And>" + prefix + size + "</And>";
            default -> "";
        };
    }

    private static String action(Random random) {
        return random.nextBoolean()
                ? days(1 + random.nextInt(5))
                : "<Expiration><Date>2024-01-1"
                        + (1 + random.nextInt(9))
                        + "T00:00:00Z</Date></Expiration>";
    }
}
