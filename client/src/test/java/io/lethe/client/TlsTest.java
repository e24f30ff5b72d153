package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.fake.FakeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TLS, with certificates made for the test. */
final class TlsTest {
    @TempDir private Path directory = Path.of("");

    private record Identity(Path certificate, Path key) {}

    private Identity identity(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "k",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "SAN=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "password",
                                "-keystore",
                                store.toString())
                        .redirectErrorStream(true)
                        .start();
        String said =
                new String(
                        keytool.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore loaded = KeyStore.getInstance(store.toFile(), "password".toCharArray());
        Key key = loaded.getKey("k", "password".toCharArray());
        Identity identity =
                new Identity(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
        pem(identity.certificate, "CERTIFICATE", loaded.getCertificate("k").getEncoded());
        pem(identity.key, "PRIVATE KEY", key.getEncoded());
        return identity;
    }

    private static void pem(Path file, String type, byte[] bytes) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Path unusedFile =
                Files.writeString(
                        file,
                        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }

    @Test
    void serverIsTrustedByItsAuthorityOnlyAndAsksForTheClientsCertificate() throws Exception {
        Identity server = identity("server");
        Identity user = identity("user");
        Identity stranger = identity("stranger");
        try (FakeCluster cluster =
                FakeCluster.startTls(server.certificate, server.key, user.certificate)) {
            Tls good = Tls.trusting(server.certificate).withCertificate(user.certificate, user.key);
            try (LetheClient client = Clients.of(cluster).tls(good).build()) {
                assertThat(client.cluster().status().name()).isEqualTo("dev");
            }
            Tls distrusting =
                    Tls.trusting(stranger.certificate).withCertificate(user.certificate, user.key);
            for (Tls bad : new Tls[] {distrusting, Tls.trusting(server.certificate)}) {
                try (LetheClient client = Clients.of(cluster).tls(bad).build()) {
                    assertThatThrownBy(() -> client.cluster().status())
                            .isInstanceOf(LetheException.Unavailable.class);
                }
            }
        }
    }

    @Test
    void filesThatAreNoCertificatesAreRefusedAtOnce() throws Exception {
        Path file = Files.writeString(directory.resolve("ca.pem"), "no certificate");
        LetheClient.Builder builder =
                LetheClient.builder()
                        .endpoints("localhost:1")
                        .credentials("a", "b")
                        .tls(Tls.trusting(file));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PEM");
    }
}
