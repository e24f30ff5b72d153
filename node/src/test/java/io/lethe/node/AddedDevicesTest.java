package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddedDevicesTest {
    private static final NodeConfig.Device WHOLE =
            new NodeConfig.Device(Path.of("/mnt/disk two"), null);
    private static final NodeConfig.Device SMALL =
            new NodeConfig.Device(Path.of("/mnt/d3"), new ByteSize(1L << 30));

    @TempDir Path data;

    @Test
    void whatWasAddedIsReadAgainAsItWasWritten() throws IOException {
        AddedDevices added = new AddedDevices(data);
        assertThat(added.read()).isEmpty();
        added.add(WHOLE, id(1));
        added.add(SMALL, id(2));
        added.add(WHOLE, id(3));
        assertThat(new AddedDevices(data).read())
                .containsExactly(
                        new AddedDevices.Added(SMALL, id(2)), new AddedDevices.Added(WHOLE, id(3)));
        assertThat(data.resolve("devices"))
                .hasContent(
                        """
                        lethe devices 2
                        1073741824 00000000000000000000000000000002 /mnt/d3
                        all 00000000000000000000000000000003 /mnt/disk two
                        """);
        added.remove(SMALL.path());
        added.remove(SMALL.path());
        assertThat(added.read()).containsExactly(new AddedDevices.Added(WHOLE, id(3)));
    }

    private static DeviceId id(int number) {
        return new DeviceId(new Id128(0, number));
    }

    @Test
    void aFileOfTheFirstVersionIsReadAndWrittenAnew() throws IOException {
        Files.writeString(
                data.resolve("devices"),
                "lethe devices 1\n1073741824 /mnt/d3\nall /mnt/disk two\n");
        AddedDevices added = new AddedDevices(data);
        assertThat(added.read())
                .containsExactly(
                        new AddedDevices.Added(SMALL, null), new AddedDevices.Added(WHOLE, null));
        added.add(WHOLE, id(1));
        assertThat(data.resolve("devices"))
                .hasContent(
                        """
                        lethe devices 2
                        1073741824 - /mnt/d3
                        all 00000000000000000000000000000001 /mnt/disk two
                        """);
        assertThat(added.read()).contains(new AddedDevices.Added(SMALL, null));
    }

    @Test
    void aDamagedFileStopsTheStartAndSaysHowToMendIt() throws IOException {
        for (String text :
                new String[] {
                    "",
                    "lethe devices 3\n",
                    "lethe devices 1\nall\n",
                    "lethe devices 1\nmuch /d\n",
                    "lethe devices 2\nall /d\n",
                    "lethe devices 2\nall - d\n",
                    "lethe devices 2\nall 12 /d\n"
                }) {
            Files.writeString(data.resolve("devices"), text);
            assertThatThrownBy(() -> new AddedDevices(data).read())
                    .as(text)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("mend it");
        }
    }
}
