package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.rpc.CliRequests;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RaftClassPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.alipay.remoting.rpc.RpcServer",
                "com.alipay.hessian.ClassNameResolver",
                "com.caucho.hessian.io.Hessian2Input",
                "com.taobao.remoting.Connection"
            })
    void boltAndHessianAreNotThere(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void theLibraryTakesOurFactory() {
        assertThat(RpcFactoryHelper.rpcFactory()).isInstanceOf(TransportRpcFactory.class);
    }

    @Test
    void filesAndTheCommandLineAreNotCarried() {
        assertThatThrownBy(
                        () ->
                                RaftMessages.encode(
                                        "g", RpcRequests.GetFileRequest.getDefaultInstance()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                RaftMessages.encode(
                                        "g", CliRequests.ResetPeerRequest.getDefaultInstance()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
