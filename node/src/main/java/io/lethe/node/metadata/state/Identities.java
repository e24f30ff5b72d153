package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.AddAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.AddTenant;
import io.lethe.node.metadata.command.DirectoryCommand.AddUser;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeTenant;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeUser;
import io.lethe.node.metadata.command.DirectoryCommand.OfTenants;
import io.lethe.node.metadata.command.DirectoryCommand.PutTenant;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveUser;
import io.lethe.node.metadata.command.DirectoryCommand.SetUserPolicy;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.TenantCodec;
import io.lethe.node.metadata.state.Table.UserAccessKey;
import io.lethe.node.metadata.state.Table.UserKey;
import io.lethe.node.metadata.state.Table.UserName;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserNames;
import io.lethe.node.model.UserRecord;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides about tenants and who belongs to them. Static and pure.
 *
 * <p>Two tables say where to look: names of users, and access keys of a user. Clusters have them
 * from {@link io.lethe.node.model.FeatureLevels#TENANTS} on, and get them when that comes in force.
 */
final class Identities {
    /** Of one user: one in use, others that are being rotated in, and some programs. */
    static final int MOST_KEYS = 10;

    private Identities() {}

    static DirectoryReply decide(DirectoryDraft draft, OfTenants command) {
        return switch (command) {
            case AddTenant c -> add(draft, c);
            case ChangeTenant c -> change(draft, c);
            case AddUser c -> add(draft, c);
            case ChangeUser c -> change(draft, c);
            case SetUserPolicy c -> setPolicy(draft, c);
            case RemoveUser c -> remove(draft, c);
            case AddAccessKey c -> add(draft, c);
            case ChangeAccessKey c -> change(draft, c);
            case RemoveAccessKey c -> remove(draft, c);
        };
    }

    private static DirectoryReply none(String what) {
        return refused(ErrorCode.NO_SUCH_ENTITY, "there is no " + what);
    }

    private static DirectoryReply exists(String what) {
        return refused(ErrorCode.ALREADY_EXISTS, what);
    }

    private static DirectoryReply stale() {
        return refused(
                ErrorCode.STALE_EPOCH,
                "a user or an access key was removed after this was sent; send it again");
    }

    private static DirectoryReply add(DirectoryDraft draft, AddTenant c) {
        TenantRecord tenant = c.tenant();
        TenantRecord before = Table.TENANTS.get(draft.rows, tenant.id());
        if (before != null) {
            return before.alias().equals(tenant.alias())
                    ? DONE
                    : invalid("tenant id " + tenant.id() + " is taken; make a fresh one");
        }
        TenantId other = Table.TENANT_NAMES.get(draft.rows, tenant.alias());
        if (other != null) {
            return exists("there is a tenant '" + tenant.alias() + "' already");
        }
        return Accounts.putTenant(
                draft,
                new PutTenant(
                        new TenantRecord(
                                tenant.id(),
                                tenant.alias(),
                                tenant.displayName(),
                                tenant.keyVersion(),
                                tenant.wrappedKey(),
                                tenant.serviceClass(),
                                tenant.suspended(),
                                draft.head.stateMillis)));
    }

    private static DirectoryReply change(DirectoryDraft draft, ChangeTenant c) {
        TenantRecord before = Table.TENANTS.get(draft.rows, c.tenant());
        if (before == null) {
            return none("tenant " + c.tenant());
        }
        return draft.put(
                Table.TENANTS,
                c.tenant(),
                new TenantRecord(
                        before.id(),
                        before.alias(),
                        c.displayName() == null ? before.displayName() : c.displayName(),
                        before.keyVersion(),
                        before.wrappedKey(),
                        c.serviceClass() == null ? before.serviceClass() : c.serviceClass(),
                        c.suspended() == null ? before.suspended() : c.suspended(),
                        draft.head.stateMillis));
    }

    private static DirectoryReply add(DirectoryDraft draft, AddUser c) {
        UserRecord user = c.user();
        UserRecord before = Table.USERS.get(draft.rows, new UserKey(user.tenant(), user.id()));
        if (before != null) {
            return before.name().equals(user.name())
                    ? DONE
                    : invalid("user id " + user.id() + " is taken; make a fresh one");
        }
        if (c.seenIndex() < RemovalRow.read(draft.rows)) {
            return stale();
        }
        String fault = UserNames.fault(user.name());
        if (fault != null) {
            return invalid("'" + user.name() + "' can't be a user's name: " + fault);
        }
        if (Table.TENANTS.get(draft.rows, user.tenant()) == null) {
            return none("tenant " + user.tenant());
        }
        if (Table.USER_NAMES.get(draft.rows, new UserName(user.tenant(), user.name())) != null) {
            return exists("there is a user '" + user.name() + "' already");
        }
        return put(
                draft,
                new UserRecord(
                        user.tenant(),
                        user.id(),
                        user.name(),
                        user.kind(),
                        user.admin(),
                        user.suspended(),
                        draft.head.stateMillis,
                        user.policies()));
    }

    /** Puts a user, and where to find it by name. */
    static DirectoryReply put(DirectoryDraft draft, UserRecord user) {
        var _ = draft.put(Table.USER_NAMES, new UserName(user.tenant(), user.name()), user.id());
        return draft.put(Table.USERS, new UserKey(user.tenant(), user.id()), user);
    }

    private static DirectoryReply change(DirectoryDraft draft, ChangeUser c) {
        UserRecord before = Table.USERS.get(draft.rows, new UserKey(c.tenant(), c.user()));
        if (before == null) {
            return none("user " + c.user());
        }
        return put(
                draft,
                new UserRecord(
                        before.tenant(),
                        before.id(),
                        before.name(),
                        before.kind(),
                        c.admin() == null ? before.admin() : c.admin(),
                        c.suspended() == null ? before.suspended() : c.suspended(),
                        before.createdMillis(),
                        before.policies()));
    }

    private static DirectoryReply setPolicy(DirectoryDraft draft, SetUserPolicy c) {
        UserRecord before = Table.USERS.get(draft.rows, new UserKey(c.tenant(), c.user()));
        if (before == null) {
            return none("user " + c.user());
        }
        SortedMap<String, String> policies = new TreeMap<>(before.policies());
        if (c.json().isEmpty()) {
            policies.remove(c.name());
        } else {
            policies.put(c.name(), c.json());
        }
        if (c.name().isEmpty() || policies.size() > TenantCodec.MOST_POLICIES) {
            return invalid(
                    c.name().isEmpty()
                            ? "a policy needs a name"
                            : "a user has at most " + TenantCodec.MOST_POLICIES + " policies");
        }
        return put(
                draft,
                new UserRecord(
                        before.tenant(),
                        before.id(),
                        before.name(),
                        before.kind(),
                        before.admin(),
                        before.suspended(),
                        before.createdMillis(),
                        policies));
    }

    private static DirectoryReply remove(DirectoryDraft draft, RemoveUser c) {
        UserKey key = new UserKey(c.tenant(), c.user());
        UserRecord before = Table.USERS.get(draft.rows, key);
        if (before == null) {
            return DONE;
        }
        for (String accessKeyId : accessKeyIds(draft.rows, key)) {
            var _ = draft.delete(Table.ACCESS_KEYS, accessKeyId);
            var _ = draft.delete(Table.USER_KEYS, new UserAccessKey(key, accessKeyId));
        }
        draft.removed();
        var _ = draft.delete(Table.USER_NAMES, new UserName(c.tenant(), before.name()));
        return draft.delete(Table.USERS, key);
    }

    /** A user's access keys, in the order of their ids. */
    static List<String> accessKeyIds(Rows rows, UserKey user) {
        return Table.USER_KEYS.idsUnder(
                rows, Table.of(user.tenant().id()).plus(Table.of(user.user())));
    }

    private static DirectoryReply add(DirectoryDraft draft, AddAccessKey c) {
        AccessKeyRecord key = c.key();
        AccessKeyRecord before = Table.ACCESS_KEYS.get(draft.rows, key.accessKeyId());
        if (before != null) {
            return before.tenant().equals(key.tenant()) && before.user().equals(key.user())
                    ? DONE
                    : invalid("access key " + key.accessKeyId() + " is taken; make a fresh one");
        }
        if (c.seenIndex() < RemovalRow.read(draft.rows)) {
            return stale();
        }
        UserKey user = new UserKey(key.tenant(), key.user());
        if (Table.USERS.get(draft.rows, user) == null) {
            return none("user " + key.user());
        }
        if (accessKeyIds(draft.rows, user).size() >= MOST_KEYS) {
            return invalid(
                    "the user has " + MOST_KEYS + " access keys; remove one that is not used");
        }
        return put(
                draft,
                new AccessKeyRecord(
                        key.accessKeyId(),
                        key.tenant(),
                        key.user(),
                        key.sealedSecret(),
                        key.operator(),
                        key.active(),
                        draft.head.stateMillis,
                        key.expiresMillis()));
    }

    /** Puts an access key, and where to find it by user. */
    static DirectoryReply put(DirectoryDraft draft, AccessKeyRecord key) {
        UserKey user = new UserKey(key.tenant(), key.user());
        var _ = draft.put(Table.USER_KEYS, new UserAccessKey(user, key.accessKeyId()), true);
        return draft.put(Table.ACCESS_KEYS, key.accessKeyId(), key);
    }

    private static DirectoryReply change(DirectoryDraft draft, ChangeAccessKey c) {
        AccessKeyRecord before = Table.ACCESS_KEYS.get(draft.rows, c.accessKeyId());
        if (before == null) {
            return none("access key " + c.accessKeyId());
        }
        return put(
                draft,
                new AccessKeyRecord(
                        before.accessKeyId(),
                        before.tenant(),
                        before.user(),
                        before.sealedSecret(),
                        before.operator(),
                        c.active() == null ? before.active() : c.active(),
                        before.createdMillis(),
                        c.expiresMillis() == null ? before.expiresMillis() : c.expiresMillis()));
    }

    private static DirectoryReply remove(DirectoryDraft draft, RemoveAccessKey c) {
        AccessKeyRecord before = Table.ACCESS_KEYS.get(draft.rows, c.accessKeyId());
        if (before == null) {
            return DONE;
        }
        draft.removed();
        UserKey user = new UserKey(before.tenant(), before.user());
        var _ = draft.delete(Table.USER_KEYS, new UserAccessKey(user, c.accessKeyId()));
        return draft.delete(Table.ACCESS_KEYS, c.accessKeyId());
    }

    /** Makes the two tables that say where to look. */
    static void index(DirectoryDraft draft) {
        for (UserRecord user : Table.USERS.records(draft.rows)) {
            UserName name = new UserName(user.tenant(), user.name());
            var _ = draft.put(Table.USER_NAMES, name, user.id());
        }
        for (AccessKeyRecord key : Table.ACCESS_KEYS.records(draft.rows)) {
            UserKey user = new UserKey(key.tenant(), key.user());
            var _ = draft.put(Table.USER_KEYS, new UserAccessKey(user, key.accessKeyId()), true);
        }
    }

    /** The user of a name; empty where there is none. */
    static java.util.Optional<Id128> named(Rows rows, TenantId tenant, String name) {
        return java.util.Optional.ofNullable(
                Table.USER_NAMES.get(rows, new UserName(tenant, name)));
    }
}
