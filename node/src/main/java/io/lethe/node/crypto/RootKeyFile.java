package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Root keys in a local file, the default provider. The file is made by an explicit command only: a
 * node that found none and made its own would wrap tenant keys under a key that nobody keeps a copy
 * of. Every node has the same file. Immutable once loaded; safe for any thread.
 *
 * <p>File ({@link KeyFileText}): title "lethe root keys 1", then one line for each key, oldest
 * first: {@code key}, its id as 8 hex digits (random, not 0), its 32 bytes as 64 hex digits. The
 * last key wraps, all unwrap.
 *
 * <p>A wrapped key of a tenant or backup, 45 bytes: root key id i32, then {@link KeyWrap}'s 41
 * bytes for the tenant's or backup's id.
 */
public final class RootKeyFile implements RootKeys {
    /** Length of a tenant key wrapped by this provider; fits into a slot of a key file. */
    public static final int WRAPPED_BYTES = 4 + KeyWrap.WRAPPED_BYTES;

    /** Rotated daily for half a year; unwrapped keys stay until tenant keys are wrapped anew. */
    static final int MOST_KEYS = 200;

    private static final String TITLE = "lethe root keys 1";
    private static final String KEY = "key";

    /** HKDF's info; no {@link Purpose}'s label, since nothing is wrapped under what it gives. */
    private static final String NODE_PROOF = "lethe node proof 1";

    private static final HexFormat HEX = HexFormat.of();

    private final Map<Integer, KeyBytes> keys;
    private final int newest;
    private final List<String> proofs;

    private RootKeyFile(Map<Integer, KeyBytes> keys, int newest, List<String> proofs) {
        this.keys = Map.copyOf(keys);
        this.newest = newest;
        this.proofs = List.copyOf(proofs);
    }

    /**
     * Makes a new file with one key.
     *
     * @throws ConfigException when there is one already, or it cannot be written
     */
    public static void create(Path path, RandomSource random) {
        KeyFileText.create(path, TITLE, List.of(newLine(random)));
    }

    /**
     * Adds a key that wraps from now on; to be handed to every node before any uses it.
     *
     * @throws ConfigException as {@link #load}, or when the file is full or cannot be written
     */
    public static void addKey(Path path, RandomSource random) {
        List<String> lines = new ArrayList<>(read(path));
        if (lines.size() >= MOST_KEYS) {
            throw new ConfigException(
                    path + " holds " + MOST_KEYS + " keys, the most: remove old ones first");
        }
        lines.add(newLine(random));
        KeyFileText.write(path, TITLE, lines);
    }

    private static String newLine(RandomSource random) {
        int id = 1 + random.nextInt(Integer.MAX_VALUE);
        byte[] key = new byte[KeyBytes.BYTES];
        random.fill(key);
        return KEY + " " + HEX.toHexDigits(id) + " " + HEX.formatHex(key);
    }

    private static List<String> read(Path path) {
        return KeyFileText.read(
                path,
                TITLE,
                "make one with `lethe root-key create FILE` on one node, keep a copy, and give the"
                        + " same file to all nodes");
    }

    /**
     * @throws ConfigException when the file is missing, open to others, or damaged
     */
    public static RootKeyFile load(Path path) {
        List<String> lines = read(path);
        Map<Integer, KeyBytes> keys = new HashMap<>();
        List<String> proofs = new ArrayList<>();
        int newest = 0;
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", -1));
            try {
                if (words.size() != 3 || !words.get(0).equals(KEY)) {
                    throw new IllegalArgumentException("a line is not a key, an id and hex digits");
                }
                newest = HexFormat.fromHexDigits(words.get(1));
                KeyBytes key = KeyBytes.wrap(HEX.parseHex(words.get(2)));
                keys.put(newest, key);
                proofs.add(proof(key));
            } catch (IllegalArgumentException wrong) {
                throw new ConfigException(
                        path + " is not a root key file: " + wrong.getMessage(), wrong);
            }
        }
        if (keys.isEmpty()) {
            throw new ConfigException(path + " holds no key: restore it from its copy");
        }
        return new RootKeyFile(keys, newest, proofs);
    }

    private static String proof(KeyBytes key) {
        byte[] info = NODE_PROOF.getBytes(StandardCharsets.US_ASCII);
        return HEX.formatHex(Hkdf.derive(key, new byte[0], info, KeyBytes.BYTES));
    }

    /**
     * What shows that somebody has this file, 64 hex digits for each key, oldest first. They tell
     * nothing about the keys. Who shows one shows the oldest, which nodes with an older or a newer
     * copy of the file have too; any is accepted.
     */
    public List<String> proofs() {
        return proofs;
    }

    @Override
    public String keyId() {
        return HEX.toHexDigits(newest);
    }

    @Override
    public Bytes wrapTenantKey(TenantId tenant, KeyBytes tenantKey) {
        return wrap(Purpose.TENANT_KEY, tenant.id(), tenantKey);
    }

    @Override
    public Bytes wrapBackupKey(Id128 backup, KeyBytes backupKey) {
        return wrap(Purpose.BACKUP_KEY, backup, backupKey);
    }

    @Override
    public Bytes wrapSigningKey(Bytes publicKey, KeyBytes seed) {
        return wrap(Purpose.SIGNING_KEY, name(publicKey), seed);
    }

    @Override
    public KeyBytes unwrapSigningKey(Bytes publicKey, Bytes wrapped) {
        return unwrap("signer " + publicKey.hex(), Purpose.SIGNING_KEY, name(publicKey), wrapped);
    }

    private static Id128 name(Bytes publicKey) {
        return Id128.decode(new Decoder(publicKey));
    }

    private Bytes wrap(Purpose purpose, Id128 id, KeyBytes key) {
        KeyBytes root = keys.get(newest);
        if (root == null) {
            throw new IllegalStateException("the newest key is one of the keys");
        }
        Bytes wrapped = KeyWrap.wrap(root, purpose, id, key);
        return new Encoder(WRAPPED_BYTES).i32(newest).raw(wrapped).toBytes();
    }

    @Override
    public KeyBytes unwrapTenantKey(TenantId tenant, Bytes wrapped) {
        return unwrap("tenant " + tenant, Purpose.TENANT_KEY, tenant.id(), wrapped);
    }

    @Override
    public KeyBytes unwrapBackupKey(Id128 backup, Bytes wrapped) {
        return unwrap("backup " + backup, Purpose.BACKUP_KEY, backup, wrapped);
    }

    private KeyBytes unwrap(String whose, Purpose purpose, Id128 id, Bytes wrapped) {
        if (wrapped.length() != WRAPPED_BYTES) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "the key of "
                            + whose
                            + " was not wrapped by a root key file: check which provider of root"
                            + " keys is configured");
        }
        int rootId = new Decoder(wrapped).i32();
        KeyBytes root = keys.get(rootId);
        if (root == null) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "the key of "
                            + whose
                            + " needs root key "
                            + HEX.toHexDigits(rootId)
                            + ", which this node's root key file lacks: give it the file that the"
                            + " other nodes have");
        }
        return KeyWrap.unwrap(root, purpose, id, wrapped.slice(4, WRAPPED_BYTES));
    }
}
