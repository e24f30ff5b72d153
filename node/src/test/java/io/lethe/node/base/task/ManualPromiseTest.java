package io.lethe.node.base.task;

class ManualPromiseTest extends PromiseContract {
    private final Tasks tasks = new ManualTasks();

    @Override
    protected Tasks tasks() {
        return tasks;
    }
}
