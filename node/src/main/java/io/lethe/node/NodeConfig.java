package io.lethe.node;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.base.config.Setting;
import io.lethe.node.model.NodeRecord.Role;
import io.lethe.node.model.Scheme;
import io.lethe.node.s3.events.SinkAccounts;
import io.lethe.node.s3.events.Sinks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set for one node, one record per component; checks between components are
 * in the constructor. Immutable. The table in {@code node/doc/configuration.md} is made from it.
 *
 * <p>Two rules of safety: plaintext exists in dev mode only, and in dev mode a node listens and is
 * reached on loopback only, as is the ZooKeeper that it speaks to in clear.
 */
public record NodeConfig(
        @Setting(help = "identity and place of the node") Node node,
        @Setting(help = "where chunks are kept") List<Device> devices,
        @Setting(help = "addresses and ports") Listen listen,
        @Setting(help = "the S3 door") S3 s3,
        @Setting(help = "coordination") Zookeeper zookeeper,
        @Setting(help = "the cluster as its first node makes it") Cluster cluster,
        @Setting(help = "certificates") Tls tls,
        @Setting(help = "the key under which tenants' keys are wrapped") KeyFile rootKey,
        @Setting(help = "the first operator's access key") KeyFile credentials,
        @Setting(help = "when writes are acknowledged") Write write,
        @Setting(help = "objects kept with their metadata") Inline inline,
        @Setting(help = "space of deleted objects") Reclaim reclaim,
        @Setting(
                        help =
                                "How long a node may serve from its copy of the directory without"
                                        + " confirming that it is fresh.",
                        fallback = "5s",
                        least = "1s",
                        most = "30s")
                Duration lease,
        @Setting(help = "admission and memory") Limits limits,
        @Setting(help = "erasure coding") ErasureConfig erasure,
        @Setting(help = "reading everything to check it") CareConfig.Scrub scrub,
        @Setting(help = "devices that are slow") CareConfig.Sick device,
        @Setting(help = "bringing redundancy back") CareConfig.Repair repair,
        @Setting(help = "metadata replication") Raft raft,
        @Setting(help = "metadata partitions that grow") CareConfig.Partition partition,
        @Setting(help = "copies of the metadata") BackupConfig backup,
        @Setting(
                        help =
                                "For trying out: plaintext and generated keys are allowed, and only"
                                        + " loopback is.",
                        fallback = "false")
                boolean devMode) {

    /** Tickets of readers live this long at most, and space must outlive them (protocols). */
    private static final Duration TICKET_LIFE = Duration.ofSeconds(60);

    /** The node itself. */
    public record Node(
            @Setting(
                            help =
                                    "Directory of identity, metadata and logs; on ext4 or XFS, with"
                                            + " fsync.")
                    Path data,
            @Setting(help = "Name or address under which other nodes and clients reach this node.")
                    String host,
            @Setting(help = "Failure domain above the node.", fallback = "default") String rack,
            @Setting(help = "What the node does.", fallback = "gateway,metadata,storage")
                    List<Role> roles) {
        public Node {
            roles = List.copyOf(roles);
            if (roles.isEmpty()) {
                throw new IllegalArgumentException(
                        "roles is empty; give at least one of gateway, metadata, storage");
            }
            checkName("rack", rack);
        }

        public Set<Role> roleSet() {
            return Set.copyOf(roles);
        }
    }

    /** One device: a directory on a file system of its own. */
    public record Device(
            @Setting(help = "Directory of the device; each on its own disk.") Path path,
            @Setting(
                            help =
                                    "Use at most this much; without it all that the file system"
                                            + " has.",
                            optional = true,
                            least = "64MiB")
                    @Nullable ByteSize capacity) {}

    /** Where doors listen. Port 0 lets the system choose. */
    public record Listen(
            @Setting(help = "Address to bind.", fallback = "127.0.0.1") String host,
            @Setting(help = "Port of S3.", fallback = "9000", least = "0", most = "65535")
                    int s3Port,
            @Setting(
                            help = "Port of console, /metrics and /health.",
                            fallback = "9001",
                            least = "0",
                            most = "65535")
                    int consolePort,
            @Setting(help = "Port of gRPC.", fallback = "9002", least = "0", most = "65535")
                    int rpcPort,
            @Setting(
                            help = "Port of the chunk data plane.",
                            fallback = "9003",
                            least = "0",
                            most = "65535")
                    int dataPort) {
        public Listen {
            Set<Integer> ports = new HashSet<>();
            for (int port : new int[] {s3Port, consolePort, rpcPort, dataPort}) {
                if (port != 0 && !ports.add(port)) {
                    throw new IllegalArgumentException(
                            "port "
                                    + port
                                    + " is given to two doors; s3Port, consolePort, rpcPort and"
                                    + " dataPort must differ");
                }
            }
        }
    }

    /** Coordination. */
    public record Zookeeper(
            @Setting(
                            help =
                                    "Hosts and ports of the ensemble, and optionally a path:"
                                            + " a:2281,b:2281,c:2281/lethe. Called with TLS, both"
                                            + " sides showing certificates; in clear only where"
                                            + " tls.enabled is false.",
                            optional = true)
                    @Nullable String connect,
            @Setting(
                            help = "After this long without contact a node counts as away.",
                            fallback = "10s",
                            least = "1s",
                            most = "2m")
                    Duration sessionTimeout) {
        public Zookeeper {
            if (connect == null) {
                throw new IllegalArgumentException(
                        "connect is missing; name the ensemble, e.g. zk1:2281,zk2:2281");
            }
        }

        /** The ensemble's hosts, without ports and path. */
        List<String> hosts() {
            String servers = String.valueOf(connect).replaceFirst("/.*", "");
            return Arrays.stream(servers.split(",", -1))
                    .map(server -> server.strip().replaceFirst(":\\d*$", ""))
                    .toList();
        }
    }

    /** What different failures may take with them together. */
    public enum Domain {
        DEVICE,
        NODE,
        RACK
    }

    /** Used once, when the first controller makes the cluster. */
    public record Cluster(
            @Setting(help = "Name of the cluster; nodes of another name are refused.") String name,
            @Setting(
                            help = "Nodes to wait for before the cluster is made.",
                            fallback = "1",
                            least = "1",
                            most = "1000")
                    int expectedNodes,
            @Setting(
                            help =
                                    "Code of the default storage class, as data+parity, or auto:"
                                            + " the widest of 4+2, 2+2, 2+1, 1+1 that the domains"
                                            + " allow.",
                            fallback = "auto")
                    String defaultClass,
            @Setting(help = "No two chunks of a segment share one of these.", fallback = "node")
                    Domain failureDomain,
            @Setting(
                            help = "Metadata partitions at the start.",
                            fallback = "8",
                            least = "1",
                            most = "256")
                    int partitions) {
        private static final Pattern CODE = Pattern.compile("(\\d{1,2})\\+(\\d)");

        public Cluster {
            checkName("name", name);
            if (!defaultClass.equals("auto")) {
                Scheme scheme = scheme(defaultClass);
                if (failureDomain == Domain.NODE && expectedNodes < scheme.width()) {
                    throw new IllegalArgumentException(
                            "defaultClass "
                                    + defaultClass
                                    + " needs "
                                    + scheme.width()
                                    + " nodes with failureDomain node, and expectedNodes is "
                                    + expectedNodes
                                    + "; use auto, or failureDomain device");
                }
            }
        }

        /** The default class's code; empty where it follows the domains. */
        public Optional<Scheme> scheme() {
            return defaultClass.equals("auto")
                    ? Optional.empty()
                    : Optional.of(scheme(defaultClass));
        }

        private static Scheme scheme(String text) {
            Matcher matcher = CODE.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "defaultClass is '" + text + "'; write auto or a code such as 4+2");
            }
            return new Scheme(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Scheme.DEFAULT_CELL_BYTES);
        }
    }

    /** TLS on every door, mutual between nodes and to ZooKeeper. */
    public record Tls(
            @Setting(
                            help =
                                    "TLS on every door, mutual between nodes and to ZooKeeper;"
                                            + " false in dev mode only.",
                            fallback = "true")
                    boolean enabled,
            @Setting(
                            help =
                                    "This node's certificate chain (PEM); it names node.host and"
                                            + " lethe://node/NAME, and is for server and client"
                                            + " use.",
                            optional = true)
                    @Nullable Path cert,
            @Setting(
                            help =
                                    "This node's private key (PEM, PKCS#8 without a password),"
                                            + " readable by the node's user only.",
                            optional = true)
                    @Nullable SecretFile key,
            @Setting(
                            help =
                                    "Certificates of the authority (PEM) that signs for this"
                                            + " cluster.",
                            optional = true)
                    @Nullable Path ca) {
        public Tls {
            if (enabled && (cert == null || key == null || ca == null)) {
                throw new IllegalArgumentException(
                        "enabled is true, so cert, key and ca must be given; `lethe ca` makes them."
                                + " Without TLS (enabled: false) only dev mode runs, on"
                                + " loopback");
            }
        }
    }

    /** A secret that lies in a file. */
    public record KeyFile(
            @Setting(
                            help =
                                    "File of the secret, readable by the node's user only; dev mode"
                                            + " makes it when it is missing.")
                    SecretFile file) {}

    /** How many chunks a write waits for. */
    public enum Quorum {
        /** All; after the grace k+1 and the rest is rebuilt first. */
        GRACE,
        /** All, always. */
        ALL
    }

    /** When writes are acknowledged. */
    public record Write(
            @Setting(
                            help = "How long a write waits for its slowest chunks beyond k+1.",
                            fallback = "250ms",
                            least = "0s",
                            most = "30s")
                    Duration grace,
            @Setting(
                            help = "Acknowledge after the grace on k+1 chunks, or on all only.",
                            fallback = "grace")
                    Quorum quorum) {}

    /** Small objects. */
    public record Inline(
            @Setting(
                            help = "Objects up to this size are kept with their metadata.",
                            fallback = "16KiB",
                            least = "0",
                            most = "64KiB")
                    ByteSize mostBytes) {}

    /** Space of deleted objects. */
    public record Reclaim(
            @Setting(
                            help = "Space is freed this long after a delete.",
                            fallback = "5m",
                            least = "1s",
                            most = "7d")
                    Duration delay,
            @Setting(
                            help =
                                    "A stored chunk this old that no commit is known of is looked"
                                            + " into.",
                            fallback = "5m",
                            least = "1s",
                            most = "7d")
                    Duration orphanAge,
            @Setting(
                            help =
                                    "An upload that says nothing for this long is closed and its"
                                            + " space freed.",
                            fallback = "90s",
                            least = "10s",
                            most = "1h")
                    Duration writeLease) {}

    /** The S3 door. */
    public record S3(
            @Setting(
                            help = "The region that clients sign for, and buckets are in.",
                            fallback = "us-east-1")
                    String region,
            @Setting(
                            help =
                                    "Host names under which BUCKET.NAME addresses a bucket; paths"
                                            + " always do.",
                            fallback = "")
                    List<String> domains,
            @Setting(
                            help =
                                    "Host names under which TENANT--BUCKET.NAME is a bucket's"
                                            + " website.",
                            fallback = "")
                    List<String> websiteDomains,
            @Setting(
                            help =
                                    "PEM files, each with a certificate chain and its key, that the"
                                            + " door shows to clients that name a host (SNI) which"
                                            + " the certificate is for; others see tls.cert, or the"
                                            + " first of these where tls.enabled is false.",
                            fallback = "")
                    List<Path> certificates,
            @Setting(
                            help = "The most time that one request may take, transfer included.",
                            fallback = "12h",
                            least = "1m",
                            most = "7d")
                    Duration requestTime,
            @Setting(
                            help =
                                    "How often lifecycles are looked at; what they say in days is"
                                            + " due at midnight, UTC.",
                            fallback = "1m",
                            least = "100ms",
                            most = "1d")
                    Duration lifecycleEvery,
            @Setting(
                            help =
                                    "Where events may go, the same on every node:"
                                            + " NAME=file:/FOLDER, NAME=https://HOST/PATH or"
                                            + " NAME=kafka://HOST:PORT/TOPIC; buckets name them"
                                            + " arn:lethe:sqs:REGION:ACCOUNT:NAME.",
                            fallback = "")
                    List<String> sinks,
            @Setting(
                            help =
                                    "Whose buckets may name a sink: NAME=ACCOUNT+ACCOUNT (aliases"
                                            + " or numbers) or NAME=* for all; else nobody's.",
                            fallback = "")
                    List<String> sinkAccounts,
            @Setting(
                            help =
                                    "Folder with a file NAME for a sink's secrets (a webhook's"
                                            + " Authorization header, properties of a Kafka client)"
                                            + " and NAME.pem for the authorities of a webhook.",
                            optional = true)
                    @Nullable Path sinkSecrets,
            @Setting(
                            help = "How old lines of access logs grow before they are written.",
                            fallback = "5m",
                            least = "1s",
                            most = "1d")
                    Duration logEvery) {
        private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");

        public S3 {
            domains = List.copyOf(domains);
            sinks = List.copyOf(sinks);
            sinkAccounts = List.copyOf(sinkAccounts);
            SinkAccounts.check(sinkAccounts, Sinks.check(sinks));
            certificates = List.copyOf(certificates);
            websiteDomains = List.copyOf(websiteDomains);
            if (websiteDomains.stream().anyMatch(domains::contains)) {
                throw new IllegalArgumentException(
                        "websiteDomains and domains have a name in common; a host is one or the"
                                + " other");
            }
            if (!REGION.matcher(region).matches()) {
                throw new IllegalArgumentException(
                        "region is '" + region + "'; use lower-case letters, digits and hyphens");
            }
        }
    }

    /** Bounds on what is taken in. */
    public record Limits(
            @Setting(
                            help = "Requests in work at once; more are refused with SlowDown.",
                            fallback = "256",
                            least = "1",
                            most = "100000")
                    int requests,
            @Setting(
                            help = "Bytes of bodies and cells in memory at once.",
                            fallback = "192MiB",
                            least = "16MiB",
                            most = "64GiB")
                    ByteSize memory,
            @Setting(
                            help = "Open connections of an HTTP door.",
                            fallback = "4096",
                            least = "8",
                            most = "1000000")
                    int connections,
            @Setting(
                            help = "Open connections of one address at an HTTP door.",
                            fallback = "1024",
                            least = "1",
                            most = "1000000")
                    int connectionsPerAddress,
            @Setting(
                            help = "A connection without traffic is closed after this long.",
                            fallback = "1m",
                            least = "1s",
                            most = "1h")
                    Duration idleTimeout) {
        public Limits {
            if (connectionsPerAddress > connections) {
                throw new IllegalArgumentException(
                        "connectionsPerAddress is "
                                + connectionsPerAddress
                                + ", more than connections, "
                                + connections);
            }
        }
    }

    /** Metadata replication. */
    public record Raft(
            @Setting(
                            help = "A leader silent this long is replaced.",
                            fallback = "2s",
                            least = "200ms",
                            most = "10s")
                    Duration electionTimeout,
            @Setting(
                            help =
                                    "Each replica takes a snapshot and cuts its log this often, and"
                                            + " whenever 128 MiB were added.",
                            fallback = "10m",
                            least = "5s",
                            most = "1d")
                    Duration snapshotInterval,
            @Setting(
                            help =
                                    "A node away this long gives its votes to spare nodes: longer"
                                            + " than a restart of a machine.",
                            fallback = "5m",
                            least = "1s",
                            most = "7d")
                    Duration replaceAfter) {}

    public NodeConfig {
        devices = List.copyOf(devices);
        checkRoles(node, devices);
        checkPaths(devices);
        checkExposure(node, listen, zookeeper, tls, devMode);
        if (reclaim.delay().compareTo(TICKET_LIFE) < 0 && !devMode) {
            throw new IllegalArgumentException(
                    "reclaim.delay is "
                            + reclaim.delay().toSeconds()
                            + "s, and must be at least "
                            + TICKET_LIFE.toSeconds()
                            + "s, the life of readers' tickets, outside dev mode");
        }
    }

    private static void checkRoles(Node node, List<Device> devices) {
        boolean storage = node.roles().contains(Role.STORAGE);
        if (storage && devices.isEmpty()) {
            throw new IllegalArgumentException(
                    "devices is empty and node.roles has storage; add a device or drop the role");
        }
        if (!storage && !devices.isEmpty()) {
            throw new IllegalArgumentException(
                    "devices has "
                            + devices.size()
                            + " and node.roles lacks storage; drop them or add the role");
        }
    }

    private static void checkPaths(List<Device> devices) {
        for (int i = 0; i < devices.size(); i++) {
            for (int j = 0; j < devices.size(); j++) {
                Path inner = devices.get(i).path().toAbsolutePath().normalize();
                Path outer = devices.get(j).path().toAbsolutePath().normalize();
                if (i != j && inner.startsWith(outer)) {
                    throw new IllegalArgumentException(
                            "devices["
                                    + i
                                    + "].path "
                                    + inner
                                    + " lies in devices["
                                    + j
                                    + "].path "
                                    + outer
                                    + "; each device needs a directory of its own");
                }
            }
        }
    }

    private static void checkExposure(
            Node node, Listen listen, Zookeeper zookeeper, Tls tls, boolean devMode) {
        if (tls.enabled() && !devMode) {
            return;
        }
        if (!devMode) {
            throw new IllegalArgumentException(
                    "tls.enabled is false and devMode is false; give this node a certificate by"
                            + " tls.cert, tls.key and tls.ca (`lethe ca` makes them), or set"
                            + " devMode: true to try Lethe out on this machine alone");
        }
        checkLoopback("listen.host", listen.host());
        checkLoopback("node.host", node.host());
        if (!tls.enabled()) {
            zookeeper.hosts().forEach(host -> checkLoopback("zookeeper.connect", host));
        }
    }

    private static void checkLoopback(String key, String host) {
        if (!isLoopback(host)) {
            throw new IllegalArgumentException(
                    "devMode is true and "
                            + key
                            + " is "
                            + host
                            + "; use 127.0.0.1, or turn devMode off and give certificates");
        }
    }

    /** By its text alone: a name that is looked up could change its mind. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static void checkName(String what, String name) {
        if (!name.matches("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    what
                            + " is '"
                            + name
                            + "'; use up to 63 of a-z, 0-9, dot and dash, no dot or dash at the"
                            + " ends");
        }
    }
}
