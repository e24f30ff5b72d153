package io.lethe.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Command lines of Lethe's server program, as {@code deploy/lethe} makes them: from an AOT cache
 * where there is one, since six JVMs that begin cold keep two cores busy for most of a test. The
 * shared cluster in one process, which comes first, leaves the cache behind; one that does not fit
 * the build is ignored by the JVM.
 */
final class ServerJvm {
    private static final String SERVER = "io.lethe.node.Main";

    /** What six nodes need together: they share what is the same. */
    private static final String ONE_PROCESS_HEAP = "1g";

    private static final Path CACHE = Path.of("target", "server.aot").toAbsolutePath();
    private static final Path LIBRARIES = Path.of("/usr/lib");

    private ServerJvm() {}

    /** Nodes of this build, a process each. */
    static List<String> server() {
        return java(classPath(), SERVER);
    }

    /** The same of another build. */
    static List<String> serverOf(String classPath) {
        return java(classPath, SERVER);
    }

    /** Another program of the class path. */
    static List<String> java(String main) {
        return java(classPath(), main);
    }

    private static List<String> java(String classPath, String main) {
        return command(
                System.getProperty("lethe.system.heap", "320m"),
                Files.exists(CACHE) ? List.of("-XX:AOTCache=" + CACHE) : List.of(),
                classPath,
                main);
    }

    /** Six nodes in one process, which leaves the cache behind when it is asked to stop. */
    static List<String> teaching() {
        try {
            Files.deleteIfExists(CACHE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return command(
                ONE_PROCESS_HEAP, List.of("-XX:AOTCacheOutput=" + CACHE), classPath(), SERVER);
    }

    /** Six nodes in one process. */
    static List<String> inOne() {
        return command(ONE_PROCESS_HEAP, List.of(), classPath(), SERVER);
    }

    private static List<String> command(
            String heap, List<String> cache, String classPath, String main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dcom.google.protobuf.use_unsafe_pre22_gencode=true",
                        "-Xlog:aot=off",
                        "-Xlog:cds=off",
                        "-Xmx" + heap,
                        "-XX:+UseSerialGC"));
        command.addAll(cache);
        if (!isaL()) {
            // With an incubator among its modules the JVM uses little of a cache.
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-cp", classPath, main));
        return command;
    }

    /** The tests' own, without folders, which a cache may not have: the program is in archives. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isaL() {
        try (Stream<Path> found =
                Files.find(
                        LIBRARIES,
                        2,
                        (path, _) -> path.getFileName().toString().startsWith("libisal.so"))) {
            return found.findAny().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
