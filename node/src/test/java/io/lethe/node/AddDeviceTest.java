package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, of which one gets another device while it runs, and loses its first one. */
class AddDeviceTest {
    private static final long CAPACITY_BYTES = 1L << 30;

    @TempDir Path temp;

    @Test
    void aDeviceIsAddedStaysTakesOverAndAnEmptiedOneComesBackAnew() throws Exception {
        Path disk = Files.createDirectory(temp.resolve("disk"));
        try (Nodes nodes =
                new Nodes(temp.resolve("cluster"), 3, Map.of("LETHE_CLUSTER_PARTITIONS", "1"))) {
            DeviceRecord first = devices(nodes).getFirst();
            refusals(nodes, disk, Path.of(first.path()));
            DeviceId added = add(nodes, disk);
            assertThat(add(nodes, disk)).as("once more").isEqualTo(added);
            nodes.until("the directory has it", () -> writable(nodes, added, disk));
            assertThat(nodes.joined(1).directory().device(added).orElseThrow().capacityBytes())
                    .isEqualTo(CAPACITY_BYTES);
            Path copy = copy(disk);
            assertThat(refusal(nodes, copy)).contains("is a copy of device " + added);
            nodes.stop(0);
            refuseStartWith(nodes, copy);
            nodes.until("it is away", () -> !writable(nodes, added, disk));
            Path away = Files.move(disk, temp.resolve("unmounted"));
            var _ = Files.createDirectory(disk);
            nodes.startAgain(0);
            assertThat(disk).as("where the disk is not mounted").isEmptyDirectory();
            nodes.stop(0);
            Files.delete(disk);
            var _ = Files.move(away, disk);
            nodes.startAgain(0);
            nodes.until("it is back", () -> writable(nodes, added, disk));
            order(nodes, new DirectoryCommand.SetLeaving(first.id(), true));
            nodes.until(
                    "its groups have gone over to the device that was added",
                    () -> groups(nodes, first.id()) == 0);
            assertThat(groups(nodes, added)).isPositive();
            order(nodes, new DirectoryCommand.RemoveDevice(first.id(), false));
            Path emptied = Path.of(first.path());
            nodes.until(
                    "the node has let go of it, and takes it back only empty",
                    () -> refusal(nodes, emptied).contains("was removed"));
            empty(emptied);
            DeviceId anew = add(nodes, emptied);
            assertThat(anew).isNotEqualTo(first.id());
            nodes.until("it is there anew", () -> writable(nodes, anew, emptied));
            assertThat(writable(nodes, added, disk)).isTrue();
        }
    }

    private static DeviceId add(Nodes nodes, Path path) {
        return nodes.joined(0).devices().add(path.toString(), CAPACITY_BYTES, true);
    }

    /** As far as anybody sees before it is opened. */
    private Path copy(Path disk) throws IOException {
        Path copy = Files.createDirectory(temp.resolve("copy"));
        var _ = Files.copy(disk.resolve("device"), copy.resolve("device"));
        return copy;
    }

    private static void refuseStartWith(Nodes nodes, Path copy) throws IOException {
        Path file = nodes.data(0).resolve("devices");
        String before = Files.readString(file);
        Files.writeString(file, before + "all - " + copy + "\n");
        assertThatThrownBy(() -> nodes.startAgain(0))
                .hasMessageContaining("one is a copy of the other")
                .hasMessageContaining("take its line out");
        Files.writeString(file, before);
    }

    private static String refusal(Nodes nodes, Path path) {
        try {
            return "it was taken: " + add(nodes, path);
        } catch (StoreException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void refusals(Nodes nodes, Path disk, Path taken) throws IOException {
        assertThatThrownBy(() -> nodes.joined(0).devices().add(disk.toString(), 0, false))
                .hasMessageContaining("is on the same file system as device")
                .hasMessageContaining("--shared-disk");
        assertThatThrownBy(() -> nodes.joined(0).devices().add("disk", 0, true))
                .hasMessageContaining("no absolute path");
        assertThatThrownBy(() -> nodes.joined(0).devices().add(disk.toString(), 1, true))
                .hasMessageContaining("64 MiB at least");
        assertThat(refusal(nodes, disk.resolve("absent"))).contains("there is no directory");
        assertThat(refusal(nodes, Files.createDirectories(taken.resolve("inner"))))
                .contains("lie in each other");
        Files.delete(taken.resolve("inner"));
        assertThat(refusal(nodes, nodes.data(0))).contains("lie in each other");
        Path file = Files.createFile(disk.resolve("photo.jpg"));
        assertThat(refusal(nodes, disk)).contains("is not empty", "photo.jpg");
        Files.delete(file);
        Path others =
                devices(nodes).stream()
                        .map(device -> Path.of(device.path()))
                        .filter(path -> !path.equals(taken))
                        .findFirst()
                        .orElseThrow();
        assertThat(refusal(nodes, others)).contains("is another node's");
    }

    /** The first node's come first. */
    private static List<DeviceRecord> devices(Nodes nodes) {
        return nodes.joined(0).directory().devices().stream()
                .sorted(
                        Comparator.comparing(
                                device -> !device.node().equals(nodes.joined(0).self())))
                .toList();
    }

    private static boolean writable(Nodes nodes, DeviceId device, Path path) {
        return nodes.joined(1)
                .directory()
                .device(device)
                .filter(DeviceRecord::wanted)
                .map(record -> record.path().equals(path.toString()))
                .orElse(false);
    }

    private static int groups(Nodes nodes, DeviceId device) {
        return nodes.joined(1).directory().placementGroupsOf(device).size();
    }

    private static void order(Nodes nodes, DirectoryCommand command) throws InterruptedException {
        assertThat(nodes.joined(1).metadata().execute(command, 0, nodes.deadlineIn(20)).reply())
                .isInstanceOf(DirectoryReply.Done.class);
    }

    private static void empty(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!one.equals(root)) {
                    Files.delete(one);
                }
            }
        }
    }
}
