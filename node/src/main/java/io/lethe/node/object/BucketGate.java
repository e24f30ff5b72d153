package io.lethe.node.object;

import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.util.Optional;

/**
 * Where every request is validated against this node's copy of the directory. A positive answer
 * comes from the copy, under a lease; "no such bucket" only after a read-index round.
 */
final class BucketGate {
    /**
     * @param checkedAt the directory index that the check is at least as new as
     */
    record Admitted(BucketRecord bucket, long checkedAt, Caller caller) {}

    private final Directory directory;
    private final Metadata metadata;
    private final Lease lease;

    BucketGate(Directory directory, Metadata metadata, Lease lease) {
        this.directory = directory;
        this.metadata = metadata;
        this.lease = lease;
    }

    /**
     * @throws StoreException NO_SUCH_BUCKET, also for a bucket that is being deleted or is another
     *     tenant's; ACCESS_DENIED as {@link Standing#check}
     */
    Admitted admit(Caller caller, String name, long deadlineNanos) throws InterruptedException {
        lease.check();
        Optional<Admitted> found = look(caller, name);
        if (found.isEmpty()) {
            metadata.catchUpDirectory(deadlineNanos);
            found = look(caller, name);
        }
        return found.orElseThrow(
                () -> new StoreException(ErrorCode.NO_SUCH_BUCKET, none(caller.tenant(), name)));
    }

    /** As {@link #admit}, of a request that sets or asks for what only Object Lock keeps. */
    Admitted admitLocked(Caller caller, String name, long deadlineNanos)
            throws InterruptedException {
        Admitted found = admit(caller, name, deadlineNanos);
        if (found.bucket().lock() == null) {
            found = admitAgain(caller, name, deadlineNanos);
            ObjectLocks.check(found.bucket());
        }
        return found;
    }

    /** As {@link #admit}, of a request that stores an object with this protection. */
    Admitted admit(Caller caller, String name, Protection asked, long deadlineNanos)
            throws InterruptedException {
        return asked.isNone()
                ? admit(caller, name, deadlineNanos)
                : admitLocked(caller, name, deadlineNanos);
    }

    private String none(TenantId tenant, String name) {
        return directory.bucket(tenant, name).isPresent()
                ? "bucket '"
                        + name
                        + "' is being deleted; should that have stopped half way, finish it with"
                        + " 'lethe rb "
                        + name
                        + "'"
                : "there is no bucket '" + name + "'; make it with 'lethe mb " + name + "'";
    }

    /** As {@link #admit}, after the copy has reached an index at which a partition is fenced. */
    Admitted admitAgain(Caller caller, String name, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return admit(caller, name, deadlineNanos);
    }

    /**
     * Admits a deletion: of a bucket marked for it too, whose first deletion may have stopped half
     * way.
     */
    BucketRecord admitDelete(Caller caller, String name, long deadlineNanos)
            throws InterruptedException {
        lease.check();
        Standing.check(directory, caller);
        Optional<BucketRecord> found = directory.bucket(caller.tenant(), name);
        return found.isPresent() ? found.get() : admit(caller, name, deadlineNanos).bucket();
    }

    private Optional<Admitted> look(Caller caller, String name) {
        // The index is read first: what is read afterwards is at least as new.
        long checkedAt = directory.index();
        Standing.check(directory, caller);
        return directory
                .bucket(caller.tenant(), name)
                .filter(bucket -> bucket.state() == BucketRecord.State.ACTIVE)
                .map(bucket -> new Admitted(bucket, checkedAt, caller));
    }
}
