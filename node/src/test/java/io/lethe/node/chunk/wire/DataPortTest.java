package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DataPortTest {
    /** A test that waits longer for bytes or an end has failed. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final WireLoops loops = WireLoops.open(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private DataPort bind(int port) {
        return DataPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), loops);
    }

    private static Socket connect(DataPort port) throws IOException {
        Socket socket = new Socket();
        socket.connect(port.address(), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    @Test
    void aPortThatIsInUseIsNamedWithWhatToDo() {
        try (DataPort taken = bind(0)) {
            int port = taken.address().getPort();
            assertThat(port).isPositive();
            assertThatThrownBy(() -> bind(port))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                                assertThat(e).hasMessageContaining(String.valueOf(port));
                                assertThat(e).hasMessageContaining("listen.dataPort");
                            });
        }
    }

    @Test
    void connectionsAreClosedAtOnceUntilAServerTakesThem() throws IOException {
        try (DataPort port = bind(0)) {
            try (Socket early = connect(port)) {
                assertThat(early.getInputStream().read()).isEqualTo(-1);
            }
            port.serve(
                    channel -> {
                        byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
                        var _ = channel.writeAndFlush(channel.alloc().buffer().writeBytes(hello));
                    });
            try (Socket served = connect(port)) {
                byte[] said = served.getInputStream().readNBytes(5);
                assertThat(said).asString(StandardCharsets.US_ASCII).isEqualTo("hello");
            }
            port.serve(null);
            try (Socket late = connect(port)) {
                assertThat(late.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void aClosedPortIsFreeAgain() throws IOException {
        DataPort first = bind(0);
        int port = first.address().getPort();
        first.close();
        try (DataPort second = bind(port)) {
            assertThat(second.address().getPort()).isEqualTo(port);
        }
    }
}
