package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.crypto.CertificateAuthority;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code lethe ca}: an authority for one cluster, and certificates of its nodes, as PEM files:
 *
 * <pre>
 * DIR/ca.pem      certificate of the authority: tls.ca of nodes and clients
 * DIR/ca.key      its key (0600): needed to issue only, and better kept off the nodes
 * DIR/NAME.pem    certificate of a node: tls.cert; or of a ZooKeeper server
 * DIR/NAME.key    its key (0600): tls.key
 * </pre>
 */
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        description = {
            "Makes certificates for a cluster: an authority, and one for each node.",
            "A certificate says what its holder is. Who holds a node's may do what nodes do: the"
                    + " others are for ZooKeeper's servers. Clients need ca.pem alone, and show"
                    + " access keys."
        },
        footerHeading = "%nFor example:%n",
        footer = {
            "  lethe ca init --dir tls",
            "  lethe ca issue --dir tls --host n1.example.org --host 10.0.0.1",
            "  lethe ca issue --dir tls --host n1.example.org --renew",
            "  lethe ca issue --dir tls --host zk1.example.org --role zookeeper"
        },
        subcommands = {CaCommand.Init.class, CaCommand.Issue.class})
final class CaCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do: lethe ca init, or lethe ca issue");
    }

    private static Instant now() {
        return Instant.ofEpochMilli(Clock.system().wallMillis());
    }

    private static Path certificate(Path dir, String name) {
        return dir.resolve(name + ".pem");
    }

    private static Path key(Path dir, String name) {
        return dir.resolve(name + ".key");
    }

    private static void refuseIfThere(Path file, String advice) {
        if (Files.exists(file)) {
            throw new ConfigException(file + " exists and is not overwritten" + advice);
        }
    }

    private static Duration days(int days) {
        if (days < 1 || days > 36_500) {
            throw new ConfigException("--days is " + days + ", and must be from 1 to 36500");
        }
        return Duration.ofDays(days);
    }

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = {
                "Makes an authority in DIR: ca.pem, and ca.key, readable by its owner only (0600).",
                "An authority that is there is never overwritten."
            })
    static final class Init implements Callable<Integer> {
        @Option(
                names = "--dir",
                required = true,
                paramLabel = "DIR",
                description = "Where the files go; made where it is missing.")
        private Path dir = Path.of("");

        @Option(
                names = "--name",
                description = "What the authority calls itself (default: ${DEFAULT-VALUE}).")
        private String name = "Lethe cluster authority";

        @Option(
                names = "--days",
                description = "How long it is valid, in days (default: ${DEFAULT-VALUE}).")
        private int days = 3650;

        @Override
        public Integer call() {
            try {
                Files.createDirectories(dir);
            } catch (IOException e) {
                throw new ConfigException("--dir " + dir + " can't be made: " + e, e);
            }
            refuseIfThere(certificate(dir, "ca"), ", since its nodes may be running");
            CertificateAuthority made =
                    CertificateAuthority.create(name, now(), days(days), RandomSource.secure());
            PemFiles.create(key(dir, "ca"), made.key());
            PemFiles.replace(certificate(dir, "ca"), made.certificate());
            Main.out()
                    .println(
                            "made "
                                    + certificate(dir, "ca")
                                    + " (tls.ca of nodes and clients) and "
                                    + key(dir, "ca")
                                    + " (keep it safe)\n  next: lethe ca issue --dir "
                                    + dir
                                    + " --host HOST, for each node");
            return 0;
        }
    }

    @Command(
            name = "issue",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a certificate and key (0600) in DIR, signed by the authority there.",
                "A node's must name what node.host says, a ZooKeeper server's what"
                        + " zookeeper.connect says: others check it when they connect."
            })
    static final class Issue implements Callable<Integer> {
        @Option(
                names = "--dir",
                required = true,
                paramLabel = "DIR",
                description = "Where ca.pem and ca.key are, and where the files go.")
        private Path dir = Path.of("");

        @Option(
                names = "--host",
                required = true,
                description = "Its host name or address; may be given several times.")
        private List<String> hosts = new ArrayList<>();

        /** As it is typed. */
        enum Role {
            node,
            zookeeper
        }

        @Option(
                names = "--role",
                description =
                        "What it is for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
        private Role role = Role.node;

        @Option(
                names = "--name",
                description = "The files are NAME.pem and NAME.key (default: the first host).")
        private @Nullable String name;

        @Option(
                names = "--days",
                description =
                        "How long it is valid, in days (default: ${DEFAULT-VALUE}); never longer"
                                + " than the authority.")
        private int days = 365;

        @Option(
                names = "--renew",
                description =
                        "A new certificate for the key that is there. A running node takes it"
                                + " within a minute.")
        private boolean renew;

        @Override
        public Integer call() {
            hosts.forEach(Issue::checkHost);
            String files = name == null ? hosts.getFirst().replace(':', '_') : name;
            if (!files.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}") || files.equals("ca")) {
                throw new ConfigException(
                        "'" + files + "' can't be the name of a node's files; give another --name");
            }
            CertificateAuthority authority =
                    new CertificateAuthority(
                            PemFiles.certificate(certificate(dir, "ca")),
                            PemFiles.key(key(dir, "ca")),
                            RandomSource.secure());
            PublicKey publicKey = renew ? presentKey(files) : newKey(files);
            X509Certificate made =
                    authority.issue(
                            role == Role.node ? CertificateRole.NODE : CertificateRole.ZOOKEEPER,
                            hosts,
                            publicKey,
                            now(),
                            days(days));
            PemFiles.replace(certificate(dir, files), made);
            Main.out()
                    .println(
                            "made "
                                    + certificate(dir, files)
                                    + (role == Role.node
                                            ? " (tls.cert) for "
                                            : " (ssl.keyStore, with its key) for ")
                                    + String.join(", ", hosts)
                                    + ", valid until "
                                    + made.getNotAfter().toInstant()
                                    + "\n  its key is "
                                    + key(dir, files)
                                    + (role == Role.node ? " (tls.key)" : ""));
            return 0;
        }

        private PublicKey newKey(String files) {
            String advice = "; --renew makes a new certificate for the key that is there";
            refuseIfThere(certificate(dir, files), advice);
            refuseIfThere(key(dir, files), advice);
            KeyPair keys = CertificateAuthority.newKeys();
            PemFiles.create(key(dir, files), keys.getPrivate());
            return keys.getPublic();
        }

        private PublicKey presentKey(String files) {
            return PemFiles.certificate(certificate(dir, files)).getPublicKey();
        }

        private static void checkHost(String host) {
            boolean name = host.matches("[A-Za-z0-9*]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
            boolean address = host.matches("[0-9a-fA-F:.]+") && host.indexOf(':') >= 0;
            if (!name && !address) {
                throw new ConfigException(
                        "--host is '" + host + "', and must be a host name or an address");
            }
        }
    }
}
