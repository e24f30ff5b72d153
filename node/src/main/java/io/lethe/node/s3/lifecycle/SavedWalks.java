package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.s3.WalkProgress;
import io.lethe.node.s3.lifecycle.LifecycleWorker.Place;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The progress of lifecycles that one partition keeps. One task. */
final class SavedWalks {
    private final LifecyclePorts ports;
    private final GroupId partition;
    private final Map<BucketId, LifecycleProgress> known = new HashMap<>();

    private SavedWalks(LifecyclePorts ports, GroupId partition) {
        this.ports = ports;
        this.partition = partition;
    }

    private static WalkProgress kept(LifecyclePorts ports) {
        return new WalkProgress(ports.tasks(), ports.metadata(), Walk.LIFECYCLE);
    }

    static SavedWalks read(LifecyclePorts ports, GroupId partition) throws InterruptedException {
        SavedWalks walks = new SavedWalks(ports, partition);
        kept(ports)
                .read(partition)
                .forEach(
                        (bucket, progress) ->
                                walks.known.put(bucket, LifecycleProgress.decode(progress)));
        return walks;
    }

    static long deadline(LifecyclePorts ports) {
        return WalkProgress.deadline(ports.tasks());
    }

    Optional<LifecycleProgress> of(Place place) {
        return Optional.ofNullable(known.get(place.bucket()));
    }

    static void save(LifecyclePorts ports, Place place, Bytes progress)
            throws InterruptedException {
        kept(ports).save(place.partition(), place.bucket(), progress);
    }

    /** Removes what was there when this was read, where its bucket has no lifecycle any more. */
    void forget(Predicate<BucketId> gone) throws InterruptedException {
        for (BucketId bucket : known.keySet().stream().filter(gone).toList()) {
            save(ports, new Place(bucket, partition), Bytes.EMPTY);
            known.remove(bucket);
        }
    }
}
