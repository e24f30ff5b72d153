package io.lethe.node.cluster.zookeeper;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.crypto.PemFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * Mutual TLS to ZooKeeper with this node's certificate: the server must be signed by the authority
 * and name the host that {@code zookeeper.connect} has.
 *
 * <p>ZooKeeper's client takes certificate and key from one file, which it reads for every
 * connection. That file is kept beside the node's identity as PKCS#12 under a random password that
 * only this process has: what a crash leaves behind opens nothing. {@link #reload} writes it anew:
 * the open connection goes on, the next one shows the new certificate.
 *
 * <p>Safe for any thread.
 */
public final class ZooKeeperTls implements AutoCloseable {
    /** 256 bits: nobody guesses it. */
    private static final int PASSWORD_BYTES = 32;

    private static final FileAttribute<?> FOR_OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path certificate;
    private final Path key;
    private final Path authorities;
    private final Path store;
    private final String password;

    /**
     * @param certificate this node's chain, PEM
     * @param key its key, PKCS#8 in PEM
     * @param authorities certificates of those who sign the ensemble's, PEM; read by ZooKeeper's
     *     client for every connection
     * @param store where the client's file is kept; overwritten
     * @throws ConfigException when a file can't be used
     */
    public ZooKeeperTls(
            Path certificate, Path key, Path authorities, Path store, RandomSource random) {
        this.certificate = certificate;
        this.key = key;
        this.authorities = authorities;
        this.store = store;
        byte[] secret = new byte[PASSWORD_BYTES];
        random.fill(secret);
        password = HexFormat.of().formatHex(secret);
        reload();
    }

    /**
     * Reads certificate and key again; when one is bad, what was read before stays.
     *
     * @throws ConfigException when a file can't be used
     */
    public synchronized void reload() {
        List<X509Certificate> chain = PemFiles.chain(certificate);
        Path fresh = store.resolveSibling(store.getFileName() + ".new");
        try {
            KeyStore entries = KeyStore.getInstance("PKCS12");
            entries.load(null, null);
            entries.setKeyEntry(
                    "node",
                    PemFiles.keyOf(chain.getFirst(), key),
                    password.toCharArray(),
                    chain.toArray(Certificate[]::new));
            Files.deleteIfExists(fresh);
            try (FileChannel channel =
                            FileChannel.open(
                                    fresh,
                                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                    FOR_OWNER);
                    OutputStream out = Channels.newOutputStream(channel)) {
                entries.store(out, password.toCharArray());
            }
            Files.move(fresh, store, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigException(
                    "TLS to ZooKeeper can't keep its copy of tls.cert and tls.key in "
                            + store
                            + ": "
                            + e,
                    e);
        }
    }

    /** For one client: nothing of it is a property of the whole process. */
    ZKClientConfig clientConfig() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        config.setProperty(
                ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET,
                "org.apache.zookeeper.ClientCnxnSocketNetty");
        // Not used, and it would look up another name for the host whose certificate is checked.
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        config.setProperty("zookeeper.ssl.keyStore.location", store.toString());
        config.setProperty("zookeeper.ssl.keyStore.type", "PKCS12");
        config.setProperty("zookeeper.ssl.keyStore.password", password);
        config.setProperty("zookeeper.ssl.trustStore.location", authorities.toString());
        config.setProperty("zookeeper.ssl.trustStore.type", "PEM");
        config.setProperty("zookeeper.ssl.hostnameVerification", "true");
        config.setProperty("zookeeper.ssl.enabledProtocols", "TLSv1.3,TLSv1.2");
        return config;
    }

    @Override
    public synchronized void close() {
        try {
            Files.deleteIfExists(store);
        } catch (IOException e) {
            // It opens nothing without the password, and the next start overwrites it.
            throw new ConfigException(store + " can't be removed: " + e, e);
        }
    }
}
