package io.lethe.node.sim;

import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import java.util.List;

/** Deletes an object in either way that there is. Stateless. */
final class Deleting {
    private Deleting() {}

    /** By itself, or with one that is of nothing. */
    static Objects.Deletion delete(
            Objects objects, Objects.DeleteRequest request, RandomSource random, long deadlineNanos)
            throws InterruptedException {
        if (random.nextInt(2) == 0) {
            return objects.delete(Workload.CALLER, request, deadlineNanos);
        }
        Objects.DeleteRequest other =
                new Objects.DeleteRequest(
                        new WriteId(Id128.random(random)),
                        request.bucket(),
                        request.key() + "-never",
                        "",
                        new Condition.Always());
        List<Objects.Outcome> outcomes =
                objects.deleteAll(
                        Workload.CALLER, request.bucket(), List.of(other, request), deadlineNanos);
        return switch (outcomes.getLast()) {
            case Objects.Outcome.Deleted(Objects.Deletion done) -> done;
            case Objects.Outcome.Failed(StoreException failure) -> throw failure;
        };
    }
}
