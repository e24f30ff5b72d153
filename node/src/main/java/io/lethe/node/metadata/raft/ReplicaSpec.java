package io.lethe.node.metadata.raft;

import io.lethe.node.model.GroupId;
import java.util.List;

/**
 * A replica to be opened on this node.
 *
 * @param generation of this replica
 * @param fresh true only for the first start of this generation: an empty store is made. Otherwise
 *     a missing store is refused, since a replica that lost its log and votes must not come back
 *     under its name
 * @param voters who founds the group together; all of them name the same, with this replica among
 *     them. Empty for a replica that joins a running group, which learns it from the leader
 * @param learners of the founded group
 */
public record ReplicaSpec(
        GroupId group,
        int generation,
        boolean fresh,
        List<RaftPeer> voters,
        List<RaftPeer> learners) {
    public ReplicaSpec {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }
}
