package io.lethe.node.object;

import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ObjectReader.Piece;
import io.lethe.node.object.ObjectReader.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a customer's key stream off what another source gives, where it lies. One task. */
final class CustomerSource implements Source {
    private final Source inner;
    private final KeyBytes dataKey;
    private final KeyBytes customer;
    private final List<Sealed> bodies;
    private int body;
    private long position;
    private CustomerKeys.@Nullable Stream stream;

    /**
     * What was encrypted as one: a whole version, or one of its parts.
     *
     * @param write under which it was written
     * @param startBytes in the version
     */
    record Sealed(WriteId write, long startBytes, long lengthBytes) {
        private long endBytes() {
            return startBytes + lengthBytes;
        }
    }

    /**
     * @param inner begins at {@code position}
     * @param bodies in order, without gaps
     */
    CustomerSource(
            Source inner, KeyBytes dataKey, KeyBytes customer, List<Sealed> bodies, long position) {
        this.inner = inner;
        this.dataKey = dataKey;
        this.customer = customer;
        this.bodies = List.copyOf(bodies);
        this.position = position;
    }

    @Override
    public @Nullable Piece next() throws InterruptedException {
        Piece piece = inner.next();
        if (piece == null) {
            return null;
        }
        for (int done = 0; done < piece.lengthBytes(); ) {
            Sealed now = body();
            CustomerKeys.Stream key = stream;
            if (key == null) {
                key =
                        new CustomerKeys.Stream(
                                dataKey, customer, now.write(), position - now.startBytes());
                stream = key;
            }
            int count = (int) Math.min(piece.lengthBytes() - done, now.endBytes() - position);
            key.apply(piece.array(), piece.offset() + done, count);
            done += count;
            position += count;
        }
        return piece;
    }

    /** The one in which the position lies. */
    private Sealed body() {
        while (position >= bodies.get(body).endBytes()) {
            body++;
            stream = null;
        }
        return bodies.get(body);
    }

    @Override
    public void close() {
        inner.close();
    }
}
