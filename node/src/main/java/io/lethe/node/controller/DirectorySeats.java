package io.lethe.node.controller;

import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.DirectoryVoters.Voter;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has a copy of the directory, in which life, and who of them votes. Pure. What is wrong is
 * mended in this order, one member at a time:
 *
 * <pre>
 * a node that is not listed            becomes a learner
 * a copy that is damaged, or at        becomes the next generation; a voter only while a majority
 *   another address than listed        of the voters is well without it
 * a voter that is lost or leaves       changes places with a learner that is here, under the same
 *                                      condition, best in a domain without another voter
 * fewer voters than at first           one more, a learner chosen in the same way, while all that
 *                                      there are are well
 * </pre>
 *
 * <p>A new generation is above every listed one, and nobody is ever taken off the list: so no peer
 * name is used twice, even where a node was set up anew at the address of another.
 */
final class DirectorySeats {
    private DirectorySeats() {}

    /**
     * What the plan goes by.
     *
     * @param here who is registered
     * @param lost nodes that have been away for so long that others shall vote in their place
     * @param leaving nodes that shall not vote any more, whether they are here or not
     * @param domain a node's failure domain
     */
    record View(
            Map<NodeId, Registration> here,
            Set<NodeId> lost,
            Set<NodeId> leaving,
            Function<NodeId, String> domain) {
        /** Whether others shall vote in its place. */
        boolean unwanted(NodeId node) {
            return lost.contains(node) || leaving.contains(node);
        }
    }

    /** With a learner's place for every node that is here and has none. */
    static DirectoryVoters seated(DirectoryVoters now, Map<NodeId, Registration> here) {
        List<Voter> learners = new ArrayList<>(now.learners());
        int next = now.nextGeneration();
        // Of a directory that was made of a backup nobody knows who had a copy of the old one.
        boolean anew = now.founders().stream().allMatch(one -> one.generation() > 0);
        for (Registration said : here.values()) {
            if (now.member(said.node()).isEmpty()) {
                boolean taken = anew || members(now).anyMatch(one -> isAt(one, said));
                learners.add(
                        new Voter(said.node(), said.host(), said.rpcPort(), taken ? next++ : 0));
            }
        }
        return new DirectoryVoters(now.cluster(), now.founders(), now.voters(), learners);
    }

    private static Stream<Voter> members(DirectoryVoters now) {
        return Stream.concat(
                now.founders().stream(),
                Stream.concat(now.voters().stream(), now.learners().stream()));
    }

    private static boolean isAt(Voter member, Registration said) {
        return member.host().equals(said.host()) && member.rpcPort() == said.rpcPort();
    }

    /** The next change; empty when all is as it should be, or nothing can be done. */
    static Optional<DirectoryVoters> next(DirectoryVoters now, View view) {
        DirectoryVoters seated = seated(now, view.here());
        if (!seated.equals(now)) {
            return Optional.of(seated);
        }
        return renewed(now, view).or(() -> replaced(now, view)).or(() -> grown(now, view));
    }

    /** A directory that was made anew of one copy gets as many voters as it had. */
    private static Optional<DirectoryVoters> grown(DirectoryVoters now, View view) {
        boolean lacks = now.voters().size() < now.founders().size();
        if (!lacks || !now.voters().stream().allMatch(one -> isWell(one, view))) {
            return Optional.empty();
        }
        return spare(now, null, view)
                .map(
                        spare -> {
                            List<Voter> voters = new ArrayList<>(now.voters());
                            voters.add(spare);
                            List<Voter> learners = new ArrayList<>(now.learners());
                            learners.remove(spare);
                            return new DirectoryVoters(
                                    now.cluster(), now.founders(), voters, learners);
                        });
    }

    private static Optional<DirectoryVoters> renewed(DirectoryVoters now, View view) {
        for (Voter old : now.learners()) {
            if (isSpoilt(old, view)) {
                List<Voter> learners = new ArrayList<>(now.learners());
                learners.set(learners.indexOf(old), renew(now, old, view));
                return Optional.of(
                        new DirectoryVoters(now.cluster(), now.founders(), now.voters(), learners));
            }
        }
        for (Voter old : now.voters()) {
            if (isSpoilt(old, view) && othersSuffice(now, old, view)) {
                List<Voter> voters = new ArrayList<>(now.voters());
                voters.set(voters.indexOf(old), renew(now, old, view));
                return Optional.of(
                        new DirectoryVoters(now.cluster(), now.founders(), voters, now.learners()));
            }
        }
        return Optional.empty();
    }

    private static Voter renew(DirectoryVoters now, Voter old, View view) {
        Registration said = view.here().get(old.node());
        return said == null
                ? old
                : new Voter(old.node(), said.host(), said.rpcPort(), now.nextGeneration());
    }

    private static boolean isSpoilt(Voter member, View view) {
        Registration said = view.here().get(member.node());
        return said != null
                && (!isAt(member, said)
                        || said.damaged()
                                .contains(
                                        new Registration.Damaged(
                                                GroupId.DIRECTORY.value(), member.generation())));
    }

    private static boolean isWell(Voter member, View view) {
        return view.here().containsKey(member.node()) && !isSpoilt(member, view);
    }

    private static boolean othersSuffice(DirectoryVoters now, Voter without, View view) {
        long well =
                now.voters().stream()
                        .filter(one -> !one.equals(without) && isWell(one, view))
                        .count();
        return well > now.voters().size() / 2;
    }

    private static Optional<DirectoryVoters> replaced(DirectoryVoters now, View view) {
        for (Voter old : now.voters()) {
            if (view.unwanted(old.node()) && othersSuffice(now, old, view)) {
                Optional<Voter> spare = spare(now, old, view);
                if (spare.isPresent()) {
                    List<Voter> voters = new ArrayList<>(now.voters());
                    voters.set(voters.indexOf(old), spare.get());
                    List<Voter> learners = new ArrayList<>(now.learners());
                    learners.set(learners.indexOf(spare.get()), old);
                    return Optional.of(
                            new DirectoryVoters(now.cluster(), now.founders(), voters, learners));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Voter> spare(DirectoryVoters now, @Nullable Voter lost, View view) {
        Set<String> taken = new HashSet<>();
        now.voters().stream()
                .filter(one -> !one.equals(lost))
                .forEach(one -> taken.add(view.domain().apply(one.node())));
        return now.learners().stream()
                .filter(one -> isWell(one, view) && !view.unwanted(one.node()))
                .filter(
                        one -> {
                            Registration said = view.here().get(one.node());
                            return said != null && said.roles().contains(NodeRecord.Role.METADATA);
                        })
                .min(
                        Comparator.<Voter, Boolean>comparing(
                                        one -> taken.contains(view.domain().apply(one.node())))
                                .thenComparing(Voter::node));
    }
}
