package io.lethe.node.cluster;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a running node says of itself, under an ephemeral name. Nothing secret.
 *
 * <p>Encoding: format u8 = 3, node 16, incarnation i64, host string, data, rpc, console and s3 port
 * i32 each, rack string, roles u8 (bit = place in the enum), public key string, count varint, that
 * many devices (id 16, capacity i64, free i64, state u8 = place in the enum, since i64, medians of
 * reads, writes and syncs varint each), count varint, that many damaged (group varint, generation
 * varint), build (version string, lowest and highest feature level i32 each), and as many strings
 * as there are devices, their paths, which builds before feature level 2 do not write. What follows
 * is of newer builds, and passed over: that is how fields are added.
 *
 * @param incarnation raised at each start of the process
 * @param damaged groups whose replica here is lost or damaged and must be made anew
 * @param build what it runs
 */
public record Registration(
        NodeId node,
        long incarnation,
        String host,
        int dataPort,
        int rpcPort,
        int consolePort,
        int s3Port,
        String rack,
        Set<NodeRecord.Role> roles,
        String publicKey,
        List<Device> devices,
        List<Damaged> damaged,
        Build build) {
    private static final int FORMAT = 3;
    private static final int MOST_DEVICES = 1_000;
    private static final int MOST_GROUPS = 100_000;

    /**
     * A device as its store sees it.
     *
     * @param sinceMillis wall time since which it is slow or failed; 0: it is neither
     * @param times how quick it is
     * @param path its directory on the node; empty where the node's build does not say it
     */
    public record Device(
            DeviceId id,
            long capacityBytes,
            long freeBytes,
            DeviceState state,
            long sinceMillis,
            Times times,
            String path) {
        private Device at(String where) {
            return new Device(id, capacityBytes, freeBytes, state, sinceMillis, times, where);
        }
    }

    /** Medians in microseconds, to powers of two; 0 where too few calls were made. */
    public record Times(long readMicros, long writeMicros, long syncMicros) {
        public static final Times UNKNOWN = new Times(0, 0, 0);
    }

    /** A replica whose store is lost or damaged here, in which of its lives. */
    public record Damaged(int group, int generation) {}

    /** See {@code chunk.ChunkStore.State}. */
    public enum DeviceState {
        ONLINE,
        FULL,
        FAILED,
        SLOW
    }

    public Registration {
        roles = Set.copyOf(roles);
        devices = List.copyOf(devices);
        damaged = List.copyOf(damaged);
    }

    /** The same with other devices and damage. */
    public Registration with(List<Device> newDevices, List<Damaged> newDamaged) {
        return new Registration(
                node,
                incarnation,
                host,
                dataPort,
                rpcPort,
                consolePort,
                s3Port,
                rack,
                roles,
                publicKey,
                newDevices,
                newDamaged,
                build);
    }

    public byte[] encode() {
        Encoder out = new Encoder(512).u8(FORMAT);
        node.id().encode(out);
        out.i64(incarnation).string(host).i32(dataPort).i32(rpcPort).i32(consolePort).i32(s3Port);
        out.string(rack);
        int bits = 0;
        for (NodeRecord.Role role : roles) {
            bits |= 1 << role.ordinal();
        }
        out.u8(bits).string(publicKey).varint(devices.size());
        for (Device device : devices) {
            device.id().id().encode(out);
            out.i64(device.capacityBytes()).i64(device.freeBytes()).u8(device.state().ordinal());
            Times times = device.times();
            out.i64(device.sinceMillis()).varint(times.readMicros());
            out.varint(times.writeMicros()).varint(times.syncMicros());
        }
        out.varint(damaged.size());
        damaged.forEach(one -> out.varint(one.group()).varint(one.generation()));
        out.string(build.version()).i32(build.lowest()).i32(build.highest());
        devices.forEach(device -> out.string(device.path()));
        return out.toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are no registration
     */
    public static Registration decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a registration of an unknown format");
        }
        NodeId node = new NodeId(Id128.decode(in));
        long incarnation = in.i64();
        String host = in.string();
        int dataPort = in.i32();
        int rpcPort = in.i32();
        int consolePort = in.i32();
        int s3Port = in.i32();
        String rack = in.string();
        int bits = in.u8();
        Set<NodeRecord.Role> roles = EnumSet.noneOf(NodeRecord.Role.class);
        for (NodeRecord.Role role : NodeRecord.Role.values()) {
            if (((bits >>> role.ordinal()) & 1) != 0) {
                roles.add(role);
            }
        }
        String publicKey = in.string();
        List<Device> devices = new ArrayList<>();
        for (int left = in.count(MOST_DEVICES); left > 0; left--) {
            devices.add(device(in));
        }
        List<Damaged> damaged = new ArrayList<>();
        for (int left = in.count(MOST_GROUPS); left > 0; left--) {
            damaged.add(new Damaged(in.count(Integer.MAX_VALUE), in.count(Integer.MAX_VALUE)));
        }
        Build build = build(in);
        if (in.remaining() > 0) {
            devices.replaceAll(device -> device.at(in.string()));
        }
        return new Registration(
                node,
                incarnation,
                host,
                dataPort,
                rpcPort,
                consolePort,
                s3Port,
                rack,
                roles,
                publicKey,
                devices,
                damaged,
                build);
    }

    private static Build build(Decoder in) {
        try {
            return new Build(in.string(), in.i32(), in.i32());
        } catch (IllegalArgumentException e) {
            throw new Decoder.CorruptEncoding("a build with " + e.getMessage());
        }
    }

    private static Device device(Decoder in) {
        DeviceId id = new DeviceId(Id128.decode(in));
        long capacityBytes = in.i64();
        long freeBytes = in.i64();
        int state = in.u8();
        if (state >= DeviceState.values().length) {
            throw new Decoder.CorruptEncoding("a device in an unknown state " + state);
        }
        return new Device(
                id,
                capacityBytes,
                freeBytes,
                DeviceState.values()[state],
                in.i64(),
                new Times(in.varint(), in.varint(), in.varint()),
                "");
    }
}
