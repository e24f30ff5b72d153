package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.s3.WalkProgress;
import io.lethe.node.s3.lifecycle.LifecycleWorker.Place;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The progress of lifecycles that one partition keeps. One task. */
final class SavedWalks {
    private static final Logger log = LoggerFactory.getLogger(SavedWalks.class);

    private final LifecyclePorts ports;
    private final GroupId partition;

    /** Of which buckets something is kept; empty: it can't be read, or was begun since. */
    private final Map<BucketId, Optional<LifecycleProgress>> known = new HashMap<>();

    private SavedWalks(LifecyclePorts ports, GroupId partition) {
        this.ports = ports;
        this.partition = partition;
    }

    private static WalkProgress kept(LifecyclePorts ports) {
        return new WalkProgress(ports.tasks(), ports.metadata(), Walk.LIFECYCLE);
    }

    static SavedWalks read(LifecyclePorts ports, GroupId partition) throws InterruptedException {
        SavedWalks walks = new SavedWalks(ports, partition);
        kept(ports).read(partition).forEach(walks::take);
        return walks;
    }

    /** A bucket whose progress can't be read begins anew, alone. */
    private void take(BucketId bucket, Bytes progress) {
        try {
            known.put(bucket, Optional.of(LifecycleProgress.decode(progress)));
        } catch (Decoder.CorruptEncoding e) {
            known.put(bucket, Optional.empty());
            log.warn(
                    "the lifecycle of bucket {} begins anew in partition {}: its progress can't be"
                            + " read",
                    bucket,
                    partition,
                    e);
        }
    }

    static long deadline(LifecyclePorts ports) {
        return WalkProgress.deadline(ports.tasks());
    }

    /** What is kept of a walk that begins here, of which something will be. */
    Optional<LifecycleProgress> of(Place place) {
        return known.computeIfAbsent(place.bucket(), _ -> Optional.empty());
    }

    static void save(LifecyclePorts ports, Place place, Bytes progress)
            throws InterruptedException {
        kept(ports).save(place.partition(), place.bucket(), progress);
    }

    /** Removes what is kept of buckets that have no lifecycle any more. */
    void forget(Predicate<BucketId> gone) throws InterruptedException {
        for (BucketId bucket : known.keySet().stream().filter(gone).toList()) {
            save(ports, new Place(bucket, partition), Bytes.EMPTY);
            known.remove(bucket);
        }
    }
}
