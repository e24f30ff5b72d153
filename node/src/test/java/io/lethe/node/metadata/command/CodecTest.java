package io.lethe.node.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.metadata.command.CommandCodec.DirectoryEntry;
import io.lethe.node.metadata.command.CommandCodec.PartitionEntry;
import io.lethe.node.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final int SEEDS = 300;

    /** An encoding, what it stands for, and how it is read. */
    private record Sample(Object value, Bytes encoded, Function<Bytes, ?> decode) {}

    private static List<Sample> samples(long seed) {
        RandomValues values = new RandomValues(seed);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, values.partitionCommands());
        samples.addAll(ofUploads(values));
        RandomUpdates updates = new RandomUpdates(values);
        partition(samples, values, updates.commands());
        partition(samples, values, updates.locks());
        partition(samples, values, updates.ofProtection());
        partition(samples, values, updates.batches());
        for (PartitionReply one : updates.batchReplies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodePartition));
        }
        for (PartitionAnswer one : updates.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        directory(samples, values, values.directoryCommands());
        for (PartitionQuery one : values.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionReply one : values.partitionReplies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodePartition));
        }
        for (DirectoryReply one : values.directoryReplies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodeDirectory));
        }
        for (PartitionAnswer one : values.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        return samples;
    }

    private static void partition(
            List<Sample> samples, RandomValues values, List<PartitionCommand> commands) {
        for (PartitionCommand one : commands) {
            Stamp stamp = values.stamp();
            samples.add(
                    new Sample(
                            new PartitionEntry(stamp, one),
                            CommandCodec.encode(stamp, one),
                            CommandCodec::decodePartition));
        }
    }

    private static void directory(
            List<Sample> samples, RandomValues values, List<DirectoryCommand> commands) {
        for (DirectoryCommand one : commands) {
            Stamp stamp = values.stamp();
            samples.add(
                    new Sample(
                            new DirectoryEntry(stamp, one),
                            CommandCodec.encode(stamp, one),
                            CommandCodec::decodeDirectory));
        }
    }

    private static List<Sample> ofUploads(RandomValues values) {
        RandomUploads uploads = new RandomUploads(values);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, uploads.commands());
        for (PartitionQuery one : uploads.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionReply one : uploads.replies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodePartition));
        }
        for (PartitionAnswer one : uploads.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        samples.addAll(ofChanges(values));
        samples.addAll(ofEvents(values));
        samples.addAll(ofSplits(values));
        samples.addAll(ofMerges(values));
        samples.addAll(ofRecoveries(values));
        directory(samples, values, new RandomTenants(values).commands());
        directory(samples, values, new RandomLog(values).commands());
        return samples;
    }

    private static List<Sample> ofEvents(RandomValues values) {
        RandomEvents events = new RandomEvents(values);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, events.commands());
        for (PartitionQuery one : events.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionAnswer one : events.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        return samples;
    }

    private static List<Sample> ofRecoveries(RandomValues values) {
        RandomRecoveries recoveries = new RandomRecoveries(values);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, recoveries.commands());
        directory(samples, values, recoveries.directoryCommands());
        return samples;
    }

    private static List<Sample> ofSplits(RandomValues values) {
        RandomSplits splits = new RandomSplits(values);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, splits.commands());
        directory(samples, values, splits.directoryCommands());
        for (PartitionQuery one : splits.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionReply one : splits.replies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodePartition));
        }
        for (PartitionAnswer one : splits.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        return samples;
    }

    private static List<Sample> ofMerges(RandomValues values) {
        RandomMerges merges = new RandomMerges(values);
        List<Sample> samples = new ArrayList<>();
        partition(samples, values, merges.commands());
        directory(samples, values, merges.directoryCommands());
        for (PartitionQuery one : merges.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionReply one : merges.replies()) {
            samples.add(new Sample(one, ReplyCodec.encode(one), ReplyCodec::decodePartition));
        }
        for (PartitionAnswer one : merges.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        return samples;
    }

    private static List<Sample> ofChanges(RandomValues values) {
        RandomChanges changes = new RandomChanges(values);
        List<Sample> samples = new ArrayList<>();
        for (List<PartitionCommand> list :
                List.of(changes.commands(), changes.conditions(), changes.byRules())) {
            partition(samples, values, list);
        }
        for (PartitionQuery one : changes.queries()) {
            samples.add(new Sample(one, QueryCodec.encode(one), QueryCodec::decode));
        }
        for (PartitionAnswer one : changes.answers()) {
            samples.add(new Sample(one, AnswerCodec.encode(one), AnswerCodec::decode));
        }
        return samples;
    }

    @Test
    void everythingComesBackAsItWent() {
        for (long seed = 0; seed < SEEDS; seed++) {
            for (Sample sample : samples(seed)) {
                assertThat(sample.decode().apply(sample.encoded()))
                        .as("seed %s", seed)
                        .isEqualTo(sample.value());
            }
        }
    }

    @Test
    void everyTypeIsAmongTheSamples() {
        RandomValues values = new RandomValues(1);
        RandomUploads uploads = new RandomUploads(values);
        RandomUpdates updates = new RandomUpdates(values);
        RandomChanges changes = new RandomChanges(values);
        RandomEvents events = new RandomEvents(values);
        RandomSplits splits = new RandomSplits(values);
        RandomRecoveries recoveries = new RandomRecoveries(values);
        assertThat(
                        types(
                                values.partitionCommands(),
                                uploads.commands(),
                                updates.commands(),
                                updates.locks(),
                                updates.batches(),
                                changes.commands(),
                                events.commands(),
                                splits.commands().subList(1, 5),
                                new RandomMerges(values).commands(),
                                recoveries.commands()))
                .isEqualTo(permitted(PartitionCommand.class));
        assertThat(
                        types(
                                values.directoryCommands(),
                                splits.directoryCommands(),
                                new RandomMerges(values).directoryCommands().subList(0, 2),
                                recoveries.directoryCommands(),
                                new RandomTenants(values).commands(),
                                new RandomLog(values).commands()))
                .isEqualTo(permitted(DirectoryCommand.class));
        assertThat(
                        types(
                                values.queries(),
                                uploads.queries(),
                                changes.queries(),
                                events.queries(),
                                splits.queries(),
                                new RandomMerges(values).queries()))
                .isEqualTo(permitted(PartitionQuery.class));
        assertThat(
                        types(
                                values.partitionReplies(),
                                uploads.replies(),
                                splits.replies(),
                                new RandomMerges(values).replies(),
                                updates.batchReplies()))
                .isEqualTo(permitted(PartitionReply.class));
        assertThat(types(values.directoryReplies())).isEqualTo(permitted(DirectoryReply.class));
        assertThat(
                        types(
                                values.answers(),
                                uploads.answers(),
                                changes.answers(),
                                events.answers(),
                                splits.answers(),
                                new RandomMerges(values).answers()))
                .isEqualTo(permitted(PartitionAnswer.class));
    }

    static List<String> types(List<?>... values) {
        return Stream.of(values)
                .flatMap(List::stream)
                .map(one -> one.getClass().getSimpleName())
                .sorted()
                .toList();
    }

    static List<String> permitted(Class<?> sealed) {
        List<String> names = new ArrayList<>();
        for (Class<?> one : sealed.getPermittedSubclasses()) {
            if (one.isSealed()) {
                names.addAll(permitted(one));
            } else {
                names.add(one.getSimpleName());
            }
        }
        return names.stream().sorted().toList();
    }

    @Test
    void aTruncatedEncodingIsCorrupt() {
        for (Sample sample : samples(7)) {
            for (int length = 0; length < sample.encoded().length(); length++) {
                Bytes cut = sample.encoded().slice(0, length);
                assertThatThrownBy(() -> sample.decode().apply(cut))
                        .as("%s cut to %s", sample.value(), length)
                        .isInstanceOf(CorruptEncoding.class);
            }
        }
    }

    @Test
    void aMutatedEncodingIsReadOrIsCorrupt() {
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomValues random = new RandomValues(seed);
            for (Sample sample : samples(seed)) {
                byte[] bytes = sample.encoded().toArray();
                for (int times = random.below(3); times >= 0; times--) {
                    bytes[random.below(bytes.length)] = (byte) random.below(256);
                }
                try {
                    var _ = sample.decode().apply(Bytes.wrap(bytes));
                } catch (CorruptEncoding expected) {
                    assertThat(expected).hasMessageNotContaining("null");
                } catch (RuntimeException unexpected) {
                    throw new AssertionError("seed " + seed + ": " + sample.value(), unexpected);
                }
            }
        }
    }

    @Test
    void anUnknownFormatOrTypeIsCorrupt() {
        for (Sample sample : samples(3)) {
            byte[] format = sample.encoded().toArray();
            format[0] = 2;
            assertThatThrownBy(() -> sample.decode().apply(Bytes.wrap(format)))
                    .isInstanceOf(CorruptEncoding.class)
                    .hasMessageContaining("format 2 is unknown");
            byte[] type = sample.encoded().toArray();
            type[1] = 99;
            assertThatThrownBy(() -> sample.decode().apply(Bytes.wrap(type)))
                    .isInstanceOf(CorruptEncoding.class)
                    .hasMessageContaining("of type 99");
        }
    }

    @Test
    void aCountThatLiesTakesNoMemory() {
        // RenewWrites that claims 1,000 ids and holds none.
        Bytes entry =
                new FieldWriter()
                        .u8(1)
                        .u8(3)
                        .int64(0)
                        .number(0)
                        .number(0)
                        .int32(1)
                        .number(1_000)
                        .toBytes();
        assertThatThrownBy(() -> CommandCodec.decodePartition(entry))
                .isInstanceOf(CorruptEncoding.class);
    }

    @Test
    void whatIsTooLargeToBeReadIsNotWritten() {
        PartitionCommand command =
                new PartitionCommand.OpenWrite(
                        new RandomValues(1).write(),
                        new RandomValues(1).bucketId(),
                        Bytes.wrap(new byte[FieldWriter.MOST_KEY_FIELD_BYTES + 1]),
                        new RandomValues(1).tenant(),
                        1);
        assertThatThrownBy(() -> CommandCodec.encode(new Stamp(0, 0, 0, 1), command))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key bytes is 4097");
    }

    @Test
    void aLongMessageIsCut() {
        PartitionReply reply = new PartitionReply.Refused(ErrorCode.INTERNAL, "x".repeat(100_000));
        PartitionReply read = ReplyCodec.decodePartition(ReplyCodec.encode(reply));
        assertThat(read)
                .isInstanceOfSatisfying(
                        PartitionReply.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .hasSize(ReplyCodec.MOST_MESSAGE_CHARS)
                                        .endsWith("…"));
    }
}
