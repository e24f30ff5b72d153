package io.lethe.cli;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Ctrl-C has to undo: clients to close, which ends their puts and removes their half
 * downloads. {@link #run} is the process's shutdown hook. Safe for any thread.
 */
final class Interrupts implements Runnable {
    private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
    private volatile boolean interrupted;

    void add(Runnable action) {
        actions.add(action);
        if (interrupted) {
            action.run();
        }
    }

    void remove(Runnable action) {
        actions.remove(action);
    }

    /** Whether the command was stopped, so that its failures need no words. */
    boolean interrupted() {
        return interrupted;
    }

    @Override
    public void run() {
        if (!actions.isEmpty()) {
            interrupted = true;
        }
        actions.forEach(Runnable::run);
    }
}
