package io.lethe.node.base.task;

import io.lethe.node.base.Clock;

class VirtualPromiseTest extends PromiseContract {
    private final Tasks tasks =
            new VirtualTasks(
                    Clock.system(),
                    (_, fault) -> {
                        throw new AssertionError(fault);
                    });

    @Override
    protected Tasks tasks() {
        return tasks;
    }
}
