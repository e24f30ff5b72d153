package io.lethe.node.base.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What holds for the promises of every scheduler, of production and of tests. */
public abstract class PromiseContract {
    private static final long MILLI = 1_000_000;

    /** A scheduler on which the test's own thread may wait for what is done, or time out. */
    protected abstract Tasks tasks();

    @Test
    void theFirstResultStaysWhateverComesAfterIt() throws Exception {
        Promise<String> promise = tasks().promise();
        assertThat(promise.isDone()).isFalse();
        assertThat(promise.complete("first")).isTrue();
        assertThat(promise.complete("second")).isFalse();
        assertThat(promise.fail(new IOException("late"))).isFalse();
        assertThat(promise.isDone()).isTrue();
        assertThat(promise.await(Long.MAX_VALUE)).isEqualTo("first");
    }

    @Test
    void anUncheckedFailureIsThrownAsItIsAndACheckedOneWrapped() {
        Promise<String> unchecked = tasks().promise();
        var broken = new IllegalStateException("broken");
        assertThat(unchecked.fail(broken)).isTrue();
        assertThat(unchecked.complete("late")).isFalse();
        assertThatThrownBy(() -> unchecked.await(Long.MAX_VALUE)).isSameAs(broken);

        Promise<String> error = tasks().promise();
        var fatal = new AssertionError("fatal");
        assertThat(error.fail(fatal)).isTrue();
        assertThatThrownBy(() -> error.await(Long.MAX_VALUE)).isSameAs(fatal);

        Promise<String> checked = tasks().promise();
        var lost = new IOException("lost");
        assertThat(checked.fail(lost)).isTrue();
        assertThatThrownBy(() -> checked.await(Long.MAX_VALUE))
                .isInstanceOf(CompletionException.class)
                .hasCause(lost);
    }

    @Test
    void callbacksAreCalledOnceWhetherTheyCameBeforeOrAfterTheResult() {
        List<String> seen = new ArrayList<>();
        Promise<String> promise = tasks().promise();
        promise.whenDone((value, failure) -> seen.add("before " + value + failure));
        assertThat(seen).isEmpty();
        promise.complete("x");
        promise.complete("y");
        promise.whenDone((value, failure) -> seen.add("after " + value + failure));
        assertThat(seen).containsExactly("before xnull", "after xnull");
    }

    @Test
    void waitingEndsAtTheDeadlineAndLeavesThePromiseOpen() throws Exception {
        Tasks tasks = tasks();
        Promise<String> promise = tasks.promise();
        assertThatThrownBy(() -> promise.await(tasks.clock().nanos() + MILLI))
                .isInstanceOf(TimeoutException.class);
        assertThat(promise.complete("still")).isTrue();
        assertThat(promise.await(tasks.clock().nanos() + MILLI)).isEqualTo("still");
    }

    @Test
    void aResultThatIsThereIsGivenAfterTheDeadlineToo() throws Exception {
        Tasks tasks = tasks();
        Promise<String> promise = tasks.promise();
        promise.complete("x");
        assertThat(promise.await(tasks.clock().nanos() - MILLI)).isEqualTo("x");
    }
}
