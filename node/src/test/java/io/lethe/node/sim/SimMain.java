package io.lethe.node.sim;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** {@code deploy/sim --seeds N --first S [--plant BUG]}: runs seeds, says which failed and how. */
public final class SimMain {
    private static final int REPORT_EVERY = 100;

    private SimMain() {}

    /**
     * Runs.
     *
     * @param args see the class; the exit code is 1 when a seed failed
     */
    public static void main(String[] args) {
        long first = number(args, "--first", 1);
        long count = number(args, "--seeds", 1000);
        Plant plant = Plant.valueOf(text(args, "--plant", Plant.NONE.name()));
        PrintStream out = System.out;
        long startNanos = System.nanoTime();
        long failed = 0;
        long operations = 0;
        long splits = 0;
        long merges = 0;
        long events = 0;
        for (long seed = first; seed < first + count; seed++) {
            Simulation.Result result = Simulation.run(seed, plant);
            operations += result.operations();
            splits += result.splits();
            merges += result.merges();
            events += result.events();
            if (result.failure() != null) {
                failed++;
                out.println(describe(result));
                show(result.failure(), out);
            }
            long done = seed - first + 1;
            if (done % REPORT_EVERY == 0 || done == count || count == 1) {
                double seconds = (System.nanoTime() - startNanos) / 1e9;
                out.printf(
                        "%d seeds, %d failed, %d operations, %d splits, %d merges, %d events, %.1f"
                                + " seeds/s, last digest %016x%n",
                        done,
                        failed,
                        operations,
                        splits,
                        merges,
                        events,
                        done / seconds,
                        result.digest());
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private static void show(Throwable failure, PrintStream out) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            out.println(at);
            for (StackTraceElement frame : at.getStackTrace()) {
                out.println("    at " + frame);
            }
        }
    }

    /** What to print of a failed seed. */
    static String describe(Simulation.Result result) {
        return "seed "
                + result.seed()
                + " failed; run it again with: deploy/sim --first "
                + result.seed()
                + " --seeds 1";
    }

    private static long number(String[] args, String name, long otherwise) {
        return Long.parseLong(text(args, name, Long.toString(otherwise)));
    }

    private static String text(String[] args, String name, String otherwise) {
        List<String> list = Arrays.asList(args);
        int at = list.indexOf(name);
        return at >= 0 && at + 1 < args.length ? args[at + 1] : otherwise;
    }
}
