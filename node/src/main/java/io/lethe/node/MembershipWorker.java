package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.metadata.raft.ReplicatedLog.Membership;
import io.lethe.node.model.GroupId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Brings a group's members into line with the cluster's records, where this node leads the group:
 * one change a step, never two at once (protocols, the Raft library). New voters come before others
 * go, so that a group is never smaller than it must be; but a voter that is replaced by its next
 * generation goes first, since both have one address. One task.
 */
final class MembershipWorker implements Worker {
    /** A new voter catches up before the change commits. */
    private static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final GroupId group;
    private final ReplicatedLog replica;
    private final Tasks tasks;
    private final Supplier<Optional<List<RaftPeer>>> voters;
    private final Supplier<Optional<List<RaftPeer>>> learners;
    private final Admission admission;

    /** What comes before a replica is added: its copy of the keys is registered. */
    interface Admission {
        /**
         * @throws io.lethe.node.model.StoreException when the replica can't be admitted now
         */
        void admit(RaftPeer peer) throws InterruptedException;
    }

    /**
     * @param voters who should vote; empty when that is not known now
     * @param learners who should learn
     * @param admission asked before each replica that is added
     */
    MembershipWorker(
            GroupId group,
            ReplicatedLog replica,
            Tasks tasks,
            Supplier<Optional<List<RaftPeer>>> voters,
            Supplier<Optional<List<RaftPeer>>> learners,
            Admission admission) {
        this.admission = admission;
        this.group = group;
        this.replica = replica;
        this.tasks = tasks;
        this.voters = voters;
        this.learners = learners;
    }

    @Override
    public String name() {
        return "members/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        if (!replica.leadership().isLeader()) {
            return new Step.Idle("another node leads");
        }
        Optional<List<RaftPeer>> wantedVoters = voters.get();
        Optional<List<RaftPeer>> wantedLearners = learners.get();
        if (wantedVoters.isEmpty() || wantedLearners.isEmpty()) {
            return new Step.Idle("the members are not known now");
        }
        Membership now = replica.membership();
        Optional<Promise<ChangeResult>> change =
                change(now, Set.copyOf(wantedVoters.get()), Set.copyOf(wantedLearners.get()));
        if (change.isEmpty()) {
            return new Step.Idle(
                    now.voters().size() + " voters, " + now.learners().size() + " learners");
        }
        try {
            ChangeResult result = change.get().await(tasks.clock().nanos() + WITHIN_NANOS);
            return result instanceof ChangeResult.Refused(String reason, boolean _)
                    ? new Step.Failed(reason)
                    : Step.worked();
        } catch (TimeoutException e) {
            return new Step.Failed("a change of members took longer than five minutes");
        }
    }

    /** Whoever leads hands over before it goes, so that nobody waits for an election. */
    private Promise<ChangeResult> remove(
            RaftPeer peer, Membership now, Set<RaftPeer> wantedVoters) {
        Optional<RaftPeer> next = now.voters().stream().filter(wantedVoters::contains).findFirst();
        return next.isPresent() && peer.equals(replica.leadership().leader())
                ? replica.transferLeadership(next.get())
                : replica.removeVoter(peer);
    }

    private Optional<Promise<ChangeResult>> change(
            Membership now, Set<RaftPeer> wantedVoters, Set<RaftPeer> wantedLearners)
            throws InterruptedException {
        for (RaftPeer peer : now.learners()) {
            if (!wantedLearners.contains(peer) && !wantedVoters.contains(peer)) {
                return Optional.of(replica.removeLearner(peer));
            }
        }
        Set<RaftPeer> lacking = new HashSet<>(wantedVoters);
        now.voters().forEach(lacking::remove);
        Set<RaftAddress> voting = new HashSet<>();
        now.voters().forEach(peer -> voting.add(peer.address()));
        for (RaftPeer peer : lacking) {
            if (!voting.contains(peer.address())) {
                admission.admit(peer);
                return Optional.of(replica.addVoter(peer));
            }
        }
        // What is left to add takes the place of a voter at its own address, which goes first.
        for (RaftPeer peer : now.voters()) {
            if (!wantedVoters.contains(peer)) {
                return Optional.of(remove(peer, now, wantedVoters));
            }
        }
        for (RaftPeer peer : wantedLearners) {
            if (!now.learners().contains(peer) && !now.voters().contains(peer)) {
                admission.admit(peer);
                return Optional.of(replica.addLearner(peer));
            }
        }
        return Optional.empty();
    }
}
