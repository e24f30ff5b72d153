package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.Setback;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Brings the index of a directory that was set back past the fences that partitions have from
 * before, on the elected controller: until then a partition that was fenced at an index which does
 * not exist any more refuses every write. Does nothing in a cluster that was never set back, nor
 * once it has looked at all partitions. One task.
 */
public final class IndexKeeper implements Worker {
    /** Entries a step: a second or two. */
    private static final int BATCH = 512;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    /** Removed where it ever was: an entry that changes nothing. */
    private static final String NOTHING = "setback.passing";

    private final ControllerPorts ports;
    private final Orders orders;
    private final Set<GroupId> passed = new HashSet<>();
    private long fence;

    public IndexKeeper(ControllerPorts ports) {
        this.ports = ports;
        orders = new Orders(ports);
    }

    @Override
    public String name() {
        return "directory-index";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            passed.clear();
            return new Step.Idle("another node is the controller");
        }
        if (Setback.recovered(ports.directory().setting(Setback.Recovered.SETTING)).isEmpty()) {
            return new Step.Idle("the directory was never set back");
        }
        StoreException silent = null;
        for (PartitionRecord one : ports.directory().partitions()) {
            try {
                if (!passed.contains(one.id())) {
                    look(one.id());
                }
            } catch (StoreException e) {
                // The others' writes must not wait for it.
                silent = e;
            }
        }
        long lacking = fence - ports.directory().index();
        for (int i = 0; i < Math.min(lacking, BATCH); i++) {
            var _ = orders.apply(new DirectoryCommand.PutSetting(NOTHING, ""));
        }
        if (lacking <= 0 && silent != null) {
            return new Step.Failed(String.valueOf(silent.getMessage()));
        }
        return lacking > 0
                ? new Step.Worked(lacking + " entries behind the highest fence")
                : new Step.Idle("past every fence");
    }

    private void look(GroupId partition) throws InterruptedException {
        PartitionAnswer answer =
                ports.metadata()
                        .queryIn(
                                partition,
                                new PartitionQuery.Summary(),
                                ports.tasks().clock().nanos() + ANSWER_WITHIN.toNanos());
        if (answer instanceof PartitionAnswer.Figures figures) {
            fence = Math.max(fence, figures.fence());
            passed.add(partition);
        }
    }
}
