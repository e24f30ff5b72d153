package io.lethe.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Aligned columns. Rows are printed in batches, so that long lists begin at once. */
final class Table {
    /** Rows that are aligned with each other. */
    private static final int BATCH = 500;

    private static final String GAP = "  ";

    private final PrintStream out;
    private final List<String> header;
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();
    private final int[] widths;

    /**
     * @param columns their names; a name that begins with {@code >} is that of a column whose
     *     values stand at its right
     */
    Table(PrintStream out, String... columns) {
        this.out = out;
        this.right = new boolean[columns.length];
        this.widths = new int[columns.length];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
            right[i] = columns[i].startsWith(">");
            names.add(right[i] ? columns[i].substring(1) : columns[i]);
        }
        this.header = List.copyOf(names);
        rows.add(header);
    }

    void row(Object... values) {
        List<String> row = new ArrayList<>();
        for (Object value : values) {
            row.add(visible(String.valueOf(value)));
        }
        rows.add(row);
        if (rows.size() >= BATCH) {
            flush();
        }
    }

    /** Keys may hold anything; a terminal must not obey them. */
    static String visible(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                shown.append(String.format("\\x%02x", c));
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        return shown.toString();
    }

    /** Prints what is collected. */
    void flush() {
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i > 0 ? GAP : "")
                        .append(right[i] ? padding + row.get(i) : row.get(i) + padding);
            }
            out.println(line.toString().stripTrailing());
        }
        rows.clear();
    }
}
