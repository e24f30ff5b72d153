package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {
    private static final long MIB = 1L << 20;

    private final Tasks tasks =
            new VirtualTasks(
                    Clock.system(),
                    (thread, failure) -> {
                        throw new AssertionError(thread.getName(), failure);
                    });
    private final MemoryBudget budget = new MemoryBudget(tasks, 4 * MIB);

    /** A task that takes a share, and the share once it has it. */
    private record Taking(Tasks.Task task, Promise<MemoryBudget.Share> share) {}

    private Taking taking(long bytes) {
        Promise<MemoryBudget.Share> share = tasks.promise();
        Tasks.Task task =
                tasks.fork(
                        "taking",
                        () -> {
                            try {
                                share.complete(budget.take(bytes));
                            } catch (InterruptedException e) {
                                share.fail(e);
                            }
                        });
        return new Taking(task, share);
    }

    private MemoryBudget.Share taken(Taking taking) throws Exception {
        return taking.share().await(tasks.clock().nanos() + TimeUnit.SECONDS.toNanos(20));
    }

    private boolean waits(Taking taking) throws Exception {
        try {
            var _ = taking.share().await(tasks.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(50));
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }

    @Test
    void aLargeRequestIsNotPassedBySmallOnes() throws Exception {
        MemoryBudget.Share first = budget.take(3 * MIB);
        Taking large = taking(4 * MIB);
        assertThat(waits(large)).isTrue();
        Taking small = taking(1);
        assertThat(waits(small)).as("though there is room for it").isTrue();
        first.close();
        MemoryBudget.Share all = taken(large);
        assertThat(waits(small)).isTrue();
        all.close();
        taken(small).close();
    }

    @Test
    void moreThanTheBudgetIsTheWholeBudget() throws Exception {
        MemoryBudget.Share all = budget.take(100 * MIB);
        Taking next = taking(1);
        assertThat(waits(next)).isTrue();
        all.close();
        taken(next).close();
    }

    @Test
    void whoGivesUpWaitingLeavesNothingTaken() throws Exception {
        MemoryBudget.Share half = budget.take(2 * MIB);
        Taking given = taking(4 * MIB);
        assertThat(waits(given)).isTrue();
        given.task().cancel();
        given.task().join();
        half.close();
        half.close(); // Once is enough: a second time gives nothing back.
        MemoryBudget.Share all = taken(taking(4 * MIB));
        assertThat(waits(taking(1))).isTrue();
        all.close();
    }
}
