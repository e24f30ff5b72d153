package io.lethe.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One line on a terminal: how far, how fast, how long still. Painted by the threads that move
 * bytes, at most ten times a second. Safe for any thread.
 */
final class ProgressBar implements AutoCloseable {
    private static final long PAINT_NANOS = 100_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Weight of the newest tenth of a second in the rate: it settles in about two seconds. */
    private static final double NEWEST = 0.1;

    /** Narrower terminals get the figures alone. */
    private static final int LEAST_BAR = 10;

    private static final int MOST_BAR = 40;

    private final PrintStream terminal;
    private final boolean shown;
    private final int columns;
    private final LongSupplier nanos;
    private final String label;
    private long totalBytes;
    private boolean totalKnown = true;
    private long doneBytes;
    private long paintedNanos;
    private long paintedBytes;
    private double bytesPerSecond;
    private boolean painted;

    ProgressBar(
            PrintStream terminal,
            boolean shown,
            IntSupplier columns,
            LongSupplier nanos,
            String label) {
        this.terminal = terminal;
        this.shown = shown;
        this.columns = shown ? columns.getAsInt() : 0;
        this.nanos = nanos;
        this.label = label;
        this.paintedNanos = nanos.getAsLong();
    }

    /** Adds to what is to be moved. */
    synchronized void expect(long bytes) {
        totalBytes += bytes;
    }

    /** From now on nobody knows how much will come. */
    synchronized void expectUnknown() {
        totalKnown = false;
    }

    /** For one transfer: takes its bytes so far, which fall when it begins again. */
    LongConsumer transfer() {
        return new LongConsumer() {
            private long before;

            @Override
            public synchronized void accept(long soFar) {
                moved(soFar - before);
                before = soFar;
            }
        };
    }

    private synchronized void moved(long bytes) {
        doneBytes += bytes;
        long now = nanos.getAsLong();
        long elapsed = now - paintedNanos;
        if (!shown || elapsed < PAINT_NANOS) {
            return;
        }
        double latest = (doneBytes - paintedBytes) / (elapsed / NANOS_PER_SECOND);
        bytesPerSecond =
                painted ? NEWEST * latest + (1 - NEWEST) * bytesPerSecond : Math.max(0, latest);
        paintedNanos = now;
        paintedBytes = doneBytes;
        painted = true;
        terminal.print("\r" + line());
        terminal.flush();
    }

    private String line() {
        String figures = figures();
        int room = columns - 1 - figures.length() - 4;
        String name = label.length() > room / 2 ? "" : label;
        int bar = Math.min(MOST_BAR, room - name.length() - 1);
        String line =
                totalKnown && bar >= LEAST_BAR
                        ? name + " [" + bar(bar) + "] " + figures
                        : name + " " + figures;
        line = line.strip();
        return line.length() >= columns
                ? line.substring(0, columns - 1)
                : line + " ".repeat(columns - 1 - line.length());
    }

    private String bar(int width) {
        int full = (int) (width * fraction());
        return "=".repeat(Math.max(0, full - 1)) + (full > 0 ? ">" : "") + " ".repeat(width - full);
    }

    private double fraction() {
        return totalBytes <= 0 ? 0 : Math.max(0, Math.min(1, (double) doneBytes / totalBytes));
    }

    private String figures() {
        String rate = Amounts.size((long) Math.max(0, bytesPerSecond)) + "/s";
        if (!totalKnown) {
            return Amounts.size(doneBytes) + "  " + rate;
        }
        String left =
                bytesPerSecond < 1
                        ? "--:--"
                        : Amounts.time((long) Math.ceil((totalBytes - doneBytes) / bytesPerSecond));
        return String.format(
                Locale.ROOT,
                "%3d%%  %s  %s  %s left",
                (int) (100 * fraction()),
                Amounts.size(doneBytes),
                rate,
                left);
    }

    /** Clears the line, so that what follows starts clean. */
    synchronized void clear() {
        if (painted) {
            terminal.print("\r" + " ".repeat(columns - 1) + "\r");
            terminal.flush();
        }
    }

    @Override
    public void close() {
        clear();
    }
}
