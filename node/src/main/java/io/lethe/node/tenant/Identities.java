package io.lethe.node.tenant;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import io.lethe.node.tenant.Orders.Until;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.PolicyParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds and changes users and access keys of a tenant, by the word of somebody who may, which the
 * door has checked. Changes and removals return once they are in effect everywhere. For any task.
 *
 * <p>An access key's id is made of the request's, so that a repeat finds the key that the first one
 * made, and can say its secret again.
 */
public final class Identities {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** 90 bits of the request's 128. */
    private static final int KEY_ID_LETTERS = 18;

    /** What says that a key is no session's. */
    private static final String KEY_ID_START = "LK";

    /** 260 bits. */
    private static final int SECRET_LETTERS = 52;

    private static final int BITS_PER_LETTER = 5;

    private final Metadata metadata;
    private final Directory directory;
    private final TenantKeys keys;
    private final Orders orders;
    private final RandomSource random;
    private final Clock clock;

    public Identities(
            Metadata metadata,
            Directory directory,
            TenantKeys keys,
            InEffect effect,
            RandomSource random,
            Clock clock) {
        this.metadata = metadata;
        this.directory = directory;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        orders = new Orders(metadata, directory, effect);
    }

    private static StoreException none(String what, String name) {
        return new StoreException(
                ErrorCode.NO_SUCH_ENTITY, "there is no " + what + " '" + name + "'");
    }

    /**
     * @throws StoreException ALREADY_EXISTS; INVALID_ARGUMENT
     */
    public UserRecord create(
            TenantId tenant,
            byte[] requestId,
            String name,
            UserRecord.Kind kind,
            boolean admin,
            long deadlineNanos)
            throws InterruptedException {
        Id128 id = Tenants.id(requestId);
        UserRecord wanted =
                new UserRecord(tenant, id, name, kind, admin, false, 0, new TreeMap<>());
        orders.applySeen(
                seen -> new DirectoryCommand.AddUser(wanted, seen),
                Until.KNOWN_HERE,
                deadlineNanos);
        return known(tenant, id, name);
    }

    private UserRecord known(TenantId tenant, Id128 id, String name) {
        return directory.user(tenant, id).orElseThrow(() -> none("user", name));
    }

    /**
     * By name or id, with every change that was acknowledged before the call.
     *
     * @throws StoreException NO_SUCH_ENTITY
     */
    public UserRecord find(TenantId tenant, String name, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        Optional<Id128> id = directory.userNamed(tenant, name).or(() -> Ids.parse(name));
        return id.flatMap(one -> directory.user(tenant, one)).orElseThrow(() -> none("user", name));
    }

    /** Whether a user may do everything in its tenant, as far as this node knows. */
    public boolean isAdmin(TenantId tenant, Id128 user) {
        return directory.user(tenant, user).filter(UserRecord::admin).isPresent();
    }

    /** Up to so many, by name, after one. */
    public List<UserRecord> list(TenantId tenant, String after, int limit, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return directory.users(tenant, after, limit);
    }

    /**
     * @param admin null: stays
     * @param suspended null: stays
     */
    public UserRecord change(
            UserRecord user,
            @Nullable Boolean admin,
            @Nullable Boolean suspended,
            long deadlineNanos)
            throws InterruptedException {
        boolean suspends = suspended != null && suspended;
        orders.apply(
                new DirectoryCommand.ChangeUser(user.tenant(), user.id(), admin, suspended),
                suspends ? Until.WRITES_TOO : Until.EVERYWHERE,
                deadlineNanos);
        return known(user.tenant(), user.id(), user.name());
    }

    public void remove(UserRecord user, long deadlineNanos) throws InterruptedException {
        orders.apply(
                new DirectoryCommand.RemoveUser(user.tenant(), user.id()),
                Until.WRITES_TOO,
                deadlineNanos);
    }

    /**
     * @param json empty: removes it
     * @throws StoreException INVALID_ARGUMENT, saying what is wrong with it
     */
    public UserRecord setPolicy(UserRecord user, String name, String json, long deadlineNanos)
            throws InterruptedException {
        if (!json.isEmpty()) {
            try {
                var _ = PolicyParser.identity(json.getBytes(StandardCharsets.UTF_8));
            } catch (MalformedPolicyException e) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT, "policy '" + name + "': " + e.getMessage(), e);
            }
        }
        orders.apply(
                new DirectoryCommand.SetUserPolicy(user.tenant(), user.id(), name, json),
                Until.EVERYWHERE,
                deadlineNanos);
        return known(user.tenant(), user.id(), user.name());
    }

    /** An access key, and what only who made it gets to see. */
    public record NewKey(AccessKeyRecord key, String secret) {
        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return "NewKey[" + key.accessKeyId() + "]";
        }
    }

    /**
     * @param operator whether the key has the operator's right
     * @param expiresMillis by the wall clock; 0: never
     */
    public NewKey createKey(
            UserRecord user,
            byte[] requestId,
            boolean operator,
            long expiresMillis,
            long deadlineNanos)
            throws InterruptedException {
        if (expiresMillis != 0 && expiresMillis <= clock.wallMillis()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "the key would have expired already");
        }
        String accessKeyId = accessKeyId(Tenants.id(requestId));
        String secret = secret();
        AccessKeyRecord wanted =
                new AccessKeyRecord(
                        accessKeyId,
                        user.tenant(),
                        user.id(),
                        keys.seal(user.tenant(), accessKeyId, secret),
                        operator,
                        true,
                        0,
                        expiresMillis);
        orders.applySeen(
                seen -> new DirectoryCommand.AddAccessKey(wanted, seen),
                Until.KNOWN_HERE,
                deadlineNanos);
        AccessKeyRecord made =
                directory.accessKey(accessKeyId).orElseThrow(() -> none("access key", accessKeyId));
        return new NewKey(made, keys.open(made));
    }

    private static String accessKeyId(Id128 id) {
        StringBuilder text = new StringBuilder(KEY_ID_START);
        long high = id.high();
        long low = id.low();
        for (int i = 0; i < KEY_ID_LETTERS; i++) {
            text.append(LETTERS.charAt((int) (low & (LETTERS.length() - 1))));
            low = (low >>> BITS_PER_LETTER) | (high << (Long.SIZE - BITS_PER_LETTER));
            high >>>= BITS_PER_LETTER;
        }
        return text.toString();
    }

    private String secret() {
        StringBuilder text = new StringBuilder(SECRET_LETTERS);
        for (int i = 0; i < SECRET_LETTERS; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /** A user's access keys with every change that was acknowledged before the call. */
    public List<AccessKeyRecord> keys(UserRecord user, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return directory.accessKeys(user.tenant(), user.id());
    }

    /**
     * @throws StoreException NO_SUCH_ENTITY, also for another tenant's
     */
    public AccessKeyRecord key(TenantId tenant, String accessKeyId, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return directory
                .accessKey(accessKeyId)
                .filter(key -> key.tenant().equals(tenant))
                .orElseThrow(() -> none("access key", accessKeyId));
    }

    /**
     * @param active null: stays
     * @param expiresMillis null: stays; 0: never
     */
    public AccessKeyRecord changeKey(
            AccessKeyRecord key,
            @Nullable Boolean active,
            @Nullable Long expiresMillis,
            long deadlineNanos)
            throws InterruptedException {
        orders.apply(
                new DirectoryCommand.ChangeAccessKey(key.accessKeyId(), active, expiresMillis),
                Until.EVERYWHERE,
                deadlineNanos);
        return directory
                .accessKey(key.accessKeyId())
                .orElseThrow(() -> none("access key", key.accessKeyId()));
    }

    public void removeKey(AccessKeyRecord key, long deadlineNanos) throws InterruptedException {
        orders.apply(
                new DirectoryCommand.RemoveAccessKey(key.accessKeyId()),
                Until.EVERYWHERE,
                deadlineNanos);
    }
}
