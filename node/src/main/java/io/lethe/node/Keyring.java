package io.lethe.node;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.controller.LogKeeper;
import io.lethe.node.controller.Secrets;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.Envelope;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.KeyWrap;
import io.lethe.node.crypto.MessageSigner;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.crypto.RootKeys;
import io.lethe.node.crypto.SealedBox;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.ShardKeys;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.VersionKeys;
import io.lethe.node.tenant.TenantKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This node's use of the key hierarchy: root key → tenant key → shard key → data key, and the
 * secrets and ticket keys beside it. Unwrapped keys and secrets are kept for 60 s, so that no
 * request asks the root-key provider. Safe for any thread.
 */
final class Keyring implements VersionKeys, ShardKeys, Secrets, TenantKeys, LogKeeper.SigningKeys {
    /** How long an unwrapped key may be used without asking again (architecture, encryption). */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** 32-byte keys: a megabyte. */
    private static final int MOST_KEPT = 10_000;

    private record Kept<K>(K key, long untilNanos) {}

    /** Keys by what they are wrapped as. */
    private static final class Cache<K> extends LinkedHashMap<Object, Kept<K>> {
        private static final long serialVersionUID = 1L;

        Cache() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Kept<K>> eldest) {
            return size() > MOST_KEPT;
        }
    }

    private final RootKeys root;
    private final Directory directory;
    private final RandomSource random;
    private final Clock clock;
    private final FirstKey firstKey;
    private final Cache<KeyBytes> tenants = new Cache<>();
    private final Cache<KeyBytes> shards = new Cache<>();
    private final Cache<byte[]> secrets = new Cache<>();

    /** The operator's first access key, as the credentials file has it. */
    record FirstKey(String accessKeyId, String secret) {}

    Keyring(
            RootKeys root,
            Directory directory,
            RandomSource random,
            Clock clock,
            FirstKey firstKey) {
        this.root = root;
        this.directory = directory;
        this.random = random;
        this.clock = clock;
        this.firstKey = firstKey;
    }

    private <K> @Nullable K kept(Cache<K> cache, Object name) {
        synchronized (cache) {
            Kept<K> kept = cache.get(name);
            if (kept != null && kept.untilNanos() - clock.nanos() > 0) {
                return kept.key();
            }
            cache.remove(name);
            return null;
        }
    }

    private <K> void keep(Cache<K> cache, Object name, K key) {
        synchronized (cache) {
            cache.put(name, new Kept<>(key, clock.nanos() + KEEP_NANOS));
        }
    }

    private KeyBytes tenantKey(TenantId tenant) {
        KeyBytes kept = kept(tenants, tenant);
        if (kept != null) {
            return kept;
        }
        TenantRecord record =
                directory
                        .tenant(tenant)
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE,
                                                "this node does not know the tenant yet; try"
                                                        + " again"));
        KeyBytes key = root.unwrapTenantKey(tenant, record.wrappedKey());
        keep(tenants, tenant, key);
        return key;
    }

    private KeyBytes shardKey(ShardGrant grant) {
        KeyBytes kept = kept(shards, grant.shard());
        if (kept != null) {
            return kept;
        }
        KeyBytes key =
                KeyWrap.unwrap(
                        tenantKey(grant.tenant()),
                        Purpose.SHARD_KEY,
                        grant.shard().id(),
                        grant.wrappedShardKey());
        keep(shards, grant.shard(), key);
        return key;
    }

    @Override
    public ShardGrant create(TenantId tenant) {
        ShardId shard = new ShardId(Id128.random(random));
        TenantRecord record = directory.tenant(tenant).orElse(null);
        KeyBytes key = KeyBytes.random(random);
        Bytes wrapped = KeyWrap.wrap(tenantKey(tenant), Purpose.SHARD_KEY, shard.id(), key);
        return new ShardGrant(shard, tenant, record == null ? 1 : record.keyVersion(), wrapped);
    }

    @Override
    public Bytes rewrap(ShardGrant from, Bytes wrapped, ShardGrant to, WriteId write) {
        KeyBytes dataKey = unwrap(wrapped, from, write);
        try {
            return wrap(dataKey, to, write);
        } finally {
            dataKey.destroy();
        }
    }

    @Override
    public boolean same(
            ShardGrant before,
            Bytes wrappedBefore,
            ShardGrant now,
            Bytes wrappedNow,
            WriteId write) {
        try {
            KeyBytes old = unwrap(wrappedBefore, before, write);
            KeyBytes fresh = unwrap(wrappedNow, now, write);
            boolean equal = MessageDigest.isEqual(old.getEncoded(), fresh.getEncoded());
            old.destroy();
            fresh.destroy();
            return equal;
        } catch (StoreException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public KeyBytes fresh() {
        return KeyBytes.random(random);
    }

    @Override
    public Bytes wrap(KeyBytes dataKey, ShardGrant shard, WriteId write) {
        return KeyWrap.wrap(shardKey(shard), Purpose.DATA_KEY, write.id(), dataKey);
    }

    @Override
    public KeyBytes unwrap(Bytes wrapped, ShardGrant shard, WriteId write) {
        return KeyWrap.unwrap(shardKey(shard), Purpose.DATA_KEY, write.id(), wrapped);
    }

    @Override
    public Bytes sealInfo(KeyBytes dataKey, WriteId write, byte[] info) {
        return Envelope.seal(dataKey, Purpose.OBJECT_INFO, bytes(write.id()), info, random);
    }

    @Override
    public byte[] openInfo(KeyBytes dataKey, WriteId write, Bytes sealed) {
        return Envelope.open(dataKey, Purpose.OBJECT_INFO, bytes(write.id()), sealed);
    }

    private static Bytes bytes(Id128 id) {
        Encoder out = new Encoder(Id128.BYTES);
        id.encode(out);
        return out.toBytes();
    }

    /** The secret of an access key, in UTF-8, which the caller does not change. */
    byte[] secret(AccessKeyRecord key) {
        byte[] kept = kept(secrets, key);
        if (kept != null) {
            return kept;
        }
        byte[] secret =
                Envelope.open(
                        tenantKey(key.tenant()),
                        Purpose.ACCESS_SECRET,
                        Bytes.utf8(key.accessKeyId()),
                        key.sealedSecret());
        keep(secrets, key, secret);
        return secret;
    }

    @Override
    public Bytes freshTenantKey(TenantId tenant) {
        KeyBytes key = KeyBytes.random(random);
        Bytes wrapped = root.wrapTenantKey(tenant, key);
        key.destroy();
        return wrapped;
    }

    @Override
    public Bytes seal(TenantId tenant, String accessKeyId, String secret) {
        return Envelope.seal(
                tenantKey(tenant),
                Purpose.ACCESS_SECRET,
                Bytes.utf8(accessKeyId),
                secret.getBytes(StandardCharsets.UTF_8),
                random);
    }

    @Override
    public String open(AccessKeyRecord key) {
        return new String(secret(key), StandardCharsets.UTF_8);
    }

    /** Seals what a session of an access key's user is. */
    Bytes sealSession(AccessKeyRecord parent, byte[] session) {
        return Envelope.seal(
                tenantKey(parent.tenant()),
                Purpose.SESSION_TOKEN,
                Bytes.utf8(parent.accessKeyId()),
                session,
                random);
    }

    /**
     * @throws StoreException CORRUPT for what was not sealed for this key
     */
    byte[] openSession(AccessKeyRecord parent, Bytes sealed) {
        return Envelope.open(
                tenantKey(parent.tenant()),
                Purpose.SESSION_TOKEN,
                Bytes.utf8(parent.accessKeyId()),
                sealed);
    }

    @Override
    public First first() {
        TenantId tenant = new TenantId(Id128.random(random));
        KeyBytes key = KeyBytes.random(random);
        Id128 user = Id128.random(random);
        Bytes sealed =
                Envelope.seal(
                        key,
                        Purpose.ACCESS_SECRET,
                        Bytes.utf8(firstKey.accessKeyId()),
                        firstKey.secret().getBytes(StandardCharsets.UTF_8),
                        random);
        return new First(
                new TenantRecord(
                        tenant, "operator", "Operator", 1, root.wrapTenantKey(tenant, key)),
                new UserRecord(tenant, user, "operator"),
                new AccessKeyRecord(firstKey.accessKeyId(), tenant, user, sealed, true));
    }

    @Override
    public SignerRecord fresh(SignerRecord.Kind kind) {
        KeyBytes seed = KeyBytes.random(random);
        Bytes publicKey = Ed25519.signer(Bytes.wrap(seed.getEncoded())).publicKey();
        Bytes wrapped = root.wrapSigningKey(publicKey, seed);
        seed.destroy();
        return new SignerRecord(kind, publicKey, null, wrapped, -1, -1);
    }

    @Override
    public MessageSigner open(SignerRecord signer) {
        KeyBytes seed = root.unwrapSigningKey(signer.publicKey(), signer.wrappedSeed());
        try {
            return Ed25519.signer(Bytes.wrap(seed.getEncoded()));
        } finally {
            seed.destroy();
        }
    }

    @Override
    public String firstAccessKeyId() {
        return firstKey.accessKeyId();
    }

    /** What a sealed ticket key's id says: which key, and for whom. */
    static Bytes ticketKeyName(int keyId, NodeId node) {
        Encoder out = new Encoder(20).i32(keyId);
        node.id().encode(out);
        return out.toBytes();
    }

    @Override
    public List<SealedTicketKey> freshTicketKey(int keyId, List<NodeRecord> nodes) {
        KeyBytes key = KeyBytes.random(random);
        List<SealedTicketKey> sealed = new ArrayList<>();
        for (NodeRecord node : nodes) {
            sealed.add(
                    new SealedTicketKey(
                            node.id(),
                            SealedBox.seal(
                                    Bytes.hex(node.publicKey()),
                                    Purpose.TICKET_KEY,
                                    ticketKeyName(keyId, node.id()),
                                    key.getEncoded(),
                                    random)));
        }
        key.destroy();
        return sealed;
    }
}
