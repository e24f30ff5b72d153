package io.lethe.node.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.FeatureLevels;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Holds each command that the build before the first upgrade could not read to a level that it does
 * not speak: such an entry would halt it. The types that it knew are never added to.
 */
class CommandLevelsTest {
    private static final Set<Integer> FIRST_OF_PARTITIONS =
            types(1, 26, 40, 46, 60, 62, 70, 73, 80, 80);

    private static final Set<Integer> FIRST_OF_THE_DIRECTORY = types(1, 33, 40, 41);

    private static final Stamp STAMP = new Stamp(1, 0, 0, FeatureLevels.HIGHEST);

    /** From each first to each last. */
    private static Set<Integer> types(int... ranges) {
        Set<Integer> types = new HashSet<>();
        for (int i = 0; i < ranges.length; i += 2) {
            IntStream.rangeClosed(ranges[i], ranges[i + 1]).forEach(types::add);
        }
        return types;
    }

    private static int type(Bytes entry) {
        return entry.at(1) & 0xff;
    }

    @Test
    void whatTheFirstBuildCantReadNeedsALevelAboveIts() {
        for (PartitionCommand one : LogFormatTest.partition()) {
            boolean first = FIRST_OF_PARTITIONS.contains(type(CommandCodec.encode(STAMP, one)));
            assertThat(CommandLevels.of(one) > FeatureLevels.LOWEST_EVER || first)
                    .as("%s needs a line in CommandLevels", one)
                    .isTrue();
        }
        for (DirectoryCommand one : LogFormatTest.directory()) {
            boolean first = FIRST_OF_THE_DIRECTORY.contains(type(CommandCodec.encode(STAMP, one)));
            assertThat(CommandLevels.of(one) > FeatureLevels.LOWEST_EVER || first)
                    .as("%s needs a line in CommandLevels", one)
                    .isTrue();
        }
    }

    @Test
    void noCommandNeedsALevelThatThisBuildDoesNotSpeak() {
        assertThat(LogFormatTest.directory())
                .allMatch(one -> CommandLevels.of(one) <= FeatureLevels.HIGHEST);
        assertThat(LogFormatTest.partition())
                .allMatch(one -> CommandLevels.of(one) <= FeatureLevels.HIGHEST);
    }

    @Test
    void theLevelOfAnEntryIsReadWithoutTheRest() {
        Bytes entry =
                CommandCodec.encode(
                        new Stamp(5, 6, 7, 1_234), new DirectoryCommand.PutSetting("a", "b"));
        assertThat(CommandCodec.level(entry)).isEqualTo(1_234);
    }
}
