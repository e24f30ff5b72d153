package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
 * Gives a cluster to tests that leave it whole, the same one to all of them, since a start costs
 * more than most tests. Their classes come {@link First first}, and it is closed after the last of
 * them, so that it does not stay up beside the other classes' clusters. Each test uses buckets of
 * its own.
 */
final class SharedCluster implements ParameterResolver, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    /** Classes that use it and are not over; unknown where {@link First} has not been asked. */
    private static final AtomicInteger LEFT = new AtomicInteger();

    /** Puts the classes that share the cluster before all others. */
    static final class First implements ClassOrderer {
        @Override
        public void orderClasses(ClassOrdererContext context) {
            context.getClassDescriptors()
                    .sort(
                            Comparator.comparing(First::shares)
                                    .reversed()
                                    .thenComparing(First::name));
            LEFT.set((int) context.getClassDescriptors().stream().filter(First::shares).count());
        }

        private static boolean shares(ClassDescriptor one) {
            return one.findAnnotation(ExtendWith.class)
                    .map(with -> List.of(with.value()).contains(SharedCluster.class))
                    .orElse(false);
        }

        private static String name(ClassDescriptor one) {
            return one.getTestClass().getName();
        }
    }

    /** The cluster and its directory. */
    private record Holder(Path dir, Cluster cluster) implements AutoCloseable {
        static Holder open() {
            try {
                Path dir = Files.createTempDirectory("lethe-system");
                return new Holder(dir, Cluster.start(dir, settings(dir)));
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

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Holder.class, _ -> Holder.open(), Holder.class)
                .cluster();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (LEFT.decrementAndGet() == 0) {
            Holder over = context.getRoot().getStore(NAMESPACE).remove(Holder.class, Holder.class);
            if (over != null) {
                over.close();
            }
        }
    }
}
