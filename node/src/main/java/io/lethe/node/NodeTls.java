package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.chunk.wire.TlsContexts;
import io.lethe.node.chunk.wire.TlsSettings;
import io.lethe.node.cluster.zookeeper.ZooKeeperTls;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.http.HttpServer;
import io.lethe.node.http.HttpTls;
import io.lethe.node.rpc.RpcTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * This node's certificate at its doors and towards other nodes, read again when the files have
 * changed: connections that are open go on under the old one. Opened and closed by one thread;
 * steps are one task's.
 */
final class NodeTls implements Worker, AutoCloseable {
    /** A key of 4,096-bit RSA has 3.3 KiB. */
    private static final int MOST_KEY_BYTES = 64 * 1024;

    private final Path certificate;
    private final SecretFile key;
    private final Path authorities;
    private final Clock clock;
    private final RpcTls rpc;
    private final TlsContexts wire;
    private final List<HttpServer> doors = new ArrayList<>();
    private final List<Path> watched = new ArrayList<>();
    private @Nullable ZooKeeperTls zooKeeper;
    private String loaded;

    /**
     * @throws ConfigException when a file can't be used
     */
    NodeTls(NodeConfig.Tls config, Clock clock) {
        certificate = Objects.requireNonNull(config.cert());
        key = Objects.requireNonNull(config.key());
        authorities = Objects.requireNonNull(config.ca());
        this.clock = clock;
        watched.addAll(List.of(certificate, key.path(), authorities));
        loaded = stamps();
        checkFiles();
        rpc = new RpcTls(certificate, key.path(), authorities);
        wire =
                new TlsContexts(
                        new TlsSettings(
                                certificate,
                                key.path(),
                                authorities,
                                true,
                                CertificateRole.NODE::isOf));
    }

    RpcTls rpc() {
        return rpc;
    }

    TlsContexts wire() {
        return wire;
    }

    /**
     * Towards ZooKeeper; before the first step, once.
     *
     * @param data directory of the node's identity
     * @throws ConfigException when the directory can't be written
     */
    ZooKeeperTls zooKeeper(Path data, RandomSource random) {
        ZooKeeperTls made =
                new ZooKeeperTls(
                        certificate,
                        key.path(),
                        authorities,
                        data.resolve("zookeeper-tls.p12"),
                        random);
        zooKeeper = made;
        return made;
    }

    /**
     * People and monitors have no certificates: the door shows its own and asks for none.
     *
     * @param more certificates for other host names
     */
    HttpTls http(List<Path> more) {
        watched.addAll(more);
        loaded = stamps();
        return new HttpTls(certificate, key.path(), null, more);
    }

    /** Takes new certificates with the others; before the first step. */
    void watch(HttpServer door) {
        doors.add(door);
    }

    @Override
    public String name() {
        return "certificates";
    }

    @Override
    public Step step() {
        String now = stamps();
        if (now.equals(loaded)) {
            Instant end = end();
            return end.toEpochMilli() < clock.wallMillis()
                    ? new Step.Failed(
                            certificate
                                    + " ran out at "
                                    + end
                                    + ": other nodes refuse this one; renew it by lethe ca issue"
                                    + " --renew")
                    : new Step.Idle("valid until " + end);
        }
        try {
            checkFiles();
            wire.reload();
            rpc.reload();
            doors.forEach(HttpServer::reloadTls);
            ZooKeeperTls client = zooKeeper;
            if (client != null) {
                client.reload();
            }
        } catch (ConfigException | io.lethe.node.model.StoreException e) {
            return new Step.Failed(e.getMessage() + "; the certificate read before stays in use");
        }
        loaded = now;
        return new Step.Worked("read anew, valid until " + end());
    }

    private Instant end() {
        return PemFiles.certificate(certificate).getNotAfter().toInstant();
    }

    private void checkFiles() {
        byte[] unused = key.read(MOST_KEY_BYTES);
        java.util.Arrays.fill(unused, (byte) 0);
        PemFiles.checkPair(certificate, key.path());
        if (!CertificateRole.NODE.isOf(PemFiles.certificate(certificate))) {
            throw new ConfigException(
                    "tls.cert "
                            + certificate
                            + " does not say that it is a node's, by a name lethe://node/NAME, so"
                            + " other nodes would refuse it; make it anew by lethe ca issue"
                            + " --renew, or have your authority add the URI");
        }
        var _ = PemFiles.certificate(authorities);
    }

    /** Changes when a file does; an unreadable file is a change too. */
    private String stamps() {
        StringBuilder stamps = new StringBuilder();
        for (Path file : watched) {
            try {
                stamps.append(Files.getLastModifiedTime(file).toMillis())
                        .append('/')
                        .append(Files.size(file));
            } catch (IOException e) {
                stamps.append('-');
            }
            stamps.append(' ');
        }
        return stamps.toString();
    }

    @Override
    public void close() {
        wire.close();
        ZooKeeperTls client = zooKeeper;
        if (client != null) {
            client.close();
        }
    }

    /** Null where the node speaks in clear, on loopback. */
    static @Nullable NodeTls open(NodeConfig.Tls config, Clock clock, OpenParts opened) {
        return config.enabled() ? opened.add(new NodeTls(config, clock)) : null;
    }
}
