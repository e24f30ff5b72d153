package io.lethe.node.chunk.wire;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;

/**
 * What each side says of itself first: the fields of HELLO and of the OK that answers it.
 *
 * <pre>
 * version u8      the highest that the sender speaks; both then use the lower one
 * cluster 16
 * features i64    bits that the sender understands; both then use those in common; none yet
 * window i32      server: most credits of one write (see {@link Window}); client: 0
 * streams i32     server: most open requests on this connection; client: 0
 * </pre>
 *
 * What follows is of newer builds, and passed over.
 */
record Hello(int version, Id128 cluster, long features, int windowBytes, int mostStreams) {
    byte[] fields() {
        Encoder out = new Encoder(40).u8(version);
        cluster.encode(out);
        return out.i64(features).i32(windowBytes).i32(mostStreams).toArray();
    }

    static Hello decode(byte[] fields) {
        Decoder in = new Decoder(fields);
        // What follows is of newer builds.
        return new Hello(in.u8(), Id128.decode(in), in.i64(), in.i32(), in.i32());
    }
}
