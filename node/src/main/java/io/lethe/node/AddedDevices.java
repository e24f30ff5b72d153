package io.lethe.node;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The devices that were added while the node ran, beside those of its configuration: the file
 * {@code devices} in its data directory, UTF-8 text, a title and a line for each. A line may be
 * taken out by hand while the node does not run. One task at a time.
 *
 * <pre>
 * lethe devices 1
 * &lt;most bytes, or all&gt; &lt;absolute path&gt;
 * </pre>
 */
final class AddedDevices {
    private static final String TITLE = "lethe devices 1";
    private static final String ALL = "all";

    private final Path file;

    AddedDevices(Path data) {
        file = data.resolve("devices");
    }

    /** In the order in which they were added. */
    List<NodeConfig.Device> read() {
        try {
            if (!Files.exists(file)) {
                return List.of();
            }
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            if (lines.isEmpty() || !lines.getFirst().equals(TITLE)) {
                throw damaged("its first line is not '" + TITLE + "'");
            }
            List<NodeConfig.Device> devices = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                devices.add(parse(line));
            }
            return devices;
        } catch (IOException e) {
            throw new ConfigException(file + " can't be read: " + e, e);
        }
    }

    private NodeConfig.Device parse(String line) {
        int space = line.indexOf(' ');
        if (space < 0 || !line.startsWith("/", space + 1)) {
            throw damaged("'" + line + "' is no size and path");
        }
        String size = line.substring(0, space);
        try {
            return new NodeConfig.Device(
                    Path.of(line.substring(space + 1)),
                    size.equals(ALL) ? null : ByteSize.parse(size));
        } catch (IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    private ConfigException damaged(String why) {
        return new ConfigException(
                file
                        + " is damaged ("
                        + why
                        + "); mend it: a line for each device that was added, its capacity in"
                        + " bytes or 'all', a space, and its path");
    }

    void add(NodeConfig.Device device) {
        List<NodeConfig.Device> all = new ArrayList<>(read());
        all.removeIf(known -> known.path().equals(device.path()));
        all.add(device);
        write(all);
    }

    void remove(Path path) {
        List<NodeConfig.Device> all = new ArrayList<>(read());
        if (all.removeIf(known -> known.path().equals(path))) {
            write(all);
        }
    }

    private void write(List<NodeConfig.Device> devices) {
        StringBuilder text = new StringBuilder(TITLE + "\n");
        for (NodeConfig.Device device : devices) {
            ByteSize capacity = device.capacity();
            text.append(capacity == null ? ALL : capacity.bytes())
                    .append(' ')
                    .append(device.path())
                    .append('\n');
        }
        try {
            DurableFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
