package io.lethe.node.chunk.wire;

import io.lethe.node.base.Check;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import org.jspecify.annotations.Nullable;

/** A request that is one call of the store and one frame of answer. */
final class ServerCall extends ServerStream {
    private final Request request;

    ServerCall(ServerConnection connection, FrameHead head, ServedDevice device, Request request) {
        super(connection, head, device);
        this.request = request;
    }

    @Override
    void start() {
        handOrRefuse(this::perform);
    }

    private Runnable perform() {
        if (over()) {
            return NOTHING;
        }
        byte[] answer = answer(device.store());
        return () -> succeed(answer);
    }

    private byte[] answer(ChunkStore store) {
        return switch (request) {
            case Request.OfChunk one -> answer(store, one.type(), one.chunk());
            case Request.Status _ -> Reply.status(store.status());
            case Request.ListChunks list ->
                    Reply.chunks(store.list(list.group(), list.after(), list.limit()));
            case Request.Unresolved unresolved ->
                    Reply.chunks(store.unresolved(unresolved.beforeMillis(), unresolved.limit()));
            case Request.RefuseBelow floor -> {
                store.refuseBelow(floor.group(), floor.epoch());
                yield Reply.EMPTY;
            }
            case Request.WriteOpen _, Request.Read _ ->
                    throw new IllegalStateException(request.type() + " is a stream");
        };
    }

    private static byte[] answer(ChunkStore store, FrameType type, ChunkKey chunk) {
        switch (type) {
            case DELETE -> store.delete(chunk);
            case DOOM -> store.doom(chunk.pg(), chunk.segment());
            case VERIFY -> {
                return Reply.verdict(store.verify(chunk));
            }
            case ERASE -> {
                return Reply.receipt(store.erase(chunk));
            }
            default -> Check.that(false, type + " names no single chunk");
        }
        return Reply.EMPTY;
    }

    @Override
    boolean writeFrame() {
        return false;
    }

    @Override
    void onOver() {}

    @Override
    @Nullable PoolWork cleanUp() {
        return null;
    }

    @Override
    long reservedBytes() {
        return 0;
    }
}
