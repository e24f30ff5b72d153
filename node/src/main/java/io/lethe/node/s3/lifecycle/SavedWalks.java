package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.s3.lifecycle.LifecycleWorker.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The progress of lifecycles that one partition keeps. One task. */
final class SavedWalks {
    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final LifecyclePorts ports;
    private final GroupId partition;
    private final Map<BucketId, LifecycleProgress> known = new HashMap<>();

    private SavedWalks(LifecyclePorts ports, GroupId partition) {
        this.ports = ports;
        this.partition = partition;
    }

    static SavedWalks read(LifecyclePorts ports, GroupId partition) throws InterruptedException {
        SavedWalks walks = new SavedWalks(ports, partition);
        Bytes after = null;
        do {
            PartitionAnswer answer =
                    ports.metadata()
                            .queryIn(
                                    partition,
                                    new PartitionQuery.SavedProgress(
                                            Walk.LIFECYCLE, after, PartitionQuery.MOST_ROWS),
                                    deadline(ports));
            if (!(answer instanceof PartitionAnswer.ProgressPage page)) {
                throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
            }
            page.list()
                    .forEach(
                            one ->
                                    walks.known.put(
                                            one.bucket(),
                                            LifecycleProgress.decode(one.progress())));
            after = page.next();
        } while (after != null);
        return walks;
    }

    static long deadline(LifecyclePorts ports) {
        return ports.tasks().clock().nanos() + WITHIN.toNanos();
    }

    Optional<LifecycleProgress> of(Place place) {
        return Optional.ofNullable(known.get(place.bucket()));
    }

    static void save(LifecyclePorts ports, Place place, Bytes progress)
            throws InterruptedException {
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                place.partition(),
                                new PartitionCommand.SaveProgress(
                                        Walk.LIFECYCLE, place.bucket(), progress),
                                0,
                                deadline(ports));
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the progress was answered with " + reply);
        }
    }

    /** Removes what was there when this was read, where its bucket has no lifecycle any more. */
    void forget(Predicate<BucketId> gone) throws InterruptedException {
        for (BucketId bucket : known.keySet().stream().filter(gone).toList()) {
            save(ports, new Place(bucket, partition), Bytes.EMPTY);
            known.remove(bucket);
        }
    }
}
