package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.DropBackupKey;
import io.lethe.node.metadata.command.DirectoryCommand.DropHolder;
import io.lethe.node.metadata.command.DirectoryCommand.PutAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutBackupKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutSetting;
import io.lethe.node.metadata.command.DirectoryCommand.PutTenant;
import io.lethe.node.metadata.command.DirectoryCommand.PutTicketKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutUser;
import io.lethe.node.metadata.command.DirectoryCommand.RegisterHolder;
import io.lethe.node.metadata.command.DirectoryCommand.SuspendHolder;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.state.Table.UserKey;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantNames;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.List;

/** Decides about tenants, users, keys, leases' holders and settings. */
final class Accounts {
    /** Ticket keys that stay valid: the one in use and the one before (protocols, keys). */
    private static final int MOST_TICKET_KEYS = 2;

    /** What a slot of a key file has room for. */
    private static final int MOST_SLOT_KEY_BYTES = 48;

    private Accounts() {}

    static DirectoryReply putTenant(DirectoryDraft draft, PutTenant c) {
        TenantRecord tenant = c.tenant();
        TenantRecord before = Table.TENANTS.get(draft.rows, tenant.id());
        String fault = TenantNames.aliasFault(tenant.alias());
        if (fault != null || tenant.keyVersion() < 1) {
            return invalid(
                    fault == null
                            ? "a tenant needs a key of version 1 or above"
                            : "'" + tenant.alias() + "' can't be a tenant's alias: " + fault);
        }
        if (before != null && tenant.keyVersion() < before.keyVersion()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "tenant "
                            + tenant.id()
                            + " has key version "
                            + before.keyVersion()
                            + " already");
        }
        for (String name : List.of(tenant.alias(), tenant.id().account())) {
            TenantId other = Table.TENANT_NAMES.get(draft.rows, name);
            if (other != null && !other.equals(tenant.id())) {
                return invalid("another tenant is named " + name + "; choose another alias or id");
            }
        }
        for (String name : List.of(tenant.alias(), tenant.id().account())) {
            var _ = draft.put(Table.TENANT_NAMES, name, tenant.id());
        }
        if (before != null && !before.alias().equals(tenant.alias())) {
            var _ = draft.delete(Table.TENANT_NAMES, before.alias());
        }
        return draft.put(Table.TENANTS, tenant.id(), tenant);
    }

    static DirectoryReply putUser(DirectoryDraft draft, PutUser c) {
        UserRecord user = c.user();
        if (Table.TENANTS.get(draft.rows, user.tenant()) == null) {
            return invalid("tenant " + user.tenant() + " is unknown");
        }
        return draft.level < FeatureLevels.TENANTS
                ? draft.put(Table.USERS, new UserKey(user.tenant(), user.id()), user)
                : Identities.put(draft, user);
    }

    static DirectoryReply putAccessKey(DirectoryDraft draft, PutAccessKey c) {
        AccessKeyRecord key = c.key();
        if (key.accessKeyId().isEmpty()) {
            return invalid("an access key needs an id");
        }
        if (Table.USERS.get(draft.rows, new UserKey(key.tenant(), key.user())) == null) {
            return invalid("user " + key.user() + " of tenant " + key.tenant() + " is unknown");
        }
        AccessKeyRecord before = Table.ACCESS_KEYS.get(draft.rows, key.accessKeyId());
        if (before != null && !before.tenant().equals(key.tenant())) {
            return invalid("access key " + key.accessKeyId() + " is another tenant's");
        }
        return draft.level < FeatureLevels.TENANTS
                ? draft.put(Table.ACCESS_KEYS, key.accessKeyId(), key)
                : Identities.put(draft, key);
    }

    /** The two highest ids stay; a key may be put again, sealed to more nodes. */
    static DirectoryReply putTicketKey(DirectoryDraft draft, PutTicketKey c) {
        if (c.keyId() < 0) {
            return invalid("a ticket key has the id " + c.keyId());
        }
        List<Integer> newer = new ArrayList<>();
        for (int id : ticketKeyIds(draft.rows)) {
            if (id != c.keyId()) {
                newer.add(id);
            }
        }
        newer.sort(null);
        if (newer.size() >= MOST_TICKET_KEYS && c.keyId() < newer.getFirst()) {
            return invalid(
                    "ticket key " + c.keyId() + " is older than the " + newer.size() + " valid");
        }
        for (int id : newer.subList(0, Math.max(0, newer.size() - MOST_TICKET_KEYS + 1))) {
            var _ = draft.delete(Table.TICKET_KEYS, id);
        }
        return draft.put(Table.TICKET_KEYS, c.keyId(), c.sealed());
    }

    static List<Integer> ticketKeyIds(Rows rows) {
        return Table.TICKET_KEYS.all(rows).stream().map(row -> idOf(row.key())).toList();
    }

    static int idOf(Bytes ticketKey) {
        return FieldReader.whole(ticketKey, FieldReader::int32);
    }

    /** A higher incarnation takes its node's place: the lower one's process has ended. */
    static DirectoryReply registerHolder(DirectoryDraft draft, RegisterHolder c) {
        NodeRecord node = Table.NODES.get(draft.rows, c.node());
        if (node != null && node.removed()) {
            return invalid("node " + c.node() + " was removed from the cluster");
        }
        Holder before = Table.HOLDERS.get(draft.rows, c.node());
        if (c.incarnation() < 0 || (before != null && c.incarnation() < before.incarnation())) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "node " + c.node() + " has a holder of a later incarnation");
        }
        return draft.put(Table.HOLDERS, c.node(), new Holder(c.incarnation(), false));
    }

    static DirectoryReply suspendHolder(DirectoryDraft draft, SuspendHolder c) {
        Holder before = Table.HOLDERS.get(draft.rows, c.node());
        return before != null && before.incarnation() == c.incarnation()
                ? draft.put(Table.HOLDERS, c.node(), new Holder(c.incarnation(), true))
                : DONE;
    }

    static DirectoryReply dropHolder(DirectoryDraft draft, DropHolder c) {
        Holder before = Table.HOLDERS.get(draft.rows, c.node());
        if (before == null || before.incarnation() != c.incarnation()) {
            return DONE;
        }
        return before.suspended()
                ? draft.delete(Table.HOLDERS, c.node())
                : invalid(
                        "holder "
                                + c.node()
                                + " may have a lease; suspend it and wait until that has run out");
    }

    /** An empty value removes the setting. */
    static DirectoryReply putSetting(DirectoryDraft draft, PutSetting c) {
        if (c.name().isEmpty()) {
            return invalid("a setting needs a name");
        }
        return c.value().isEmpty()
                ? draft.delete(Table.SETTINGS, c.name())
                : draft.put(Table.SETTINGS, c.name(), c.value());
    }

    static DirectoryReply putBackupKey(DirectoryDraft draft, PutBackupKey c) {
        if (c.wrappedKey().isEmpty() || c.wrappedKey().length() > MOST_SLOT_KEY_BYTES) {
            return invalid("a backup's key of " + c.wrappedKey().length() + " bytes");
        }
        return draft.keep(c.backup(), c.wrappedKey());
    }

    static DirectoryReply dropBackupKey(DirectoryDraft draft, DropBackupKey c) {
        return draft.destroy(c.backup());
    }
}
