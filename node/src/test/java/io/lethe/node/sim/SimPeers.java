package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.sim.SimLoop.Life;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The devices of the cluster as one node reaches them: over the simulated network, with tickets
 * checked there, each call answered late, never, or by a reset.
 */
final class SimPeers implements ChunkPeers {
    private static final long RESET_NANOS = 500 * SimNetwork.MILLI;

    private final SimLoop loop;
    private final SimNetwork network;
    private final Life life;
    private final Tasks tasks;
    private final Map<DeviceId, SimDevice> devices;
    private final Plant plant;
    private final SimDevice lost;

    SimPeers(
            SimLoop loop,
            SimNetwork network,
            Life life,
            Map<DeviceId, SimDevice> devices,
            Plant plant) {
        this.loop = loop;
        this.network = network;
        this.life = life;
        this.tasks = new SimTasks(loop, life);
        this.devices = devices;
        this.plant = plant;
        DeviceId nobody = new DeviceId(new Id128(0, 0));
        lost =
                new SimDevice(
                        nobody,
                        0,
                        new FakeChunkStore(nobody, tasks.clock(), RandomSource.seeded(0)),
                        loop);
    }

    /** One that is lost has a store that nobody reaches. */
    private SimDevice device(DeviceId id) {
        SimDevice device = devices.get(id);
        return device == null ? lost : device;
    }

    private void check(Life there, Ticket ticket, Ticket.Operation wanted, ChunkKey key) {
        boolean fits =
                wanted == Ticket.Operation.INSPECT
                        || (ticket.segment().equals(key.segment()) && ticket.pg().equals(key.pg()));
        check(there, ticket, wanted, fits);
    }

    private void check(Life there, Ticket ticket, Ticket.Operation wanted, boolean fits) {
        long now = new SimTasks(loop, there).clock().wallMillis();
        if (!fits || ticket.operation() != wanted || ticket.expiryMillis() < now) {
            throw new StoreException(ErrorCode.TICKET_REFUSED, "the ticket does not fit");
        }
    }

    /** The other side is gone: told soon, or only by the deadline. */
    private void unreachable(Promise<?> promise, long deadlineNanos) {
        long left = Math.max(0, deadlineNanos - loop.nanos());
        long delay = loop.chance(500) ? Math.min(left, loop.within(RESET_NANOS)) : left;
        loop.after(
                delay,
                () -> promise.fail(new StoreException(ErrorCode.UNAVAILABLE, "no answer in time")));
    }

    private <T> Promise<T> call(
            DeviceId id,
            long deadlineNanos,
            ToLongFunction<SimDevice> cost,
            Function<Life, T> operation) {
        Promise<T> promise = tasks.promise();
        SimDevice device = device(id);
        Runnable lost = () -> unreachable(promise, deadlineNanos);
        if (device == this.lost) {
            lost.run();
            return promise;
        }
        network.send(
                life,
                device.node,
                there ->
                        loop.after(
                                cost.applyAsLong(device),
                                () -> perform(there, promise, operation, lost)),
                lost);
        return promise;
    }

    private <T> void perform(
            Life there, Promise<T> promise, Function<Life, T> operation, Runnable lost) {
        if (there.dead) {
            lost.run();
            return;
        }
        try {
            T value = operation.apply(there);
            network.send(there, life.node, here -> promise.complete(value), lost);
        } catch (StoreException e) {
            network.send(there, life.node, here -> promise.fail(e), lost);
        }
    }

    @Override
    public Promise<byte[]> read(
            DeviceId id,
            Ticket ticket,
            ChunkKey key,
            long offset,
            int lengthBytes,
            long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::readNanos,
                there -> {
                    check(there, ticket, Ticket.Operation.READ, key);
                    return readChecked(device, key, offset, lengthBytes);
                });
    }

    private static byte[] readChecked(SimDevice device, ChunkKey key, long offset, int length) {
        try (ChunkStore.Slice slice = device.store.open(key, offset, length)) {
            byte[] blocks = new byte[slice.lengthBytes()];
            ByteBuffer target = ByteBuffer.wrap(blocks);
            while (target.hasRemaining()) {
                if (slice.file().read(target, slice.filePosition() + target.position()) < 0) {
                    throw new StoreException(ErrorCode.CORRUPT, "the file is too short");
                }
            }
            for (int block = 0; block < slice.blockCrcs().length; block++) {
                int from = block * slice.blockBytes();
                CRC32C crc = new CRC32C();
                crc.update(blocks, from, Math.min(slice.blockBytes(), blocks.length - from));
                if ((int) crc.getValue() != slice.blockCrcs()[block]) {
                    var _ = device.store.verify(key);
                    throw new StoreException(ErrorCode.CORRUPT, "a block is damaged");
                }
            }
            int from = (int) (offset - slice.firstByte());
            if (from + length > blocks.length) {
                throw new StoreException(ErrorCode.INVALID_ARGUMENT, "past the chunk's end");
            }
            byte[] bytes = new byte[length];
            System.arraycopy(blocks, from, bytes, 0, length);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Promise<Boolean> delete(DeviceId id, Ticket ticket, ChunkKey key, long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::syncNanos,
                there -> {
                    check(there, ticket, Ticket.Operation.DELETE, key);
                    device.store.delete(key);
                    return true;
                });
    }

    @Override
    public Promise<Boolean> doom(
            DeviceId id, Ticket ticket, ChunkKey anyChunk, long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::syncNanos,
                there -> {
                    check(there, ticket, Ticket.Operation.DELETE, anyChunk);
                    device.store.doom(anyChunk.pg(), anyChunk.segment());
                    return true;
                });
    }

    @Override
    public Promise<ChunkStore.Verdict> verify(
            DeviceId id, Ticket inspect, ChunkKey key, long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::readNanos,
                there -> {
                    // A reader reports what it found; see TicketRules.
                    boolean reader = inspect.operation() == Ticket.Operation.READ;
                    check(
                            there,
                            inspect,
                            reader ? Ticket.Operation.READ : Ticket.Operation.INSPECT,
                            key);
                    return device.store.verify(key);
                });
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId id, Ticket inspect, long beforeMillis, int limit, long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::readNanos,
                there -> {
                    check(there, inspect, Ticket.Operation.INSPECT, true);
                    return device.store.unresolved(beforeMillis, limit);
                });
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId id,
            Ticket inspect,
            PgId pg,
            @Nullable ChunkKey after,
            int limit,
            long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::readNanos,
                there -> {
                    check(there, inspect, Ticket.Operation.INSPECT, true);
                    return device.store.list(pg, after, Math.min(limit, MOST_LISTED));
                });
    }

    @Override
    public Promise<Boolean> refuseBelow(
            DeviceId id, Ticket ticket, PgId pg, int epoch, long deadlineNanos) {
        SimDevice device = device(id);
        return call(
                id,
                deadlineNanos,
                SimDevice::syncNanos,
                there -> {
                    boolean fits = ticket.pg().equals(pg) && ticket.pgEpoch() == epoch;
                    check(there, ticket, Ticket.Operation.MOVE, fits);
                    device.store.refuseBelow(pg, epoch);
                    return true;
                });
    }

    @Override
    public Sink write(DeviceId id, Ticket ticket, ChunkHeader header, long deadlineNanos) {
        return new Stream(device(id), ticket, header, deadlineNanos);
    }

    /** A chunk under way: messages arrive in order, or the stream has broken for good. */
    private final class Stream implements Sink {
        private final SimDevice device;
        private final Ticket ticket;
        private final ChunkHeader header;
        private final long deadlineNanos;
        private ChunkStore.@Nullable Writer writer;
        private @Nullable Life there;
        private @Nullable StoreException broken;
        private boolean finished;
        private long lastNanos;

        Stream(SimDevice device, Ticket ticket, ChunkHeader header, long deadlineNanos) {
            this.device = device;
            this.ticket = ticket;
            this.header = header;
            this.deadlineNanos = deadlineNanos;
            life.atDeath.add(this::abort);
        }

        @Override
        public Promise<Boolean> send(byte[] source, int offset, int lengthBytes) {
            return step(
                    device.readNanos(), open -> open.append(source, offset, lengthBytes), false);
        }

        @Override
        public Promise<Boolean> finish() {
            return step(
                    device.syncNanos(),
                    open -> {
                        finished = true;
                        if (plant == Plant.ACK_BEFORE_DURABLE && loop.chance(100)) {
                            open.abort();
                        } else {
                            open.finish();
                        }
                    },
                    true);
        }

        /** An operation on the open writer. */
        private interface Operation {
            void on(ChunkStore.Writer open);
        }

        /**
         * @param answered whether the device has to say that it is done; else the transport does
         */
        private Promise<Boolean> step(long costNanos, Operation operation, boolean answered) {
            Promise<Boolean> promise = tasks.promise();
            StoreException before = broken;
            if (before != null) {
                promise.fail(before);
                return promise;
            }
            Life now = network.life(device.node);
            boolean stalled = now.pausedAt(loop.nanos());
            long pause = stalled ? now.pausedUntilNanos - loop.nanos() : 0;
            boolean drop =
                    now.dead
                            || device == lost
                            || !network.reaches(life.node, device.node)
                            || !network.reaches(device.node, life.node)
                            || loop.chance(network.lostPerThousand);
            if (drop) {
                breakOff();
                unreachable(promise, deadlineNanos);
                return promise;
            }
            long at = loop.nanos() + network.delay(life.node, device.node) + costNanos + pause;
            lastNanos = Math.max(lastNanos + 1, at);
            loop.after(lastNanos - loop.nanos(), () -> arrive(now, promise, operation, answered));
            return promise;
        }

        private void breakOff() {
            broken = new StoreException(ErrorCode.UNAVAILABLE, "the stream has broken");
            loop.after(network.delay(life.node, device.node), this::drop);
        }

        private void drop() {
            ChunkStore.Writer open = writer;
            if (open != null && !finished) {
                open.abort();
            }
        }

        private void arrive(
                Life target, Promise<Boolean> promise, Operation operation, boolean answered) {
            boolean same = there == null || there == target;
            if (target.dead || !same || broken != null || life.dead) {
                if (broken == null) {
                    breakOff();
                }
                unreachable(promise, deadlineNanos);
                return;
            }
            there = target;
            try {
                operation.on(opened(target));
            } catch (StoreException e) {
                broken = e;
                loop.after(network.delay(device.node, life.node), () -> promise.fail(e));
                return;
            }
            if (answered) {
                network.send(
                        target,
                        life.node,
                        here -> promise.complete(true),
                        () -> unreachable(promise, deadlineNanos));
            } else {
                promise.complete(true);
            }
        }

        private ChunkStore.Writer opened(Life target) {
            ChunkStore.Writer open = writer;
            if (open == null) {
                check(target, ticket, Ticket.Operation.WRITE, header.key());
                open = device.store.create(header);
                writer = open;
            }
            return open;
        }

        @Override
        public void abort() {
            if (broken == null && !finished) {
                breakOff();
            }
        }
    }

    /** A ticket without a MAC: what it allows is checked, forging it is not simulated. */
    static Bytes noMac() {
        return Bytes.wrap(new byte[Ticket.MAC_BYTES]);
    }
}
