package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written by hand is read by the JDK's own parser and path validator. */
class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final RandomSource RANDOM = RandomSource.seeded(1);

    private final CertificateAuthority authority =
            CertificateAuthority.create("test authority", NOW, YEAR.multipliedBy(10), RANDOM);

    private static void validate(X509Certificate leaf, X509Certificate root, Instant at)
            throws Exception {
        PKIXParameters how = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        how.setRevocationEnabled(false);
        how.setDate(java.util.Date.from(at));
        var _ =
                CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509")
                                        .generateCertPath(List.of(leaf)),
                                how);
    }

    @Test
    void aNodesCertificateNamesItsHostsAndServesBothEnds() throws Exception {
        KeyPair keys = CertificateAuthority.newKeys();
        X509Certificate node =
                authority.issue(
                        CertificateRole.NODE,
                        List.of("n1.example.org", "10.0.0.1", "2001:db8::1"),
                        keys.getPublic(),
                        NOW,
                        YEAR);

        validate(node, authority.certificate(), NOW);
        validate(node, authority.certificate(), NOW.plus(YEAR).minusSeconds(1));
        assertThatThrownBy(
                        () ->
                                validate(
                                        node,
                                        authority.certificate(),
                                        NOW.plus(YEAR).plusSeconds(1)))
                .isInstanceOf(CertPathValidatorException.class);
        assertThat(node.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(6, "lethe://node/n1.example.org"),
                        List.of(2, "n1.example.org"),
                        List.of(7, "10.0.0.1"),
                        List.of(7, "2001:db8:0:0:0:0:0:1"));
        assertThat(node.getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(node.getBasicConstraints()).isEqualTo(-1);
        assertThat(node.getKeyUsage()[0]).isTrue();
        assertThat(node.getKeyUsage()[5]).isFalse();
        assertThat(node.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(node.getSubjectX500Principal().getName()).isEqualTo("CN=n1.example.org");
    }

    @Test
    void aCertificateIsOfOneRoleOrOfNone() {
        for (String host : List.of("n1.example.org", "10.0.0.1", "2001:db8::1", "*.example.org")) {
            for (CertificateRole role : CertificateRole.values()) {
                X509Certificate made =
                        authority.issue(
                                role,
                                List.of(host),
                                CertificateAuthority.newKeys().getPublic(),
                                NOW,
                                YEAR);
                for (CertificateRole other : CertificateRole.values()) {
                    assertThat(other.isOf(made))
                            .as("%s of %s", other, host)
                            .isEqualTo(other == role);
                }
            }
        }
        assertThat(CertificateRole.NODE.isOf(authority.certificate())).isFalse();
    }

    @Test
    void theAuthorityMaySignCertificatesButNoOtherAuthority() throws Exception {
        X509Certificate own = authority.certificate();
        assertThat(own.getBasicConstraints()).isZero();
        assertThat(own.getKeyUsage()[0]).isFalse();
        assertThat(own.getKeyUsage()[5]).isTrue();
        assertThat(own.getKeyUsage()[6]).isTrue();
        assertThat(own.getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        own.verify(own.getPublicKey());
    }

    @Test
    void anotherAuthoritysCertificateIsNotValid() {
        CertificateAuthority other =
                CertificateAuthority.create("test authority", NOW, YEAR, RANDOM);
        X509Certificate node =
                other.issue(
                        CertificateRole.NODE,
                        List.of("n1"),
                        CertificateAuthority.newKeys().getPublic(),
                        NOW,
                        YEAR);
        assertThatThrownBy(() -> validate(node, authority.certificate(), NOW))
                .isInstanceOf(CertPathValidatorException.class);
        assertThatThrownBy(
                        () ->
                                new CertificateAuthority(
                                        authority.certificate(), other.key(), RANDOM))
                .hasMessageContaining("is not its key");
    }

    @Test
    void noCertificateOutlivesItsAuthorityAndLateYearsAreWrittenInFull() {
        X509Certificate node =
                authority.issue(
                        CertificateRole.NODE,
                        List.of("n1"),
                        CertificateAuthority.newKeys().getPublic(),
                        NOW,
                        YEAR.multipliedBy(20));
        assertThat(node.getNotAfter()).isEqualTo(authority.certificate().getNotAfter());
        CertificateAuthority late =
                CertificateAuthority.create("late", NOW, Duration.ofDays(36_500), RANDOM);
        assertThat(late.certificate().getNotAfter().toInstant())
                .isEqualTo(NOW.plus(Duration.ofDays(36_500)));
    }

    @Test
    void filesComeBackAsTheyWereAndKeysAreForTheirOwner(@TempDir Path dir) throws Exception {
        Path certificate = dir.resolve("ca.pem");
        Path key = dir.resolve("ca.key");
        PemFiles.replace(certificate, authority.certificate());
        PemFiles.create(key, authority.key());

        assertThat(PemFiles.certificate(certificate)).isEqualTo(authority.certificate());
        assertThat(PemFiles.key(key)).isEqualTo(authority.key());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> PemFiles.create(key, authority.key()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not overwritten");
        assertThatThrownBy(() -> PemFiles.key(certificate)).hasMessageContaining("no EC key");
        assertThatThrownBy(() -> PemFiles.certificate(key)).hasMessageContaining("no certificate");
        assertThatThrownBy(() -> PemFiles.certificate(dir.resolve("none.pem")))
                .hasMessageContaining("none.pem");
    }
}
