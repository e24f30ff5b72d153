package io.lethe.node.metadata.raft;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.PromiseContract;
import io.lethe.node.base.task.Tasks;

class ModelPromiseTest extends PromiseContract {
    private final Tasks tasks = new ModelTasks(RandomSource.seeded(1));

    @Override
    protected Tasks tasks() {
        return tasks;
    }
}
