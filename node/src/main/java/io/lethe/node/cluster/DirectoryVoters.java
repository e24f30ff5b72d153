package io.lethe.node.cluster;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the directory group is: how every node and client finds the cluster's records, and which
 * life each node's copy is in.
 *
 * <p>Encoding: format u8 = 1, cluster id 16, then founders, voters and learners, each as count
 * varint and that many (node 16, host string, rpc port i32, generation varint).
 *
 * @param founders who voted at first, as it was then: a founder that opens its copy for the first
 *     time starts from these, everybody else learns the members from the leader
 * @param learners every other node that was ever here
 */
public record DirectoryVoters(
        Id128 cluster, List<Voter> founders, List<Voter> voters, List<Voter> learners) {
    private static final int FORMAT = 1;

    /** Nodes of the largest cluster. */
    private static final int MOST_MEMBERS = 10_000;

    /**
     * A member and its address when it was chosen.
     *
     * @param generation of its copy: the Raft peer index, never used twice at one address
     */
    public record Voter(NodeId node, String host, int rpcPort, int generation) {}

    public DirectoryVoters {
        founders = List.copyOf(founders);
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }

    /** At the cluster's birth. */
    public DirectoryVoters(Id128 cluster, List<Voter> founders) {
        this(cluster, founders, founders, List.of());
    }

    /** Above that of every member and founder: never used before. */
    public int nextGeneration() {
        return 1
                + Stream.concat(
                                founders.stream(),
                                Stream.concat(voters.stream(), learners.stream()))
                        .mapToInt(Voter::generation)
                        .max()
                        .orElse(0);
    }

    /**
     * One copy goes on alone, in another generation; all others are to be made anew of it, so that
     * none that is there still can vote or learn.
     *
     * @param alone above all that are listed, and so are the generations of the others then
     */
    public DirectoryVoters alone(Voter alone) {
        List<Voter> others = new ArrayList<>();
        int next = Math.max(nextGeneration(), alone.generation() + 1);
        for (Voter one : Stream.concat(voters.stream(), learners.stream()).toList()) {
            if (!one.node().equals(alone.node())) {
                others.add(new Voter(one.node(), one.host(), one.rpcPort(), next++));
            }
        }
        return new DirectoryVoters(cluster, founders, List.of(alone), others);
    }

    /** A node's copy, whether it votes or not. */
    public Optional<Voter> member(NodeId node) {
        return Stream.concat(voters.stream(), learners.stream())
                .filter(one -> one.node().equals(node))
                .findFirst();
    }

    public byte[] encode() {
        Encoder out = new Encoder(256).u8(FORMAT);
        cluster.encode(out);
        encode(out, founders);
        encode(out, voters);
        encode(out, learners);
        return out.toArray();
    }

    private static void encode(Encoder out, List<Voter> members) {
        out.varint(members.size());
        for (Voter one : members) {
            one.node().id().encode(out);
            out.string(one.host()).i32(one.rpcPort()).varint(one.generation());
        }
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are none of this format
     */
    public static DirectoryVoters decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("directory voters of an unknown format");
        }
        DirectoryVoters voters =
                new DirectoryVoters(Id128.decode(in), members(in), members(in), members(in));
        in.end();
        return voters;
    }

    private static List<Voter> members(Decoder in) {
        List<Voter> members = new ArrayList<>();
        for (int left = in.count(MOST_MEMBERS); left > 0; left--) {
            members.add(
                    new Voter(
                            new NodeId(Id128.decode(in)),
                            in.string(),
                            in.i32(),
                            in.count(Integer.MAX_VALUE)));
        }
        return members;
    }
}
