package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.crypto.RootKeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CaCommandTest {
    @TempDir private Path dir = Path.of("");

    private static void run(Object command, String... arguments) {
        CommandLine line = new CommandLine(command);
        var _ = new CommandLine.RunLast().execute(line.parseArgs(arguments));
    }

    private void ca(String... arguments) {
        run(new CaCommand(), arguments);
    }

    private String mode(String file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(file)));
    }

    @Test
    void anAuthorityAndANodesCertificateAreMade() throws Exception {
        ca("init", "--dir", dir.resolve("tls").toString());
        ca("issue", "--dir", dir + "/tls", "--host", "n1.example.org", "--host", "10.0.0.1");

        X509Certificate node = PemFiles.certificate(dir.resolve("tls/n1.example.org.pem"));
        node.verify(PemFiles.certificate(dir.resolve("tls/ca.pem")).getPublicKey());
        assertThat(node.getSubjectAlternativeNames()).hasSize(3);
        assertThat(CertificateRole.NODE.isOf(node)).isTrue();
        assertThat(mode("tls/ca.key")).isEqualTo("rw-------");
        assertThat(mode("tls/n1.example.org.key")).isEqualTo("rw-------");
    }

    @Test
    void aCertificateForZooKeeperIsNoNodes() {
        ca("init", "--dir", dir.toString());
        ca("issue", "--dir", dir.toString(), "--host", "zk1", "--role", "zookeeper");
        X509Certificate made = PemFiles.certificate(dir.resolve("zk1.pem"));
        assertThat(CertificateRole.ZOOKEEPER.isOf(made)).isTrue();
        assertThat(CertificateRole.NODE.isOf(made)).isFalse();
    }

    @Test
    void nothingIsOverwrittenAndRenewingKeepsTheKey() throws Exception {
        ca("init", "--dir", dir.toString());
        ca("issue", "--dir", dir.toString(), "--host", "n1", "--days", "1");
        X509Certificate first = PemFiles.certificate(dir.resolve("n1.pem"));
        byte[] key = Files.readAllBytes(dir.resolve("n1.key"));

        assertThatThrownBy(() -> ca("init", "--dir", dir.toString()))
                .rootCause()
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ca.pem exists and is not overwritten");
        assertThatThrownBy(() -> ca("issue", "--dir", dir.toString(), "--host", "n1"))
                .rootCause()
                .hasMessageContaining("--renew");
        ca("issue", "--dir", dir.toString(), "--host", "n1", "--renew");
        X509Certificate second = PemFiles.certificate(dir.resolve("n1.pem"));
        assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(Files.readAllBytes(dir.resolve("n1.key"))).isEqualTo(key);
    }

    @Test
    void theOperatorsKeyIsMadeOnceForItsOwner() throws Exception {
        Path file = dir.resolve("operator");
        run(new CredentialsCommand(), "create", file.toString());
        assertThat(mode("operator")).isEqualTo("rw-------");
        Keyring.FirstKey made = Credentials.read(new SecretFile(file));
        assertThat(made.accessKeyId()).matches("LT[A-Z2-7]{18}");
        assertThat(made.secret()).matches("[A-Z2-7]{52}");

        assertThatThrownBy(() -> run(new CredentialsCommand(), "create", file.toString()))
                .rootCause()
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not overwritten");
        assertThat(Credentials.read(new SecretFile(file)).secret()).isEqualTo(made.secret());
        run(new CredentialsCommand(), "create", dir.resolve("other").toString());
        assertThat(Credentials.read(new SecretFile(dir.resolve("other"))).secret())
                .isNotEqualTo(made.secret());
        assertThatThrownBy(() -> run(new CredentialsCommand(), "create", dir + "/none/operator"))
                .rootCause()
                .hasMessageContaining("none");
        assertThat(new CommandLine(new CredentialsCommand.Create()).getUsageMessage())
                .contains("FILE", "never overwritten", "0600");
    }

    @Test
    void whatCannotBeAHostOrADirectoryIsNamed() {
        ca("init", "--dir", dir.toString());
        for (String host : new String[] {"", "a b", "../n1", "n1/..", "ca"}) {
            assertThatThrownBy(() -> ca("issue", "--dir", dir.toString(), "--host", host))
                    .as("host '%s'", host)
                    .rootCause()
                    .isInstanceOf(ConfigException.class);
        }
        assertThatThrownBy(() -> ca("issue", "--dir", dir + "/none", "--host", "n1"))
                .rootCause()
                .hasMessageContaining("ca.pem");
    }

    @Test
    void aRootKeyFileIsMadeOnceAndGivenMoreKeys() throws Exception {
        Path file = dir.resolve("root.key");
        run(new RootKeyCommand(), "create", file.toString());
        assertThat(mode("root.key")).isEqualTo("rw-------");
        byte[] made = Files.readAllBytes(file);
        String id = RootKeyFile.load(file).keyId();

        assertThatThrownBy(() -> run(new RootKeyCommand(), "create", file.toString()))
                .rootCause()
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not overwritten");
        assertThat(Files.readAllBytes(file)).isEqualTo(made);
        run(new RootKeyCommand(), "add", file.toString());
        assertThat(RootKeyFile.load(file).keyId()).isNotEqualTo(id);
        assertThat(RootKeyFile.load(file).proofs()).hasSize(2);
    }
}
