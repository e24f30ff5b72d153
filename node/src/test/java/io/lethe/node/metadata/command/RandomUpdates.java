package io.lethe.node.metadata.command;

import java.util.List;

/** Random commands that change versions where they lie. */
public final class RandomUpdates {
    private final RandomValues random;

    public RandomUpdates(RandomValues random) {
        this.random = random;
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.SetInfo(
                        random.bucketId(),
                        random.key(),
                        random.number(),
                        random.bytes(0, 50),
                        random.bytes(0, 50)));
    }
}
