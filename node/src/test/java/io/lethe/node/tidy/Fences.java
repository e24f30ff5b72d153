package io.lethe.node.tidy;

import java.util.List;

/** Which packages of ours may know which third party. Everything not named here is free to all. */
final class Fences {
    private record Fence(List<String> thirdParty, List<String> ours) {}

    private static final List<Fence> FENCES =
            List.of(
                    new Fence(List.of("com.alipay.sofa"), List.of("metadata.raft")),
                    new Fence(
                            List.of("org.apache.curator", "org.apache.zookeeper"),
                            List.of("cluster.zookeeper")),
                    new Fence(
                            List.of("org.rocksdb"),
                            List.of("chunk", "metadata.table", "metadata.raft", "base.rocks")),
                    new Fence(List.of("io.netty"), List.of("http", "s3", "chunk.wire")),
                    new Fence(List.of("io.grpc", "io.lethe.proto"), List.of("rpc")),
                    // JRaft's own messages are protobuf; ours travel in the log.
                    new Fence(
                            List.of("com.google.protobuf"),
                            List.of("rpc", "metadata.table", "metadata.raft")),
                    new Fence(List.of("io.prometheus"), List.of("base.metrics")),
                    new Fence(
                            List.of("jdk.incubator.vector", "java.lang.foreign"),
                            List.of("erasure.kernel", "base.nativeio")),
                    new Fence(List.of("org.apache.kafka"), List.of("s3.events")),
                    new Fence(List.of("org.yaml"), List.of("base.config")),
                    new Fence(List.of("com.google.gson"), List.of("base.codec")),
                    // Programs and their log files are composed in the root package.
                    new Fence(List.of("picocli", "ch.qos.logback"), List.of()));

    private static final String BASE = "io.lethe.node";

    private Fences() {}

    static boolean allow(String from, String to) {
        for (Fence fence : FENCES) {
            if (fence.thirdParty().stream().anyMatch(party -> isIn(to, party))) {
                return isRootProgram(from, to)
                        || fence.ours().stream().anyMatch(ours -> isIn(from, BASE + "." + ours));
            }
        }
        return true;
    }

    private static boolean isRootProgram(String from, String to) {
        return from.equals(BASE) && (isIn(to, "picocli") || isIn(to, "ch.qos.logback"));
    }

    private static boolean isIn(String packageName, String parent) {
        return packageName.equals(parent) || packageName.startsWith(parent + ".");
    }
}
