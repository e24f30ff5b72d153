package io.lethe.node.console;

import java.util.List;

/** Who knows how a node is; implemented by the composition. Called often; must not block. */
@FunctionalInterface
public interface HealthSource {
    List<HealthCheck> checks();
}
