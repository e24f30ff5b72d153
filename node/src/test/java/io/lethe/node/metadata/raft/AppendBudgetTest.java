package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AppendBudgetTest {
    private final AppendBudget budget = new AppendBudget(100);

    @Test
    void bytesAreHeldUntilTheirEntriesApply() {
        assertThat(budget.admit(1, 5, 60)).isTrue();
        assertThat(budget.admit(1, 8, 60)).isFalse();
        assertThat(budget.rejected()).isEqualTo(1);
        budget.applied(4);
        assertThat(budget.admit(1, 8, 60)).isFalse();
        budget.applied(5);
        assertThat(budget.bytes()).isZero();
        assertThat(budget.admit(1, 8, 60)).isTrue();
    }

    @Test
    void anAppendLargerThanTheBudgetGoesAlone() {
        assertThat(budget.admit(1, 5, 1000)).isTrue();
        assertThat(budget.admit(1, 6, 1)).isFalse();
    }

    @Test
    void aNewLeaderDoesNotWaitForEntriesThatMayNeverCommit() {
        assertThat(budget.admit(1, 5, 100)).isTrue();
        assertThat(budget.admit(2, 3, 100)).isTrue();
        assertThat(budget.bytes()).isEqualTo(100);
    }
}
