package io.lethe.node.tenant;

import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.function.LongFunction;

/** Has the directory change tenants and users, and waits for the effect. Safe for any task. */
final class Orders {
    /** Each time another removal came between. */
    private static final int MOST_SENDS = 10;

    private final Metadata metadata;
    private final Directory directory;
    private final InEffect effect;

    Orders(Metadata metadata, Directory directory, InEffect effect) {
        this.metadata = metadata;
        this.directory = directory;
        this.effect = effect;
    }

    /** Which change it is, and how far it must have gone when it is answered. */
    enum Until {
        /** This node's copy has it: others ask before they say that there is none. */
        KNOWN_HERE,
        /** Every node goes by it. */
        EVERYWHERE,
        /** Every node goes by it, and so do writes that were begun before. */
        WRITES_TOO
    }

    /**
     * @throws StoreException what the directory refuses it with; OUTCOME_UNKNOWN where it is made
     *     and not in effect by the deadline
     */
    void apply(DirectoryCommand command, Until until, long deadlineNanos)
            throws InterruptedException {
        applySeen(_ -> command, until, deadlineNanos);
    }

    /** The same with a command that is made for what this node has seen of the directory. */
    void applySeen(LongFunction<DirectoryCommand> command, Until until, long deadlineNanos)
            throws InterruptedException {
        for (int i = 1; ; i++) {
            Metadata.Applied applied =
                    metadata.execute(command.apply(directory.index()), 0, deadlineNanos);
            if (!(applied.reply() instanceof DirectoryReply.Refused(ErrorCode code, String why))) {
                if (until == Until.KNOWN_HERE) {
                    metadata.catchUpDirectory(deadlineNanos);
                } else {
                    effect.await(applied.index(), until == Until.WRITES_TOO, deadlineNanos);
                }
                return;
            }
            if (code != ErrorCode.STALE_EPOCH || i == MOST_SENDS) {
                throw new StoreException(code, why);
            }
            metadata.catchUpDirectory(deadlineNanos);
        }
    }
}
