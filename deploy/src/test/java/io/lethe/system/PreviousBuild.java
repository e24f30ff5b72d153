package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The build before this one, from the repository's history: the commit that {@code
 * deploy/previous-build} names, built once below {@code target}. Static.
 */
final class PreviousBuild {
    private static final String NAMED_IN = "previous-build";

    private PreviousBuild() {}

    /** The first line that is no remark. */
    static String commit() {
        try {
            return Files.readAllLines(Path.of(NAMED_IN)).stream()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .findFirst()
                    .map(String::strip)
                    .orElseThrow(() -> new IllegalStateException("deploy/previous-build is empty"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Words of its server program, as {@link ServerJvm#server}. Builds it unless that was done. */
    static List<String> server() {
        String commit = commit();
        Path built = Path.of("target", NAMED_IN, commit).toAbsolutePath();
        if (!Files.exists(built.resolve("pom.xml"))) {
            String half = built + ".half";
            String unpack =
                    """
                    set -eo pipefail
                    cd ..
                    rm -rf '%1$s'
                    mkdir -p '%1$s'
                    git archive %2$s | tar -x -C '%1$s'
                    mv '%1$s' '%3$s'
                    """
                            .formatted(half, commit, built);
            run(
                    List.of("bash", "-c", unpack),
                    "the previous build is commit "
                            + commit
                            + ", which has to be in the history of a git repository here: 'git"
                            + " fetch --unshallow' where the clone is shallow");
        }
        // Any command of its launcher builds it first.
        run(
                List.of(
                        "env",
                        "LETHE_JAVA_HOME=" + System.getProperty("java.home"),
                        built.resolve("deploy/lethe").toString(),
                        "version"),
                "the previous build can't be built from " + built);
        return ServerJvm.serverOf(built.resolve("deploy/target/lib") + "/*");
    }

    private static void run(List<String> command, String otherwise) {
        Cluster.Run run = Cluster.Run.of(Map.of(), command);
        if (run.status() != 0) {
            throw new IllegalStateException(otherwise + "; it said:\n" + run.output());
        }
    }
}
