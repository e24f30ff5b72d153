package io.lethe.node.erasure.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class KernelsTest {
    @Test
    void theBestKernelIsTheFirstThatRunsHereAndSaysWhy() {
        Kernels.Choice best = Kernels.best();
        String first =
                Kernels.NAMES.stream()
                        .filter(
                                name ->
                                        Kernels.find(name)
                                                instanceof Kernels.Availability.Available)
                        .findFirst()
                        .orElseThrow();
        assertThat(best.kernel().name()).isEqualTo(first);
        assertThat(best.reason()).contains(first + " is the fastest that runs here");
        assertThat(Kernels.byName("auto").kernel().name()).isEqualTo(first);
    }

    @Test
    void aKernelIsFoundByItsName() {
        assertThat(Kernels.byName("scalar").kernel().name()).isEqualTo("scalar");
        assertThat(Kernels.byName("vector").kernel().name()).isEqualTo("vector");
    }

    @Test
    void aMissingLibrarySaysHowToGetIt() {
        if (Kernels.find("isal") instanceof Kernels.Availability.Missing(String reason)) {
            assertThat(reason).contains("libisal2");
            assertThatThrownBy(() -> Kernels.byName("isal"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot run here");
        }
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Kernels.byName("gpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auto, scalar, vector or isal");
    }
}
