package io.lethe.node.erasure.kernel;

import java.util.List;

/** Chooses the kernel at start. Pure but for a look at what the machine has. */
public final class Kernels {
    /** The value of {@code erasure.kernel} that leaves the choice to {@link #best}. */
    public static final String AUTO = "auto";

    /** Fastest first. ISA-L also needs no warm-up. */
    public static final List<String> NAMES = List.of("isal", "vector", "scalar");

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /**
     * @param reason why this one and not a faster one, for the log
     */
    public record Choice(Kernel kernel, String reason) {}

    /** A kernel, or why it cannot run here. */
    public sealed interface Availability {
        record Available(Kernel kernel) implements Availability {}

        record Missing(String reason) implements Availability {}
    }

    private Kernels() {}

    /** The fastest kernel that runs here. */
    public static Choice best() {
        StringBuilder reasons = new StringBuilder();
        for (String name : NAMES) {
            switch (find(name)) {
                case Availability.Available(Kernel kernel) -> {
                    return new Choice(kernel, reasons + name + " is the fastest that runs here");
                }
                case Availability.Missing(String reason) ->
                        reasons.append(name).append(" is missing: ").append(reason).append("; ");
            }
        }
        throw new AssertionError("the scalar kernel runs everywhere");
    }

    /**
     * The kernel of a value of {@code erasure.kernel}.
     *
     * @throws IllegalArgumentException when there is no such kernel or it cannot run here
     */
    public static Choice byName(String name) {
        if (name.equals(AUTO)) {
            return best();
        }
        return switch (find(name)) {
            case Availability.Available(Kernel kernel) ->
                    new Choice(kernel, name + " was configured");
            case Availability.Missing(String reason) ->
                    throw new IllegalArgumentException(
                            "erasure.kernel is "
                                    + name
                                    + ", which cannot run here: "
                                    + reason
                                    + "; set it to auto or mend that");
        };
    }

    /**
     * @throws IllegalArgumentException when there is no kernel of that name
     */
    public static Availability find(String name) {
        return switch (name) {
            case "scalar" -> new Availability.Available(new ScalarKernel());
            case "vector" -> vector();
            case "isal" -> isal();
            default ->
                    throw new IllegalArgumentException(
                            "erasure.kernel is "
                                    + name
                                    + ", and must be auto, scalar, vector or isal");
        };
    }

    private static Availability vector() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return new Availability.Missing(
                    "start Java with --add-modules " + VECTOR_MODULE + " to have it");
        }
        return new Availability.Available(new VectorKernel());
    }

    private static Availability isal() {
        try {
            return new Availability.Available(new IsalKernel());
        } catch (IllegalArgumentException missing) {
            return new Availability.Missing(
                    missing.getMessage() + " (Debian and Ubuntu: apt-get install libisal2)");
        } catch (UnsupportedOperationException | IllegalCallerException refused) {
            return new Availability.Missing(
                    "this Java refuses calls into C: " + refused.getMessage());
        }
    }
}
