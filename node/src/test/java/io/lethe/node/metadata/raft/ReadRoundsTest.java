package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReadRoundsTest {
    private final SteppedClock clock = new SteppedClock();
    private final ModelTasks tasks = new ModelTasks(RandomSource.seeded(1));
    private final List<ReadRounds.Outcome> begun = new ArrayList<>();
    private final List<Runnable> delayed = new ArrayList<>();
    private final ReadRounds rounds =
            new ReadRounds(clock, begun::add, (task, delayMillis) -> delayed.add(task));

    private Promise<ReadResult> read(long withinNanos) {
        Promise<ReadResult> promise = tasks.promise();
        rounds.read(promise, clock.nanos() + withinNanos);
        return promise;
    }

    private static ReadResult result(Promise<ReadResult> promise) throws Exception {
        return promise.await(Long.MAX_VALUE);
    }

    @Test
    void readersThatWaitShareTheNextRoundAndNeverOneUnderWay() throws Exception {
        Promise<ReadResult> first = read(100);
        List<Promise<ReadResult>> joined = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            joined.add(read(100));
        }
        assertThat(begun).hasSize(1);
        begun.get(0).ready(5);
        assertThat(result(first)).isEqualTo(new ReadResult.Ready(5));
        assertThat(joined).noneMatch(Promise::isDone);
        assertThat(begun).hasSize(2);
        begun.get(1).ready(9);
        for (Promise<ReadResult> one : joined) {
            assertThat(result(one)).isEqualTo(new ReadResult.Ready(9));
        }
        assertThat(rounds.rounds()).isEqualTo(2);
    }

    @Test
    void aFailedRoundIsTriedAgainUntilTheDeadline() throws Exception {
        Promise<ReadResult> patient = read(100);
        Promise<ReadResult> hasty = read(10);
        begun.get(0).failed("busy");
        assertThat(delayed).hasSize(1);
        clock.advance(20);
        delayed.removeFirst().run();
        begun.get(1).failed("busy again");
        assertThat(result(hasty)).isEqualTo(new ReadResult.Unavailable("busy again"));
        assertThat(patient.isDone()).isFalse();
        delayed.removeFirst().run();
        begun.get(2).ready(3);
        assertThat(result(patient)).isEqualTo(new ReadResult.Ready(3));
    }

    @Test
    void closingAnswersEverybody() throws Exception {
        Promise<ReadResult> underWay = read(100);
        Promise<ReadResult> waiting = read(100);
        rounds.close();
        assertThat(result(waiting)).isInstanceOf(ReadResult.Unavailable.class);
        begun.get(0).failed("stopped");
        assertThat(result(underWay)).isInstanceOf(ReadResult.Unavailable.class);
        assertThat(result(read(100))).isInstanceOf(ReadResult.Unavailable.class);
        assertThat(rounds.rejected()).isEqualTo(1);
    }

    @Test
    void aReaderWhoseTimeIsUpLeavesTheQueue() throws Exception {
        var _ = read(1000);
        Promise<ReadResult> late = read(10);
        clock.advance(11);
        rounds.expire();
        assertThat(result(late)).isInstanceOf(ReadResult.Unavailable.class);
    }
}
