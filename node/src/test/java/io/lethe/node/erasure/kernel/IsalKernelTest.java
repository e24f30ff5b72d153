package io.lethe.node.erasure.kernel;

import org.junit.jupiter.api.condition.EnabledIf;

/** Runs where {@code libisal.so.2} is installed. */
@EnabledIf("isInstalled")
final class IsalKernelTest extends KernelContract {
    static boolean isInstalled() {
        return Kernels.find("isal") instanceof Kernels.Availability.Available;
    }

    @Override
    Kernel kernel() {
        return new IsalKernel();
    }
}
