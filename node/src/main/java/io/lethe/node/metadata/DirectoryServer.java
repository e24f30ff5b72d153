package io.lethe.node.metadata;

import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandCodec.DirectoryEntry;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeoutException;

/**
 * The directory's replica on this node: executes commands where it leads. Questions have no place
 * here, since every node reads its own copy ({@link LocalDirectory}). Safe for any thread.
 */
public final class DirectoryServer implements GroupServer {
    private final Wiring wiring;
    private final Proposer proposer;
    private final GroupExports exports;

    public DirectoryServer(Wiring wiring) {
        this.wiring = wiring;
        proposer = wiring.proposer();
        exports = new GroupExports(wiring.self(), wiring);
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
                                CommandLevels.of(entry.command()),
                                stamp -> CommandCodec.encode(stamp, entry.command()),
                                deadlineNanos));
            }
            case MetadataRequest.Ask _ ->
                    new MetadataResponse.Failed(
                            ErrorCode.INVALID_ARGUMENT,
                            "the directory is asked on the node itself, not through its leader");
            case MetadataRequest.Verify _,
                    MetadataRequest.Members _,
                    MetadataRequest.Configuration _ ->
                    new MetadataResponse.Failed(
                            ErrorCode.INVALID_ARGUMENT, "partitions are asked that");
            case MetadataRequest.Export export -> export(export, deadlineNanos);
            case MetadataRequest.Status _ -> new MetadataResponse.Stands(wiring.status(proposer));
        };
    }

    private MetadataResponse export(MetadataRequest.Export request, long deadlineNanos)
            throws InterruptedException {
        try {
            return exports.next(request, deadlineNanos);
        } catch (StoreException e) {
            return new MetadataResponse.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            return new MetadataResponse.Failed(
                    ErrorCode.DEADLINE, "the directory did not answer before the deadline");
        }
    }
}
