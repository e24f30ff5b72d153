package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/**
 * Gives the library its connections to other nodes. The library keeps one factory for the whole
 * process and finds it by priority; a client learns from its options which node it belongs to.
 */
@SPI(name = "lethe", priority = TransportRpcFactory.PRIORITY)
public final class TransportRpcFactory implements RaftRpcFactory {
    /** Above the library's own factory, which has 0. */
    static final int PRIORITY = 100;

    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // Messages are found by their type code: see RaftMessages.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        return new GroupRpcClient();
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("requests come in through RequestDispatch");
    }
}
