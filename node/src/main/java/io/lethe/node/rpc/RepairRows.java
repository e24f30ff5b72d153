package io.lethe.node.rpc;

import io.lethe.node.metadata.Directory;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.rpc.Pages.Page;
import io.lethe.proto.internal.v1.NodeReport;
import io.lethe.proto.internal.v1.RepairReport;
import io.lethe.proto.v1.PageRequest;
import io.lethe.proto.v1.RepairStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What moves between devices or should, from this node's copy of the directory, and how far it is,
 * from the targets' nodes. For one answer; one task.
 */
final class RepairRows {
    /** A rate over less says nothing. */
    private static final long LEAST_RUNNING_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private static final String BULK = "BULK";

    private final ClusterView view;
    private final NodeReports reports;
    private final Map<DeviceId, OptionalLong> bytesPerGroup = new HashMap<>();

    RepairRows(ClusterView view, NodeReports reports) {
        this.view = view;
        this.reports = reports;
    }

    /** Groups that a device holds a chunk of, or gets one. */
    static long groupsOn(Directory directory, DeviceId device) {
        return directory.placementGroupsOf(device).size();
    }

    /** Members that cannot be read. */
    static List<DeviceId> lacking(Directory directory, PlacementGroup pg) {
        return lacking(directory::device, pg);
    }

    private static List<DeviceId> lacking(
            Function<DeviceId, Optional<DeviceRecord>> devices, PlacementGroup pg) {
        return pg.members().stream()
                .filter(one -> !devices.apply(one).map(DeviceRecord::readable).orElse(false))
                .toList();
    }

    private static List<DeviceId> leaving(
            Function<DeviceId, Optional<DeviceRecord>> devices, PlacementGroup pg) {
        return pg.members().stream()
                .filter(one -> devices.apply(one).map(RepairRows::leaves).orElse(false))
                .toList();
    }

    private static boolean leaves(DeviceRecord device) {
        return device.readable() && device.emptying();
    }

    /** Whether something moves in a group, or should. */
    static boolean unsettled(
            Function<DeviceId, Optional<DeviceRecord>> devices, PlacementGroup pg) {
        return pg.move() != null
                || !lacking(devices, pg).isEmpty()
                || !leaving(devices, pg).isEmpty();
    }

    Page<RepairStatus> page(PageRequest asked) throws InterruptedException {
        Function<DeviceId, Optional<DeviceRecord>> devices = view.directory()::device;
        Function<PlacementGroup, String> name = pg -> "%020d".formatted(pg.id().value());
        List<PlacementGroup> unsettled =
                view.directory().placementGroups().stream()
                        .filter(pg -> unsettled(devices, pg))
                        .toList();
        Page<PlacementGroup> rows = Pages.rows(unsettled, asked, name);
        Map<String, RepairReport> said = said(rows.rows());
        return Pages.shown(
                rows,
                name,
                pg -> {
                    RepairReport running =
                            pg.move() == null ? null : said.get(key(pg, pg.move().to()));
                    return row(devices, pg, running, left(pg, running));
                });
    }

    private static String key(PlacementGroup pg, DeviceId target) {
        return pg.id() + "/" + target;
    }

    private Map<String, RepairReport> said(List<PlacementGroup> groups)
            throws InterruptedException {
        Set<NodeId> nodes = new HashSet<>();
        for (PlacementGroup pg : groups) {
            Optional.ofNullable(pg.move())
                    .flatMap(move -> view.directory().device(move.to()))
                    .filter(DeviceRecord::readable)
                    .ifPresent(target -> nodes.add(target.node()));
        }
        Map<String, RepairReport> said = new HashMap<>();
        for (NodeReport node : reports.of(nodes).values()) {
            node.getRepairsList()
                    .forEach(one -> said.put(one.getPlacementGroup() + "/" + one.getDevice(), one));
        }
        return said;
    }

    /** Pure. */
    static RepairStatus row(
            Function<DeviceId, Optional<DeviceRecord>> devices,
            PlacementGroup pg,
            @Nullable RepairReport running,
            OptionalLong leftMillis) {
        RepairStatus.Builder row =
                RepairStatus.newBuilder()
                        .setPlacementGroup(pg.id().toString())
                        .setState("WAITING")
                        .addAllMembersLacking(names(lacking(devices, pg)))
                        .addAllMembersLeaving(names(leaving(devices, pg)));
        PlacementGroup.Move move = pg.move();
        if (move != null) {
            row.setState("BEGUN")
                    .setChunk(move.chunk())
                    .setFrom(pg.members().get(move.chunk()).toString())
                    .setTo(move.to().toString());
        }
        if (move != null && running != null) {
            row.setState("RUNNING")
                    .setPhase(running.getPhase())
                    .setBeganMillis(running.getBeganMillis())
                    .setSegmentsSeen(running.getSegmentsSeen())
                    .setChunksMended(running.getChunksMended())
                    .setBytes(running.getBytes());
            leftMillis.ifPresent(row::setLeftMillis);
        }
        return row.build();
    }

    private static List<String> names(List<DeviceId> devices) {
        return devices.stream().map(DeviceId::toString).toList();
    }

    private OptionalLong left(PlacementGroup pg, @Nullable RepairReport running)
            throws InterruptedException {
        if (running == null || !running.getPhase().equals(BULK) || running.getBytes() == 0) {
            return OptionalLong.empty();
        }
        OptionalLong whole = chunkBytes(pg);
        return whole.isEmpty() ? whole : leftMillis(running, whole.getAsLong());
    }

    /**
     * By the rate so far; empty where that is too short, nothing came yet, or more came already
     * than was to be expected. Pure.
     *
     * @param wholeBytes about what the target is to get
     */
    static OptionalLong leftMillis(RepairReport running, long wholeBytes) {
        long lackingBytes = wholeBytes - running.getBytes();
        boolean known =
                running.getPhase().equals(BULK)
                        && running.getRunningMillis() >= LEAST_RUNNING_MILLIS
                        && running.getBytes() > 0
                        && lackingBytes > 0;
        if (!known) {
            return OptionalLong.empty();
        }
        double bytesPerMilli = (double) running.getBytes() / running.getRunningMillis();
        return OptionalLong.of(Math.round(lackingBytes / bytesPerMilli));
    }

    /**
     * What one member has of a group, taken from the one that is left or, where that is away, from
     * another that is here: all have as many chunks of it. A device's groups count as equally full.
     */
    private OptionalLong chunkBytes(PlacementGroup pg) throws InterruptedException {
        List<DeviceId> sources = new ArrayList<>();
        if (pg.move() != null) {
            sources.add(pg.members().get(pg.move().chunk()));
        }
        sources.addAll(pg.members());
        for (DeviceId source : sources) {
            if (view.directory().readable(source)) {
                return bytesPerGroup(source);
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong bytesPerGroup(DeviceId device) throws InterruptedException {
        OptionalLong known = bytesPerGroup.get(device);
        if (known != null) {
            return known;
        }
        long groups = groupsOn(view.directory(), device);
        var status = view.device(device);
        OptionalLong bytes =
                status.isEmpty() || groups == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(status.get().storedBytes() / groups);
        bytesPerGroup.put(device, bytes);
        return bytes;
    }
}
