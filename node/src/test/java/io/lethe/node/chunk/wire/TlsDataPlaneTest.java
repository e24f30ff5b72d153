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
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsDataPlaneTest extends ChunkPeersContract {
    @TempDir static Path certificates;
    private static final Predicate<X509Certificate> NODES =
            known -> !known.getSubjectX500Principal().getName().equals("CN=guest");

    private static Pem ours;
    private static Pem guest;
    private static Pem strangers;

    @BeforeAll
    static void make() throws IOException {
        ours = Certificates.make(certificates, "ours");
        strangers = Certificates.make(certificates, "strangers");
        guest = Certificates.make(certificates, "guest");
        Files.writeString(
                certificates.resolve("both.pem"),
                Files.readString(ours.certificate()) + Files.readString(guest.certificate()));
    }

    /** Trusts {@code ours} and {@code guest} as authorities. */
    private static TlsSettings settings(Pem own, Predicate<X509Certificate> peers) {
        return new TlsSettings(
                own.certificate(), own.key(), certificates.resolve("both.pem"), true, peers);
    }

    @Override
    WireFixture open(Path directory) {
        return new WireFixture(directory, new TlsContexts(settings(ours, NODES)), true);
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
    void whomTheAuthoritySignedButWhoIsNoNodeIsTurnedAwayAndNotCalled() {
        try (TlsContexts tls = new TlsContexts(guest.trusting(ours))) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        wire.until(
                "the failure is counted",
                () -> wire.server.counters().events(WireCounters.Event.TLS_FAILURE) > 0);
        try (TlsContexts tls = new TlsContexts(settings(ours, NODES.negate()))) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        try (TlsContexts tls = new TlsContexts(settings(ours, NODES))) {
            assertThat(readBy(tls)).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
        }
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
        TlsSettings settings =
                new TlsSettings(certificate, key, ours.certificate(), true, _ -> true);
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
        TlsSettings bad = new TlsSettings(missing, ours.key(), ours.certificate(), true, _ -> true);
        assertThatThrownBy(() -> new TlsContexts(bad))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("missing.pem");
    }
}
