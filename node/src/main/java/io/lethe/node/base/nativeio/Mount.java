package io.lethe.node.base.nativeio;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The line of {@code /proc/self/mountinfo} that a path lies under: {@code id parent major:minor
 * root mountpoint options [tags] - type source superoptions}.
 *
 * @param options of the file system itself
 */
record Mount(Path point, String type, List<String> options) {
    private static final int POINT_FIELD = 4;

    Mount {
        options = List.copyOf(options);
    }

    /** The innermost mount that holds {@code path}; the later of two at the same place. */
    static Mount of(Path path, List<String> mountInfo) {
        Mount best = new Mount(Path.of("/"), "unknown", List.of());
        for (String line : mountInfo) {
            int dash = line.indexOf(" - ");
            List<String> before = Arrays.asList(line.split(" ", -1));
            if (dash < 0 || before.size() <= POINT_FIELD) {
                continue;
            }
            List<String> after = Arrays.asList(line.substring(dash + 3).split(" ", -1));
            // Spaces in mount points are written as \040.
            Path point = Path.of(before.get(POINT_FIELD).replace("\\040", " "));
            if (path.startsWith(point) && point.getNameCount() >= best.point.getNameCount()) {
                String options = after.size() > 2 ? after.get(2) : "";
                best = new Mount(point, after.get(0), Arrays.asList(options.split(",", -1)));
            }
        }
        return best;
    }

    /**
     * Why ext4 mounted like this may keep overwritten bytes: the journal holds copies of data under
     * data=journal, and data=writeback orders nothing. The default is data=ordered.
     */
    @Nullable String ext4Refusal() {
        if (!type.equals("ext4")) {
            return type + " is not known to overwrite bytes in place; use ext4 or XFS";
        }
        for (String option : options) {
            if (option.startsWith("data=") && !option.equals("data=ordered")) {
                return "ext4 is mounted with " + option + "; mount it with data=ordered";
            }
        }
        return null;
    }
}
