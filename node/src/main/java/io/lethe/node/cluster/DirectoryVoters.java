package io.lethe.node.cluster;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the directory group is: how every node and client finds the cluster's records.
 *
 * <p>Encoding: format u8 = 1, cluster id 16, count varint, that many (node 16, host string, rpc
 * port i32, generation varint).
 */
public record DirectoryVoters(Id128 cluster, List<Voter> voters) {
    private static final int FORMAT = 1;
    private static final int MOST_VOTERS = 100;

    /** A voter and its address when it was chosen. */
    public record Voter(NodeId node, String host, int rpcPort, int generation) {}

    public DirectoryVoters {
        voters = List.copyOf(voters);
    }

    public byte[] encode() {
        Encoder out = new Encoder(256).u8(FORMAT);
        cluster.encode(out);
        out.varint(voters.size());
        for (Voter voter : voters) {
            voter.node().id().encode(out);
            out.string(voter.host()).i32(voter.rpcPort()).varint(voter.generation());
        }
        return out.toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are none of this format
     */
    public static DirectoryVoters decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("directory voters of an unknown format");
        }
        Id128 cluster = Id128.decode(in);
        List<Voter> voters = new ArrayList<>();
        for (int left = in.count(MOST_VOTERS); left > 0; left--) {
            voters.add(
                    new Voter(
                            new NodeId(Id128.decode(in)),
                            in.string(),
                            in.i32(),
                            in.count(Integer.MAX_VALUE)));
        }
        in.end();
        return new DirectoryVoters(cluster, voters);
    }
}
