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
                random.tenant(),
                random.text(),
                address(),
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
                random.tenant(),
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
                address(),
                random.write());
    }

    private String address() {
        return random.coin() ? "" : "10.0.0." + random.below(256);
    }

    private PartitionAnswer.Waiting waiting() {
        return new PartitionAnswer.Waiting(
                random.text(), random.tenant(), random.number(), random.number());
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
                new PartitionCommand.Delivered(
                        random.text(), random.tenant(), random.some(4, random::number)));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.Events(random.text(), random.tenant(), random.count()),
                new PartitionQuery.Waiters(
                        random.text(), random.coin() ? random.key() : null, random.count()));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.EventPage(
                        random.list(3, this::row), random.number(), random.number()),
                new PartitionAnswer.WaitingPage(
                        random.list(3, this::waiting), random.coin() ? random.key() : null));
    }
}
