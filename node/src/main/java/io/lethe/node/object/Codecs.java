package io.lethe.node.object;

import io.lethe.node.erasure.ErasureCodec;
import io.lethe.node.erasure.kernel.Kernel;
import io.lethe.node.model.Scheme;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One codec for each geometry in use; there are at most 32 × 9. Safe for any thread. */
public final class Codecs {
    private record Geometry(int k, int m) {}

    private final Kernel kernel;
    private final Map<Geometry, ErasureCodec> codecs = new ConcurrentHashMap<>();

    public Codecs(Kernel kernel) {
        this.kernel = kernel;
    }

    ErasureCodec of(Scheme scheme) {
        return codecs.computeIfAbsent(
                new Geometry(scheme.k(), scheme.m()),
                geometry -> new ErasureCodec(geometry.k(), geometry.m(), kernel));
    }
}
