package io.lethe.node.metadata;

import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandCodec.DirectoryEntry;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.model.ErrorCode;

/**
 * The directory's replica on this node: executes commands where it leads. Questions have no place
 * here, since every node reads its own copy ({@link LocalDirectory}). Safe for any thread.
 */
public final class DirectoryServer implements GroupServer {
    private final Wiring wiring;
    private final Proposer proposer;

    public DirectoryServer(Wiring wiring) {
        this.wiring = wiring;
        proposer = wiring.proposer();
    }

    @Override
    public ReplicatedLog log() {
        return wiring.log();
    }

    @Override
    public MetadataResponse handle(MetadataRequest request, long deadlineNanos)
            throws InterruptedException {
        return switch (request) {
            case MetadataRequest.Execute execute -> {
                DirectoryEntry entry = CommandCodec.decodeDirectory(execute.entry());
                yield GroupServer.response(
                        proposer.propose(
                                entry.stamp(),
                                stamp -> CommandCodec.encode(stamp, entry.command()),
                                deadlineNanos));
            }
            case MetadataRequest.Ask _ ->
                    new MetadataResponse.Failed(
                            ErrorCode.INVALID_ARGUMENT,
                            "the directory is asked on the node itself, not through its leader");
            case MetadataRequest.Verify _, MetadataRequest.Members _ ->
                    new MetadataResponse.Failed(
                            ErrorCode.INVALID_ARGUMENT, "partitions are asked that");
            case MetadataRequest.Status _ -> new MetadataResponse.Stands(wiring.status(proposer));
        };
    }
}
