package io.lethe.system;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a cluster to test classes that {@link Shared share} one of its kind, since a start costs
 * more than most tests. Their classes come {@link First first}, kind after kind, and a cluster is
 * closed after the last class of its kind, so that it does not stay up beside others. Each test
 * uses buckets of its own, and leaves the cluster such that it becomes whole by itself.
 */
final class SharedCluster implements ParameterResolver, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(3);

    /** Classes that use it and are not over; unknown where {@link First} has not been asked. */
    private static final Map<Kind, Integer> LEFT = new EnumMap<>(Kind.class);

    enum Kind {
        /** Six nodes in one process, for tests that kill nothing. */
        ONE_PROCESS,

        /** A process per node; those that a test killed run again when it is over. */
        PROCESSES
    }

    /** A test class that is given a cluster. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(SharedCluster.class)
    @interface Shared {
        Kind value();
    }

    /** Puts the classes that share a cluster before all others. */
    static final class First implements ClassOrderer {
        @Override
        public void orderClasses(ClassOrdererContext context) {
            context.getClassDescriptors()
                    .sort(Comparator.comparingInt(First::place).thenComparing(First::name));
            for (Kind kind : Kind.values()) {
                long count =
                        context.getClassDescriptors().stream()
                                .filter(one -> place(one) == kind.ordinal())
                                .count();
                LEFT.put(kind, (int) count);
            }
        }

        private static int place(ClassDescriptor one) {
            return one.findAnnotation(Shared.class)
                    .map(shared -> shared.value().ordinal())
                    .orElse(Kind.values().length);
        }

        private static String name(ClassDescriptor one) {
            return one.getTestClass().getName();
        }
    }

    /** The cluster and its directory. */
    private record Holder(Path dir, Cluster cluster) implements AutoCloseable {
        static Holder open(Kind kind) {
            try {
                Path dir = Files.createTempDirectory("lethe-system");
                return new Holder(
                        dir,
                        switch (kind) {
                            case ONE_PROCESS -> Cluster.startTeaching(dir, settings(dir));
                            case PROCESSES -> Cluster.start(dir, Map.of());
                        });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Events go to a folder; and a minute's pause would make tests long. */
        private static Map<String, String> settings(Path dir) {
            return Map.of(
                    "LETHE_S3_LIFECYCLE_EVERY",
                    "500ms",
                    "LETHE_S3_WEBSITE_DOMAINS",
                    S3SessionTest.WEBSITES,
                    "LETHE_S3_LOG_EVERY",
                    "1s",
                    "LETHE_S3_SINKS",
                    "log=file:" + dir.resolve("events") + ",acme=file:" + dir.resolve("acme"),
                    "LETHE_S3_SINK_ACCOUNTS",
                    "log=operator,acme=acme");
        }

        @Override
        public void close() {
            cluster.stop();
            cluster.close();
            try (Stream<Path> paths = Files.walk(dir)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    private static Kind kind(ExtensionContext context) {
        return Arrays.stream(context.getRequiredTestClass().getAnnotationsByType(Shared.class))
                .map(Shared::value)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("which cluster is not said"));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Kind kind = kind(context);
        Cluster cluster =
                context.getRoot()
                        .getStore(NAMESPACE)
                        .computeIfAbsent(kind, Holder::open, Holder.class)
                        .cluster();
        if (kind == Kind.PROCESSES) {
            awaitWhole(cluster);
        }
        return cluster;
    }

    /** Whoever had it before may have killed nodes. */
    private static void awaitWhole(Cluster cluster) {
        try (LetheClient client = cluster.client()) {
            Eventually.within(
                    WHOLE_WITHIN,
                    () -> "the cluster is not whole: " + client.cluster().status(),
                    () -> Patience.with(() -> isWhole(client)));
        }
    }

    private static boolean isWhole(LetheClient client) {
        for (PartitionStatus one : client.cluster().partitions()) {
            if (one.votersUp() < one.voters().size()) {
                return false;
            }
        }
        return client.cluster().status().nodesUp() == Cluster.NODES
                && client.cluster().status().segmentsUnderprotected() == 0;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Kind kind = kind(context);
        int left = Optional.ofNullable(LEFT.merge(kind, -1, Integer::sum)).orElse(0);
        if (left == 0) {
            Holder over = context.getRoot().getStore(NAMESPACE).remove(kind, Holder.class);
            if (over != null) {
                over.close();
            }
        }
    }
}
