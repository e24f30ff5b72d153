package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.DirectoryCommand.EnrolSigner;
import io.lethe.node.metadata.command.DirectoryCommand.PublishCheckpoint;
import io.lethe.node.metadata.command.DirectoryCommand.RevokeSigner;
import io.lethe.node.model.SignerRecord;
import java.util.List;

/** Random values of what is about the transparency log, in the manner of {@link RandomValues}. */
public final class RandomLog {
    private final RandomValues random;

    public RandomLog(RandomValues random) {
        this.random = random;
    }

    /** One command of each type. */
    public List<DirectoryCommand> commands() {
        return List.of(
                new EnrolSigner(
                        new SignerRecord(
                                random.one(SignerRecord.Kind.values()),
                                random.bytes(0, 32),
                                random.maybe(random::node),
                                random.bytes(0, 60),
                                random.count() - 1,
                                random.count() - 1)),
                new RevokeSigner(random.bytes(0, 32), random.number() >>> 1),
                new PublishCheckpoint(random.number() >>> 1, random.bytes(0, 300)));
    }
}
