package io.lethe.node.crypto.log;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths of tiles, written and read. Static and pure. */
final class TilePath {
    /** {@code tile/entries/}, five marked groups and a last one, {@code .p/255}. */
    private static final int MOST_CHARACTERS = 48;

    private static final int GROUP = 1_000;

    private static final Pattern PATH =
            Pattern.compile(
                    "tile/(entries|[0-7])"
                            + "/((?:x[0-9]{3}/){0,5}[0-9]{3})"
                            + "(?:\\.p/([1-9][0-9]{0,2}))?");

    private TilePath() {}

    static String end(long index, int width) {
        StringBuilder out = new StringBuilder(group(index % GROUP));
        for (long left = index / GROUP; left > 0; left /= GROUP) {
            out.insert(0, "x" + group(left % GROUP) + "/");
        }
        out.insert(0, "/");
        return width == Tile.WIDTH ? out.toString() : out.append(".p/").append(width).toString();
    }

    private static String group(long digits) {
        return String.format(Locale.ROOT, "%03d", digits);
    }

    static Optional<Tile> parse(String path) {
        if (path.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()) {
            return Optional.empty();
        }
        // 18 digits at most, which a long holds.
        long index = Long.parseLong(parts.group(2).replaceAll("[x/]", ""));
        int width = parts.group(3) == null ? Tile.WIDTH : Integer.parseInt(parts.group(3));
        if (index > Tile.MOST_INDEX || (parts.group(3) != null && width >= Tile.WIDTH)) {
            return Optional.empty();
        }
        Tile tile =
                parts.group(1).equals("entries")
                        ? new Tile.Entries(index, width)
                        : new Tile.Hashes(Integer.parseInt(parts.group(1)), index, width);
        // Groups of zeros in front would be another path of the same tile.
        return tile.path().equals(path) ? Optional.of(tile) : Optional.empty();
    }
}
