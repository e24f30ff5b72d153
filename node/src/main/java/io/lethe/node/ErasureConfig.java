package io.lethe.node;

import io.lethe.node.base.config.Setting;

/** Erasure coding. */
public record ErasureConfig(
        @Setting(help = "Which kernel codes.", fallback = "auto") Kernel kernel) {
    /** Which kernel codes. */
    public enum Kernel {
        /** The fastest that works here. */
        AUTO,
        SCALAR,
        VECTOR,
        ISAL
    }
}
