package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.chunk.wire.Certificates.Pem;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsDataPlaneTest extends ChunkPeersContract {
    @TempDir static Path certificates;
    private static Pem ours;
    private static Pem strangers;

    @BeforeAll
    static void make() {
        ours = Certificates.make(certificates, "ours");
        strangers = Certificates.make(certificates, "strangers");
    }

    @Override
    WireFixture open(Path directory) {
        return new WireFixture(directory, new TlsContexts(ours.trusting(ours)), true);
    }

    private ErrorCode readBy(@Nullable TlsContexts tls) {
        DataPlaneClient other = wire.client(WireFixture.clientConfig(), tls);
        ChunkKey key = WireFixture.key(1, 0);
        Ticket ticket = WireFixture.ticket(Ticket.Operation.READ, key);
        try {
            return wire.failure(other.read(wire.device, ticket, key, 0, 1, wire.deadline()));
        } finally {
            other.close();
        }
    }

    @Test
    void aClientWithoutTlsIsTurnedAway() {
        assertThat(readBy(null)).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aStrangersCertificateIsTurnedAwayByTheServer() {
        try (TlsContexts tls = new TlsContexts(strangers.trusting(ours))) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        wire.until(
                "the failure is counted",
                () -> wire.server.counters().events(WireCounters.Event.TLS_FAILURE) > 0);
    }

    @Test
    void aServerThatTheClientDoesNotTrustIsLeft() {
        try (TlsContexts tls = new TlsContexts(ours.trusting(strangers))) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.UNAVAILABLE);
        }
    }

    @Test
    void certificatesAreReadAgainOnReload() throws IOException {
        Path certificate = certificates.resolve("changing.pem");
        Path key = certificates.resolve("changing.key");
        Files.copy(strangers.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(strangers.key(), key, StandardCopyOption.REPLACE_EXISTING);
        TlsSettings settings = new TlsSettings(certificate, key, ours.certificate(), true);
        try (TlsContexts tls = new TlsContexts(settings)) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.UNAVAILABLE);
            Files.copy(ours.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(ours.key(), key, StandardCopyOption.REPLACE_EXISTING);
            tls.reload();
            assertThat(readBy(tls)).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
        }
    }

    @Test
    void unusableFilesAreNamed() {
        Path missing = certificates.resolve("missing.pem");
        TlsSettings bad = new TlsSettings(missing, ours.key(), ours.certificate(), true);
        assertThatThrownBy(() -> new TlsContexts(bad))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("missing.pem");
    }
}
