package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.SideBySide;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Objects.DeleteRequest;
import io.lethe.node.object.Objects.Deletion;
import io.lethe.node.object.Objects.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Deletes objects: one, or many of a bucket, those of a partition by commands of up to {@link
 * PartitionCommand#MOST_DELETES}, since a commit of its own for each costs more than the deletes.
 */
final class Deletions {
    /** Commands at once for one request, which is not alone: a commit waits for disks, mostly. */
    private static final int LANES = 2;

    /** Where each command is of one object. */
    private static final int LANES_OF_ONE = 16;

    private static final PartitionReply ELSEWHERE = new PartitionReply.WrongPartition(0);

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final Commits commits;

    Deletions(ObjectPorts ports, BucketGate gate, Commits commits) {
        this.ports = ports;
        this.gate = gate;
        this.commits = commits;
    }

    /** One of many on its way. */
    private record Wanted(
            int place, DeleteRequest request, Bytes key, PartitionCommand.Which which) {
        static Wanted of(int place, DeleteRequest request) {
            return new Wanted(
                    place,
                    request,
                    ObjectWriter.checkKey(request.key()),
                    VersionIds.parse(request.versionId()));
        }
    }

    Deletion one(Caller caller, DeleteRequest request, long deadlineNanos)
            throws InterruptedException {
        Wanted wanted = Wanted.of(0, request);
        BucketGate.Admitted first = gate.admit(caller, request.bucket(), deadlineNanos);
        return one(caller, first, wanted, deadlineNanos);
    }

    private Deletion one(
            Caller caller, BucketGate.Admitted first, Wanted wanted, long deadlineNanos)
            throws InterruptedException {
        return done(
                commits.fenced(
                        first,
                        rowKey(first, wanted),
                        admitted -> command(caller, admitted, wanted),
                        deadlineNanos));
    }

    private static Bytes rowKey(BucketGate.Admitted first, Wanted wanted) {
        return RowKeys.objectKey(first.bucket().id(), wanted.key());
    }

    private PartitionCommand command(Caller caller, BucketGate.Admitted admitted, Wanted wanted) {
        return commits.noted(
                caller,
                admitted.bucket(),
                wanted.key(),
                EventNotes.Cause.DELETE,
                new PartitionCommand.Delete(
                        wanted.request().request(),
                        admitted.bucket().id(),
                        wanted.key(),
                        caller.tenant(),
                        admitted.bucket().versioning(),
                        wanted.which(),
                        wanted.request().condition(),
                        wanted.request().bypassGovernance()));
    }

    private PartitionCommand command(
            Caller caller, BucketGate.Admitted admitted, List<Wanted> batch) {
        return new PartitionCommand.DeleteBatch(
                batch.stream().map(one -> command(caller, admitted, one)).toList());
    }

    private static Deletion done(PartitionReply reply) {
        if (reply
                instanceof
                PartitionReply.Deleted(long order, boolean nullVersion, boolean marker)) {
            return new Deletion(order == 0 ? "" : VersionIds.show(order, nullVersion), marker);
        }
        throw Commits.failure(reply);
    }

    /**
     * Deletes many, each with an outcome of its own.
     *
     * @param bucket of all requests
     * @throws StoreException when none was begun
     */
    List<Outcome> many(
            Caller caller, String bucket, List<DeleteRequest> requests, long deadlineNanos)
            throws InterruptedException {
        BucketGate.Admitted first = gate.admit(caller, bucket, deadlineNanos);
        boolean alone = ports.directory().featureLevel() < FeatureLevels.DELETE_BATCHES;
        int most = alone ? 1 : PartitionCommand.MOST_DELETES;
        @Nullable Outcome[] outcomes = new Outcome[requests.size()];
        Map<Optional<GroupId>, List<Wanted>> open = new LinkedHashMap<>();
        List<List<Wanted>> batches = new ArrayList<>();
        for (int i = 0; i < outcomes.length; i++) {
            try {
                Wanted wanted = Wanted.of(i, requests.get(i));
                List<Wanted> batch =
                        open.computeIfAbsent(
                                ports.directory()
                                        .partitionOf(rowKey(first, wanted))
                                        .map(record -> record.id()),
                                _ -> new ArrayList<>());
                if (batch.isEmpty()) {
                    batches.add(batch);
                }
                batch.add(wanted);
                if (batch.size() == most) {
                    open.values().remove(batch);
                }
            } catch (StoreException e) {
                outcomes[i] = new Outcome.Failed(e);
            }
        }
        SideBySide.run(
                ports.tasks(),
                "deletes",
                alone ? LANES_OF_ONE : LANES,
                batches.size(),
                i -> batch(caller, first, batches.get(i), outcomes, deadlineNanos));
        List<Outcome> all = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            all.add(java.util.Objects.requireNonNull(outcome));
        }
        return all;
    }

    private void batch(
            Caller caller,
            BucketGate.Admitted first,
            List<Wanted> batch,
            @Nullable Outcome[] outcomes,
            long deadlineNanos)
            throws InterruptedException {
        if (batch.size() == 1) {
            Wanted one = batch.getFirst();
            try {
                outcomes[one.place()] = new Outcome.Deleted(one(caller, first, one, deadlineNanos));
            } catch (StoreException e) {
                outcomes[one.place()] = new Outcome.Failed(e);
            }
            return;
        }
        PartitionReply reply;
        try {
            reply =
                    commits.fenced(
                            first,
                            rowKey(first, batch.getFirst()),
                            admitted -> command(caller, admitted, batch),
                            deadlineNanos);
        } catch (StoreException e) {
            batch.forEach(one -> outcomes[one.place()] = new Outcome.Failed(e));
            return;
        }
        List<PartitionReply> replies =
                reply instanceof PartitionReply.DeleteBatchDone done ? done.replies() : List.of();
        for (int i = 0; i < batch.size(); i++) {
            Wanted one = batch.get(i);
            outcomes[one.place()] =
                    outcome(
                            caller,
                            first,
                            one,
                            i < replies.size() ? replies.get(i) : ELSEWHERE,
                            deadlineNanos);
        }
    }

    /** What was prepared with something old, or for another partition, is run by itself. */
    private Outcome outcome(
            Caller caller,
            BucketGate.Admitted first,
            Wanted wanted,
            PartitionReply reply,
            long deadlineNanos)
            throws InterruptedException {
        boolean again =
                reply instanceof PartitionReply.Retry
                        || reply instanceof PartitionReply.WrongPartition;
        try {
            return new Outcome.Deleted(
                    again ? one(caller, first, wanted, deadlineNanos) : done(reply));
        } catch (StoreException e) {
            return new Outcome.Failed(again ? Commits.behind(e) : e);
        }
    }
}
