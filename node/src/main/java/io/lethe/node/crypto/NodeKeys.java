package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * A node's own keys: one that wraps its log-epoch keys, and an X25519 pair to which the directory
 * seals ticket keys. Made when the node's data directory is first used, and never leave it.
 * Immutable; safe for any thread.
 *
 * <p>File ({@link KeyFileText}): title "lethe node keys 1", then {@code log} and {@code box}, each
 * with 32 bytes as 64 hex digits: the wrapping key and the private X25519 key. The public key is
 * computed; the key that signs receipts is derived from the wrapping key by HKDF, with the info
 * {@code lethe node} ‖ 0 ‖ {@code receipts} ‖ 0.
 */
public final class NodeKeys {
    private static final String TITLE = "lethe node keys 1";
    private static final String LOG = "log ";
    private static final String BOX = "box ";
    private static final HexFormat HEX = HexFormat.of();

    private final KeyBytes logKey;
    private final KeyBytes boxKey;
    private final Bytes publicKey;

    private NodeKeys(KeyBytes logKey, KeyBytes boxKey) {
        this.logKey = logKey;
        this.boxKey = boxKey;
        this.publicKey = X25519.publicKey(boxKey);
    }

    /** Keys that live in memory only: for simulation. */
    public static NodeKeys random(RandomSource random) {
        return new NodeKeys(KeyBytes.random(random), KeyBytes.random(random));
    }

    /**
     * Loads the file, or makes it when the data directory is new.
     *
     * @throws ConfigException when the file is open to others or damaged, or cannot be written
     */
    public static NodeKeys loadOrCreate(Path path, RandomSource random) {
        if (!Files.exists(path)) {
            KeyFileText.create(path, TITLE, List.of(line(LOG, random), line(BOX, random)));
        }
        return load(path);
    }

    private static String line(String name, RandomSource random) {
        byte[] key = new byte[KeyBytes.BYTES];
        random.fill(key);
        return name + HEX.formatHex(key);
    }

    /**
     * @throws ConfigException when the file is missing, open to others, or damaged
     */
    public static NodeKeys load(Path path) {
        List<String> lines =
                KeyFileText.read(
                        path,
                        TITLE,
                        "it belongs to the data directory; without it this node's Raft logs cannot"
                                + " be read: empty the directory and let the node join anew");
        if (lines.size() != 2 || !lines.get(0).startsWith(LOG) || !lines.get(1).startsWith(BOX)) {
            throw new ConfigException(path + " is not a node key file: restore it from its copy");
        }
        try {
            return new NodeKeys(
                    KeyBytes.wrap(HEX.parseHex(lines.get(0).substring(LOG.length()))),
                    KeyBytes.wrap(HEX.parseHex(lines.get(1).substring(BOX.length()))));
        } catch (IllegalArgumentException wrong) {
            throw new ConfigException(
                    path + " is not a node key file: " + wrong.getMessage(), wrong);
        }
    }

    /** Wraps log-epoch keys ({@link Purpose#LOG_EPOCH_KEY}). */
    public KeyBytes logKey() {
        return logKey;
    }

    /** The public X25519 key, 32 bytes, which the node registers. */
    public Bytes publicKey() {
        return publicKey;
    }

    /** Signs this node's receipts. */
    public MessageSigner signer() {
        byte[] info = Purpose.RECEIPTS.info("lethe node", Bytes.EMPTY);
        return Ed25519.signer(
                Bytes.wrap(Hkdf.derive(logKey, new byte[0], info, Ed25519.KEY_BYTES)));
    }

    /** Opens what {@link SealedBox#seal} sealed to {@link #publicKey}. */
    public byte[] open(Purpose purpose, Bytes id, Bytes sealed) {
        return SealedBox.open(boxKey, purpose, id, sealed);
    }
}
