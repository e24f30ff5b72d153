package io.lethe.node.tidy;

import java.util.List;
import java.util.Set;

/**
 * What packages of pure rules may use: the same input gives the same output on every replica and in
 * every run, so no clock, randomness, threads, files, network or logs.
 */
final class Purity {
    private static final String BASE = "io.lethe.node.";

    private static final List<String> PURE =
            List.of(
                    "model",
                    "placement",
                    "metadata.command",
                    "metadata.state",
                    "controller.plan",
                    "tenant.policy",
                    "takedown.order",
                    "takedown.denylist",
                    "takedown.hold",
                    "takedown.certificate",
                    "crypto.log");

    private static final List<String> PACKAGES =
            List.of(
                    "java.nio.file",
                    "java.nio.channels",
                    "java.net",
                    "java.util.concurrent.locks",
                    "org.slf4j",
                    "java.util.logging",
                    BASE + "base.task",
                    BASE + "base.background",
                    BASE + "base.config",
                    BASE + "base.metrics",
                    BASE + "base.rocks",
                    BASE + "base.nativeio");

    private static final Set<String> CLASSES =
            Set.of(
                    "java.lang.Thread",
                    "java.util.Random",
                    "java.security.SecureRandom",
                    "java.util.concurrent.ThreadLocalRandom",
                    "java.util.concurrent.Executor",
                    "java.util.concurrent.ExecutorService",
                    "java.util.concurrent.CompletableFuture",
                    "java.io.File",
                    "java.io.FileInputStream",
                    "java.io.FileOutputStream",
                    "java.io.RandomAccessFile",
                    "java.time.Clock",
                    BASE + "base.Clock");

    private Purity() {}

    static boolean isPure(String packageName) {
        // The kernels below erasure may use native code and pick themselves at start.
        return packageName.equals(BASE + "erasure")
                || PURE.stream()
                        .map(BASE::concat)
                        .anyMatch(
                                pure ->
                                        packageName.equals(pure)
                                                || packageName.startsWith(pure + "."));
    }

    static boolean allowsPackage(String packageName) {
        return PACKAGES.stream()
                .noneMatch(
                        banned ->
                                packageName.equals(banned) || packageName.startsWith(banned + "."));
    }

    /**
     * Ids are drawn from a RandomSource that the caller hands in, which keeps them reproducible.
     */
    static boolean allowsClass(String className) {
        return !CLASSES.contains(className);
    }

    static boolean allowsCall(String owner, String method) {
        return switch (owner) {
            case "java.lang.System" ->
                    !Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty")
                            .contains(method);
            case "java.lang.Math" -> !method.equals("random");
            case "java.util.UUID" -> !method.equals("randomUUID");
            case "java.time.Instant" -> !method.equals("now");
            default -> true;
        };
    }
}
