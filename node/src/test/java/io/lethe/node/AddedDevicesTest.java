package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.ConfigException;
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
        added.add(WHOLE);
        added.add(SMALL);
        added.add(WHOLE);
        assertThat(new AddedDevices(data).read()).containsExactly(SMALL, WHOLE);
        assertThat(data.resolve("devices"))
                .hasContent("lethe devices 1\n1073741824 /mnt/d3\nall /mnt/disk two\n");
        added.remove(SMALL.path());
        added.remove(SMALL.path());
        assertThat(added.read()).containsExactly(WHOLE);
    }

    @Test
    void aDamagedFileStopsTheStartAndSaysHowToMendIt() throws IOException {
        for (String text :
                new String[] {
                    "", "lethe devices 2\n", "lethe devices 1\nall\n", "lethe devices 1\nmuch /d\n"
                }) {
            Files.writeString(data.resolve("devices"), text);
            assertThatThrownBy(() -> new AddedDevices(data).read())
                    .as(text)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("mend it");
        }
    }
}
