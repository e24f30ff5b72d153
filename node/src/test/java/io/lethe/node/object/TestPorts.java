package io.lethe.node.object;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.erasure.kernel.Kernel;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import java.lang.reflect.Proxy;

/** Ports for what uses few of them: the others fail when they are used. */
public final class TestPorts {
    private TestPorts() {}

    public static ObjectPorts of(
            ManualTasks tasks, Directory directory, Metadata metadata, Lease lease) {
        return new ObjectPorts(
                tasks,
                RandomSource.seeded(1),
                directory,
                metadata,
                unused(ChunkPeers.class),
                unused(TicketMint.class),
                unused(VersionKeys.class),
                lease,
                new Codecs(unused(Kernel.class)),
                new ObjectMeters(),
                ObjectSettings.defaults());
    }

    private static <T> T unused(Class<T> port) {
        return port.cast(
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (_, method, _) -> {
                            throw new UnsupportedOperationException(method.toString());
                        }));
    }
}
