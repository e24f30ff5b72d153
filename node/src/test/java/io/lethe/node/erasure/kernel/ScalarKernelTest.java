package io.lethe.node.erasure.kernel;

final class ScalarKernelTest extends KernelContract {
    @Override
    Kernel kernel() {
        return new ScalarKernel();
    }
}
