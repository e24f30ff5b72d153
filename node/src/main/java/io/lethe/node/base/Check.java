package io.lethe.node.base;

/**
 * Checks of invariants that hold unless Lethe itself is wrong; never used on input from outside.
 */
public final class Check {
    private Check() {}

    /** A broken invariant: the component that sees it halts or is quarantined, never goes on. */
    public static final class BrokenInvariant extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        BrokenInvariant(String message) {
            super(message);
        }
    }

    public static void that(boolean holds, String invariant) {
        if (!holds) {
            throw new BrokenInvariant(invariant);
        }
    }

    /**
     * Throws when {@code value} lies outside {@code [least, most]}; the message names all three.
     */
    public static long range(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", and must be from " + least + " to " + most);
        }
        return value;
    }
}
