package io.lethe.node.metadata;

import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Which groups have a replica on this node. Owns none of them. Safe for any thread. */
public final class GroupServers implements MetadataServer {
    private final ConcurrentMap<GroupId, GroupServer> servers = new ConcurrentHashMap<>();

    public void add(GroupId group, GroupServer server) {
        servers.put(group, server);
    }

    public void remove(GroupId group) {
        servers.remove(group);
    }

    public Optional<GroupServer> get(GroupId group) {
        return Optional.ofNullable(servers.get(group));
    }

    /** In order of their numbers. */
    public List<GroupId> groups() {
        return servers.keySet().stream().sorted().toList();
    }

    @Override
    public byte[] handle(GroupId group, byte[] request, long deadlineNanos)
            throws InterruptedException {
        try {
            return MetadataResponse.encode(
                    handle(group, MetadataRequest.decode(request), deadlineNanos));
        } catch (CorruptEncoding e) {
            return MetadataResponse.encode(
                    new MetadataResponse.Failed(
                            ErrorCode.INVALID_ARGUMENT,
                            "the request can't be read; is the sender of another version? "
                                    + e.getMessage()));
        }
    }

    /** The same without the way through bytes, for this node's own requests. */
    MetadataResponse handle(GroupId group, MetadataRequest request, long deadlineNanos)
            throws InterruptedException {
        GroupServer server = servers.get(group);
        if (server == null) {
            return new MetadataResponse.NotLeader(null);
        }
        try {
            return server.handle(request, deadlineNanos);
        } catch (RuntimeException e) {
            // A replica that was taken off under the request has no table to answer from.
            if (servers.get(group) == server) {
                throw e;
            }
            return new MetadataResponse.Failed(
                    ErrorCode.OUTCOME_UNKNOWN, "the replica of " + group + " is closed here");
        }
    }
}
