package io.lethe.node.erasure.kernel;

import org.junit.jupiter.api.BeforeAll;

final class VectorKernelTest extends KernelContract {
    private static final Kernel KERNEL = new VectorKernel();

    /** Compiled code is what runs in production, so it is what is tested. */
    @BeforeAll
    static void compile() {
        KERNEL.warmUp(4, 6);
    }

    @Override
    Kernel kernel() {
        return KERNEL;
    }
}
