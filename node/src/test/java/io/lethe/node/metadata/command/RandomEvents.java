package io.lethe.node.metadata.command;

import java.util.List;

/** Random values of what is about events, in the manner of {@link RandomValues}. */
public final class RandomEvents {
    private final RandomValues random;

    public RandomEvents(RandomValues random) {
        this.random = random;
    }

    private EventNote note() {
        return new EventNote(
                random.text(),
                random.text(),
                random.list(
                        3,
                        () ->
                                new EventNote.Wanted(
                                        random.one(EventNote.Happened.values()),
                                        random.text(),
                                        "sink" + random.below(10),
                                        random.text())));
    }

    private EventRow row() {
        return new EventRow(
                random.number(),
                random.text(),
                random.text(),
                random.text(),
                random.key(),
                random.number(),
                random.coin(),
                random.number(),
                random.text(),
                random.number(),
                random.text(),
                random.write());
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.Noted(
                        new PartitionCommand.Delete(
                                random.write(),
                                random.bucketId(),
                                random.key(),
                                random.tenant(),
                                random.versioning(),
                                random.which(),
                                random.condition()),
                        note()),
                new PartitionCommand.Delivered(random.text(), random.some(4, random::number)));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(new PartitionQuery.Events(random.text(), random.count()));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.EventPage(
                        random.list(3, this::row), random.number(), random.number()));
    }
}
