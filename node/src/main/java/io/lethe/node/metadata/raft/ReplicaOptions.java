package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.option.NodeOptions;
import java.util.concurrent.Executor;

/**
 * The library's options of one replica, and what its {@link GroupRpcClient} needs besides: the
 * library hands these options to the client that it makes.
 */
final class ReplicaOptions extends NodeOptions {
    private final String group;
    private final RaftTransport transport;
    private final DurableVotes votes;
    private final Executor callbacks;

    ReplicaOptions(String group, RaftTransport transport, DurableVotes votes, Executor callbacks) {
        this.group = group;
        this.transport = transport;
        this.votes = votes;
        this.callbacks = callbacks;
    }

    String group() {
        return group;
    }

    RaftTransport transport() {
        return transport;
    }

    DurableVotes votes() {
        return votes;
    }

    /** Runs what becomes of calls, except appends, which the library orders itself. */
    Executor callbacks() {
        return callbacks;
    }
}
