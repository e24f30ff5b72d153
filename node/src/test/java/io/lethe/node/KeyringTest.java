package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.HandClock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.controller.Secrets;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.crypto.RootKeys;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.WriteId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringTest {
    private static final WriteId WRITE = new WriteId(new Id128(4, 2));
    private static final Keyring.FirstKey FIRST = new Keyring.FirstKey("operator-key", "s3cret/ä");

    @TempDir private Path folder;
    private final RandomSource random = RandomSource.seeded(11);
    private final HandClock clock = new HandClock();
    private final MemoryDirectory directory = new MemoryDirectory();
    private CountingRoot root;
    private Keyring keyring;
    private TenantId tenant;
    private AccessKeyRecord accessKey;

    /** Root keys that count what they are asked, and can be away. */
    private static final class CountingRoot implements RootKeys {
        @Override
        public Bytes wrapSigningKey(Bytes publicKey, KeyBytes seed) {
            throw new AssertionError("nothing is signed here");
        }

        @Override
        public KeyBytes unwrapSigningKey(Bytes publicKey, Bytes wrapped) {
            throw new AssertionError("nothing is signed here");
        }

        @Override
        public Bytes wrapBackupKey(Id128 backup, KeyBytes key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public KeyBytes unwrapBackupKey(Id128 backup, Bytes wrapped) {
            throw new UnsupportedOperationException();
        }

        private final RootKeys file;
        private int asked;
        private boolean away;

        CountingRoot(RootKeys file) {
            this.file = file;
        }

        @Override
        public String keyId() {
            return file.keyId();
        }

        @Override
        public Bytes wrapTenantKey(TenantId tenant, KeyBytes tenantKey) {
            return file.wrapTenantKey(tenant, tenantKey);
        }

        @Override
        public KeyBytes unwrapTenantKey(TenantId tenant, Bytes wrapped) {
            asked++;
            if (away) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "the key service is away");
            }
            return file.unwrapTenantKey(tenant, wrapped);
        }
    }

    @BeforeEach
    void bear() {
        root = root("root.keys");
        keyring = new Keyring(root, directory.copy(), random, clock, FIRST);
        directory.bear();
        Secrets.First first = keyring.first();
        tenant = first.tenant().id();
        accessKey = first.key();
        order(new DirectoryCommand.PutTenant(first.tenant()));
        order(new DirectoryCommand.PutUser(first.user()));
        order(new DirectoryCommand.PutAccessKey(first.key()));
    }

    private CountingRoot root(String name) {
        Path file = folder.resolve(name);
        RootKeyFile.create(file, random);
        return new CountingRoot(RootKeyFile.load(file));
    }

    private void order(DirectoryCommand command) {
        var _ = directory.execute(command, 1, 0);
    }

    private static void assertCorrupt(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
    }

    @Test
    void aDataKeyComesBackUnderItsShardAndWriteOnly() {
        ShardGrant shard = keyring.create(tenant);
        KeyBytes dataKey = keyring.fresh();
        Bytes wrapped = keyring.wrap(dataKey, shard, WRITE);
        assertThat(keyring.unwrap(wrapped, shard, WRITE)).isEqualTo(dataKey);
        assertCorrupt(() -> keyring.unwrap(wrapped, shard, new WriteId(new Id128(4, 3))));
        assertCorrupt(() -> keyring.unwrap(wrapped, keyring.create(tenant), WRITE));
        assertThat(keyring.fresh()).isNotEqualTo(dataKey);
    }

    @Test
    void aShardKeyIsOneTenantsOwn() {
        ShardGrant shard = keyring.create(tenant);
        Secrets.First other = keyring.first();
        order(
                new DirectoryCommand.PutTenant(
                        new TenantRecord(
                                other.tenant().id(),
                                "other",
                                "Other",
                                other.tenant().keyVersion(),
                                other.tenant().wrappedKey())));
        ShardGrant stolen =
                new ShardGrant(
                        shard.shard(),
                        other.tenant().id(),
                        shard.tenantKeyVersion(),
                        shard.wrappedShardKey());
        KeyBytes dataKey = keyring.fresh();
        Keyring another = new Keyring(root, directory.copy(), random, clock, FIRST);
        assertCorrupt(() -> another.wrap(dataKey, stolen, WRITE));
    }

    @Test
    void aRewrappedKeyIsTheSameKeyAndAnotherIsNot() {
        ShardGrant from = keyring.create(tenant);
        ShardGrant to = keyring.create(tenant);
        KeyBytes dataKey = keyring.fresh();
        Bytes before = keyring.wrap(dataKey, from, WRITE);
        Bytes now = keyring.rewrap(from, before, to, WRITE);
        assertThat(keyring.unwrap(now, to, WRITE)).isEqualTo(dataKey);
        assertThat(keyring.same(from, before, to, now, WRITE)).isTrue();
        Bytes forged = keyring.wrap(keyring.fresh(), to, WRITE);
        assertThat(keyring.same(from, before, to, forged, WRITE)).isFalse();
        assertThat(keyring.same(from, before, to, Bytes.wrap(new byte[41]), WRITE)).isFalse();
    }

    @Test
    void keysThatCanNotBeHadAreNotTakenForDifferentOnes() {
        ShardGrant from = keyring.create(tenant);
        Bytes wrapped = keyring.wrap(keyring.fresh(), from, WRITE);
        clock.advance(Duration.ofSeconds(61));
        root.away = true;
        assertThatThrownBy(() -> keyring.same(from, wrapped, from, wrapped, WRITE))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void theRootKeysAreAskedOnceAMinuteAndNoMore() {
        ShardGrant shard = keyring.create(tenant);
        Bytes wrapped = keyring.wrap(keyring.fresh(), shard, WRITE);
        assertThat(root.asked).isEqualTo(1);
        clock.advance(Duration.ofSeconds(59));
        assertThat(keyring.unwrap(wrapped, shard, WRITE).isDestroyed()).isFalse();
        assertThat(keyring.secret(accessKey)).isNotEmpty();
        assertThat(root.asked).isEqualTo(1);
        // The shard's key runs out by itself, whenever the tenant's was asked for again.
        clock.advance(Duration.ofSeconds(2));
        assertThat(keyring.create(tenant).wrappedShardKey().isEmpty()).isFalse();
        assertThat(root.asked).isEqualTo(2);
        root.away = true;
        clock.advance(Duration.ofSeconds(60));
        for (Runnable use :
                List.<Runnable>of(
                        () -> keyring.create(tenant),
                        () -> keyring.unwrap(wrapped, shard, WRITE),
                        () -> keyring.secret(accessKey))) {
            assertThatThrownBy(use::run)
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }

    @Test
    void aTenantThatThisNodeDoesNotKnowYetIsToBeTriedAgain() {
        assertThatThrownBy(() -> keyring.create(new TenantId(new Id128(7, 7))))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                            assertThat(e).hasMessageContaining("try again");
                        });
    }

    @Test
    void aSessionOpensOnAnyNodeForTheKeyThatItCameFrom() {
        byte[] session = {1, 2, 3};
        Bytes sealed = keyring.sealSession(accessKey, session);
        Keyring another = new Keyring(root, directory.copy(), random, clock, FIRST);
        assertThat(another.openSession(accessKey, sealed)).isEqualTo(session);
        AccessKeyRecord other =
                new AccessKeyRecord(
                        "another-key", tenant, accessKey.user(), accessKey.sealedSecret(), true);
        assertCorrupt(() -> keyring.openSession(other, sealed));
        assertCorrupt(() -> keyring.openSession(accessKey, accessKey.sealedSecret()));
    }

    @Test
    void anotherClustersRootKeysOpenNothing() {
        ShardGrant shard = keyring.create(tenant);
        Keyring stranger = new Keyring(root("other.keys"), directory.copy(), random, clock, FIRST);
        assertCorrupt(() -> stranger.wrap(stranger.fresh(), shard, WRITE));
        assertCorrupt(() -> stranger.secret(accessKey));
    }

    @Test
    void theFirstAccessKeyHasTheSecretOfTheCredentialsFile() {
        assertThat(keyring.firstAccessKeyId()).isEqualTo("operator-key");
        assertThat(accessKey.operator()).isTrue();
        assertThat(new String(keyring.secret(accessKey), StandardCharsets.UTF_8))
                .isEqualTo("s3cret/ä");
        // A sealed secret is one access key's own.
        AccessKeyRecord renamed =
                new AccessKeyRecord(
                        "another-key",
                        tenant,
                        accessKey.user(),
                        accessKey.sealedSecret(),
                        accessKey.operator());
        assertCorrupt(() -> keyring.secret(renamed));
    }

    @Test
    void attributesOpenUnderTheirDataKeyAndWriteOnly() {
        KeyBytes dataKey = keyring.fresh();
        byte[] info = "colour=blue".getBytes(StandardCharsets.UTF_8);
        Bytes sealed = keyring.sealInfo(dataKey, WRITE, info);
        assertThat(keyring.openInfo(dataKey, WRITE, sealed)).isEqualTo(info);
        assertCorrupt(() -> keyring.openInfo(keyring.fresh(), WRITE, sealed));
        assertCorrupt(() -> keyring.openInfo(dataKey, new WriteId(new Id128(4, 3)), sealed));
    }

    @Test
    void aTicketKeyIsSealedToEachNodeAndToNoOther() {
        NodeKeys one = NodeKeys.random(random);
        NodeKeys two = NodeKeys.random(random);
        List<SealedTicketKey> sealed =
                keyring.freshTicketKey(5, List.of(node(1, one), node(2, two)));
        assertThat(sealed).extracting(SealedTicketKey::node).containsExactly(id(1), id(2));
        byte[] first = open(one, 5, 1, sealed.get(0));
        assertThat(first).hasSize(KeyBytes.BYTES).isEqualTo(open(two, 5, 2, sealed.get(1)));
        assertCorrupt(() -> open(one, 5, 2, sealed.get(1)));
        assertCorrupt(() -> open(one, 6, 1, sealed.get(0)));
        SealedTicketKey next = keyring.freshTicketKey(6, List.of(node(1, one))).getFirst();
        assertThat(open(one, 6, 1, next)).isNotEqualTo(first);
    }

    private static NodeId id(int number) {
        return new NodeId(new Id128(0, number));
    }

    private static byte[] open(NodeKeys keys, int keyId, int node, SealedTicketKey sealed) {
        return keys.open(
                Purpose.TICKET_KEY, Keyring.ticketKeyName(keyId, id(node)), sealed.sealedKey());
    }

    private static NodeRecord node(int number, NodeKeys keys) {
        return new NodeRecord(
                id(number),
                1,
                "n" + number,
                1,
                2,
                3,
                0,
                "",
                Set.of(NodeRecord.Role.STORAGE),
                keys.publicKey().hex(),
                NodeRecord.State.UP);
    }
}
