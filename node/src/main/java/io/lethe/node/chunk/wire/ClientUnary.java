package io.lethe.node.chunk.wire;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.task.Promise;
import io.lethe.node.model.StoreException;
import io.netty.channel.EventLoop;
import java.util.function.Function;

/** A request of one frame, answered by one frame. */
final class ClientUnary<T> extends ClientCall {
    private final Promise<T> promise;
    private final Function<Decoder, T> decode;

    ClientUnary(
            DataPlaneClient client,
            Request request,
            EventLoop loop,
            long deadlineNanos,
            Promise<T> promise,
            Function<Decoder, T> decode) {
        super(client, request, loop, deadlineNanos);
        this.promise = promise;
        this.decode = decode;
    }

    @Override
    void onReply(FrameHead head) {
        if (head.type() != FrameType.OK) {
            throw new ProtocolViolation(head.type() + " answers " + request.type());
        }
        Decoder in = new Decoder(head.fields());
        T answer = decode.apply(in);
        in.end();
        end(null);
        promise.complete(answer);
    }

    @Override
    void onFailure(StoreException failure) {
        promise.fail(failure);
    }

    @Override
    boolean writeFrame() {
        return false;
    }
}
