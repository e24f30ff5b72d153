package io.lethe.client.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A placement group of which a chunk goes over to another device, or should.
 *
 * @param state {@code RUNNING}: the target's node says that it works on it; {@code BEGUN}: it does
 *     not, or does not answer; {@code WAITING}: nothing moves yet
 * @param chunk which one goes over; says nothing while {@code WAITING}
 * @param from device that it leaves; empty while {@code WAITING}
 * @param to device that gets it; empty while {@code WAITING}
 * @param membersLacking on devices that are away, failed, removed or unknown
 * @param membersLeaving others, on devices that are leaving or evicted
 * @param phase {@code BULK}, {@code LAST} or {@code ENDED}; empty unless {@code RUNNING}, as is
 *     what follows
 * @param chunksMended got since it began
 * @param bytes of those
 * @param left about how long still; empty where nobody can say
 */
public record RepairStatus(
        String placementGroup,
        String state,
        int chunk,
        String from,
        String to,
        List<String> membersLacking,
        List<String> membersLeaving,
        String phase,
        Optional<Instant> began,
        long segmentsSeen,
        long chunksMended,
        long bytes,
        Optional<Duration> left) {
    public RepairStatus {
        membersLacking = List.copyOf(membersLacking);
        membersLeaving = List.copyOf(membersLeaving);
    }
}
