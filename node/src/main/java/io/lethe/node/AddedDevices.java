package io.lethe.node;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices that were added while the node ran, beside those of its configuration: the file
 * {@code devices} in its data directory, UTF-8 text, a title and a line for each. A line may be
 * taken out by hand while the node does not run. One task at a time.
 *
 * <pre>
 * lethe devices 2
 * &lt;most bytes, or all&gt; &lt;device id, 32 hex digits, or -&gt; &lt;absolute path&gt;
 * </pre>
 *
 * Version 1 had no ids; its lines are read, and get {@code -}, any device, when the file is written
 * again.
 */
final class AddedDevices {
    private static final String TITLE_1 = "lethe devices 1";
    private static final String TITLE = "lethe devices 2";
    private static final String ALL = "all";
    private static final String ANY = "-";

    /**
     * A line.
     *
     * @param id what its directory holds; null where nobody has noted that
     */
    record Added(NodeConfig.Device device, @Nullable DeviceId id) {
        Path path() {
            return device.path();
        }
    }

    private final Path file;

    AddedDevices(Path data) {
        file = data.resolve("devices");
    }

    /** In the order in which they were added. */
    List<Added> read() {
        try {
            if (!Files.exists(file)) {
                return List.of();
            }
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            String title = lines.isEmpty() ? "" : lines.getFirst();
            if (!title.equals(TITLE) && !title.equals(TITLE_1)) {
                throw damaged("its first line is not '" + TITLE + "'");
            }
            List<Added> devices = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                devices.add(parse(line, title.equals(TITLE)));
            }
            return devices;
        } catch (IOException e) {
            throw new ConfigException(file + " can't be read: " + e, e);
        }
    }

    private Added parse(String line, boolean withId) {
        String[] parts = line.split(" ", withId ? 3 : 2);
        String path = parts[parts.length - 1];
        if (parts.length < (withId ? 3 : 2) || !path.startsWith("/")) {
            throw damaged("'" + line + "' is no size" + (withId ? ", id" : "") + " and path");
        }
        try {
            return new Added(
                    new NodeConfig.Device(
                            Path.of(path), parts[0].equals(ALL) ? null : ByteSize.parse(parts[0])),
                    !withId || parts[1].equals(ANY) ? null : new DeviceId(Id128.parse(parts[1])));
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
                        + " bytes or 'all', its id or '-', and its path, with spaces between");
    }

    void add(NodeConfig.Device device, DeviceId id) {
        List<Added> all = new ArrayList<>(read());
        all.removeIf(known -> known.path().equals(device.path()));
        all.add(new Added(device, id));
        write(all);
    }

    void remove(Path path) {
        List<Added> all = new ArrayList<>(read());
        if (all.removeIf(known -> known.path().equals(path))) {
            write(all);
        }
    }

    private void write(List<Added> devices) {
        StringBuilder text = new StringBuilder(TITLE + "\n");
        for (Added one : devices) {
            ByteSize capacity = one.device().capacity();
            text.append(capacity == null ? ALL : capacity.bytes())
                    .append(' ')
                    .append(one.id() == null ? ANY : one.id())
                    .append(' ')
                    .append(one.path())
                    .append('\n');
        }
        try {
            DurableFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
