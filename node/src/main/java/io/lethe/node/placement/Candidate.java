package io.lethe.node.placement;

import io.lethe.node.base.Check;
import io.lethe.node.model.DeviceId;

/**
 * A device that may be given a place.
 *
 * @param domain the failure domain that it fails with: its own id, its node's, or its rack's name
 * @param weight its share: free bytes, at least 1
 */
public record Candidate(DeviceId device, String domain, long weight) {
    public Candidate {
        Check.range("weight", weight, 1, Long.MAX_VALUE);
    }
}
