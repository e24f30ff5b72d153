package io.lethe.node.sim;

import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import io.lethe.node.sim.Workload.Told;

/**
 * Locks some of the versions that clients put, and tries to delete them all the same. That they are
 * there in the end is seen by whoever reads all acknowledged versions.
 */
final class LockClient {
    private static final int LOCKED_PER_THOUSAND = 300;

    private final Workload workload;
    private final SimLoop loop;
    private final Checks checks;
    private final RandomSource random;
    private String bucket = "";

    LockClient(Workload workload, SimLoop loop, Checks checks, RandomSource random) {
        this.workload = workload;
        this.loop = loop;
        this.checks = checks;
        this.random = random;
    }

    /** Turns Object Lock of a bucket on. */
    void begin(String name) throws InterruptedException {
        boolean _ =
                workload.surely(
                        gateway -> {
                            gateway.buckets.setLock(
                                    Workload.CALLER,
                                    name,
                                    BucketLock.WITHOUT_DEFAULT,
                                    workload.deadline());
                            return true;
                        });
        bucket = name;
    }

    /** What protects the next version: mostly nothing. */
    Protection some(String ofBucket) {
        if (!ofBucket.equals(bucket) || !loop.chance(LOCKED_PER_THOUSAND)) {
            return Protection.NONE;
        }
        return switch (loop.random.nextInt(3)) {
            case 0 -> Protection.NONE.withHold(true);
            case 1 -> new Protection(Mode.GOVERNANCE, Protection.MOST_UNTIL_MILLIS, false);
            default -> new Protection(Mode.COMPLIANCE, Protection.MOST_UNTIL_MILLIS, false);
        };
    }

    /** Deletes a version if its lock lets it, which it must not. */
    void tryToDelete(String key, String versionId, Protection protection)
            throws InterruptedException {
        if (protection.isNone()) {
            return;
        }
        Objects.DeleteRequest request =
                new Objects.DeleteRequest(
                        new WriteId(Id128.random(random)),
                        bucket,
                        key,
                        versionId,
                        new Condition.Always(),
                        protection.mode() != Mode.GOVERNANCE);
        Told<Objects.Deletion> told =
                workload.repeated(
                        gateway ->
                                gateway.objects.delete(
                                        Workload.CALLER, request, workload.deadline()));
        if (told.value() != null) {
            checks.violated("a locked version was deleted: " + key + "/" + versionId);
        }
    }
}
