package io.lethe.node.rpc;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.lethe.node.base.Check;
import java.util.List;

/** How gRPC connections are protected, and how nodes know each other on them. */
public interface RpcSecurity {
    /** Calls other nodes as a node. */
    ChannelFactory channels();

    /** What the server shows and asks for. */
    ServerCredentials server();

    /** Tells nodes from everybody else. */
    NodeGate gate();

    /**
     * In clear: for loopback only. Nodes show that they hold the same root keys.
     *
     * @param proofs the first is shown, each is accepted; at least one
     */
    static RpcSecurity plain(List<String> proofs) {
        Check.that(!proofs.isEmpty(), "nodes have a proof to show");
        NodeGate gate = NodeGate.byProof(proofs);
        ChannelFactory channels = ChannelFactory.plain(proofs.getFirst());
        return new RpcSecurity() {
            @Override
            public ChannelFactory channels() {
                return channels;
            }

            @Override
            public ServerCredentials server() {
                return InsecureServerCredentials.create();
            }

            @Override
            public NodeGate gate() {
                return gate;
            }
        };
    }
}
