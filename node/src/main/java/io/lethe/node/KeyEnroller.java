package io.lethe.node;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;

/**
 * Has the key by which this node signs its receipts enrolled in the transparency log, once the
 * directory knows the node. One task.
 */
final class KeyEnroller implements Worker {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Tasks tasks;
    private final Directory directory;
    private final Metadata metadata;
    private final NodeId self;
    private final Bytes publicKey;

    KeyEnroller(Tasks tasks, Directory directory, Metadata metadata, NodeId self, Bytes publicKey) {
        this.tasks = tasks;
        this.directory = directory;
        this.metadata = metadata;
        this.self = self;
        this.publicKey = publicKey;
    }

    @Override
    public String name() {
        return "key-enrolment";
    }

    @Override
    public Step step() throws InterruptedException {
        boolean known =
                directory.featureLevel() >= FeatureLevels.LOG
                        && directory.node(self).filter(one -> !one.removed()).isPresent();
        if (!known) {
            return new Step.Idle("the directory does not know this node yet");
        }
        for (SignerRecord one : directory.signers()) {
            if (one.publicKey().equals(publicKey)) {
                return new Step.Idle(
                        one.revoked()
                                ? "this node's key was revoked: its receipts count for nothing"
                                : "enrolled by leaf " + one.enrolledLeaf());
            }
        }
        DirectoryReply reply =
                metadata.execute(
                                new DirectoryCommand.EnrolSigner(
                                        new SignerRecord(
                                                SignerRecord.Kind.NODE,
                                                publicKey,
                                                self,
                                                Bytes.EMPTY,
                                                -1,
                                                -1)),
                                0,
                                tasks.clock().nanos() + WITHIN.toNanos())
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
            throw new StoreException(code, message);
        }
        return new Step.Worked("enrolled this node's key");
    }
}
