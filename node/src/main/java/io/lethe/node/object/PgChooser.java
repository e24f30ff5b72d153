package io.lethe.node.object;

import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Chooses the placement group of a new segment: the widest code whose members all look well, so
 * that a write never loses its protection while a narrower group is whole; among those at random,
 * since the controller has weighted them by free space already. Safe for any thread.
 */
final class PgChooser {
    private final Directory directory;
    private final PeerHealth health;
    private final RandomSource random;

    PgChooser(Directory directory, PeerHealth health, RandomSource random) {
        this.directory = directory;
        this.health = health;
        this.random = random;
    }

    /**
     * @param avoid groups that failed this request already
     * @throws StoreException UNAVAILABLE when no group has a quorum of members that may be written
     */
    PlacementGroup choose(String storageClass, Set<PgId> avoid) {
        List<PlacementGroup> best = new ArrayList<>();
        int bestRank = Integer.MAX_VALUE;
        int open = 0;
        for (PlacementGroup pg : directory.openPlacementGroups(storageClass)) {
            open++;
            int closed = count(pg, device -> !writable(device));
            if (avoid.contains(pg.id()) || pg.scheme().width() - closed < pg.scheme().quorum()) {
                continue;
            }
            // Whole groups first, the widest of them first; then those with the fewest bad members.
            // Slow ones are never refused: in a cluster that is busy, every group may have some.
            int bad = count(pg, device -> !writable(device) || health.suspect(device));
            int rank = bad * 1000 - pg.scheme().k();
            if (rank < bestRank) {
                best.clear();
                bestRank = rank;
            }
            if (rank == bestRank) {
                best.add(pg);
            }
        }
        if (best.isEmpty()) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "no placement group of class "
                            + storageClass
                            + " has enough devices up ("
                            + open
                            + " open groups); see 'lethe nodes' and 'lethe devices'");
        }
        return best.get(random.nextInt(best.size()));
    }

    private boolean writable(DeviceId device) {
        return directory.device(device).map(DeviceRecord::wanted).orElse(false);
    }

    private static int count(PlacementGroup pg, Predicate<DeviceId> which) {
        return (int) pg.writers().stream().filter(which).count();
    }
}
