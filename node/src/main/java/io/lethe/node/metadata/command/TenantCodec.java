package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.AddAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.AddTenant;
import io.lethe.node.metadata.command.DirectoryCommand.AddUser;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeTenant;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeUser;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveUser;
import io.lethe.node.metadata.command.DirectoryCommand.SetUserPolicy;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ServiceClass;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Commands about tenants, and the forms of their records that came with them, for {@link
 * CommandCodec} and the directory's rows; other records as in {@link RecordCodec}:
 *
 * <pre>
 * 45 AddTenant        served tenant
 * 46 ChangeTenant     tenant id, nullable display name text, nullable service class u8,
 *                     nullable suspended flag
 * 47 AddUser          known user, seen index varint
 * 48 ChangeUser       tenant id, user id, nullable admin flag, nullable suspended flag
 * 49 SetUserPolicy    tenant id, user id, name text, JSON blob (20,480)
 * 50 RemoveUser       tenant id, user id
 * 51 AddAccessKey     dated key, seen index varint
 * 52 ChangeAccessKey  id text, nullable active flag, nullable expires varint
 * 53 RemoveAccessKey  id text
 *
 * served tenant  tenant, service class u8, suspended flag, changed varint
 * known user     user, kind u8, admin flag, suspended flag, created varint,
 *                list of (name text, JSON blob (20,480)) (10)
 * dated key      access key, active flag, created varint, expires varint
 * </pre>
 *
 * Times are milliseconds since 1970. Static and pure.
 */
public final class TenantCodec {
    /** As the policy engine takes them. */
    public static final int MOST_POLICY_BYTES = 20_480;

    /** Of one user; as many as IAM lets one attach. */
    public static final int MOST_POLICIES = 10;

    private TenantCodec() {}

    static int type(DirectoryCommand.OfTenants command) {
        return switch (command) {
            case AddTenant _ -> 45;
            case ChangeTenant _ -> 46;
            case AddUser _ -> 47;
            case ChangeUser _ -> 48;
            case SetUserPolicy _ -> 49;
            case RemoveUser _ -> 50;
            case AddAccessKey _ -> 51;
            case ChangeAccessKey _ -> 52;
            case RemoveAccessKey _ -> 53;
        };
    }

    static void fields(FieldWriter out, DirectoryCommand.OfTenants command) {
        switch (command) {
            case AddTenant c -> tenant(out, c.tenant());
            case ChangeTenant c ->
                    out.id(c.tenant().id())
                            .nullable(c.displayName(), FieldWriter::text)
                            .nullable(c.serviceClass(), FieldWriter::choice)
                            .nullable(c.suspended(), FieldWriter::flag);
            case AddUser c -> {
                user(out, c.user());
                out.number(c.seenIndex());
            }
            case ChangeUser c ->
                    out.id(c.tenant().id())
                            .id(c.user())
                            .nullable(c.admin(), FieldWriter::flag)
                            .nullable(c.suspended(), FieldWriter::flag);
            case SetUserPolicy c -> {
                out.id(c.tenant().id()).id(c.user()).text(c.name());
                policy(out, c.json());
            }
            case RemoveUser c -> out.id(c.tenant().id()).id(c.user());
            case AddAccessKey c -> {
                accessKey(out, c.key());
                out.number(c.seenIndex());
            }
            case ChangeAccessKey c ->
                    out.text(c.accessKeyId())
                            .nullable(c.active(), FieldWriter::flag)
                            .nullable(c.expiresMillis(), FieldWriter::number);
            case RemoveAccessKey c -> out.text(c.accessKeyId());
        }
    }

    static DirectoryCommand read(FieldReader in, int type) {
        return switch (type) {
            case 45 -> new AddTenant(tenant(in));
            case 46 ->
                    new ChangeTenant(
                            in.tenant(),
                            in.nullable(FieldReader::text),
                            in.nullable(one -> one.choice(ServiceClass.values())),
                            in.nullable(FieldReader::flag));
            case 47 -> new AddUser(user(in), in.number());
            case 48 ->
                    new ChangeUser(
                            in.tenant(),
                            in.id(),
                            in.nullable(FieldReader::flag),
                            in.nullable(FieldReader::flag));
            case 49 -> new SetUserPolicy(in.tenant(), in.id(), in.text(), policy(in));
            case 50 -> new RemoveUser(in.tenant(), in.id());
            case 51 -> new AddAccessKey(accessKey(in), in.number());
            case 52 ->
                    new ChangeAccessKey(
                            in.text(),
                            in.nullable(FieldReader::flag),
                            in.nullable(FieldReader::number));
            case 53 -> new RemoveAccessKey(in.text());
            default -> throw FieldReader.unknown("directory command", type);
        };
    }

    private static void policy(FieldWriter out, String json) {
        out.blob("policy", Bytes.utf8(json), MOST_POLICY_BYTES);
    }

    private static String policy(FieldReader in) {
        return in.blob(MOST_POLICY_BYTES).utf8();
    }

    public static void tenant(FieldWriter out, TenantRecord tenant) {
        RecordCodec.tenant(out, tenant);
        out.choice(tenant.serviceClass()).flag(tenant.suspended()).number(tenant.changedMillis());
    }

    public static TenantRecord tenant(FieldReader in) {
        TenantRecord first = RecordCodec.tenant(in);
        return new TenantRecord(
                first.id(),
                first.alias(),
                first.displayName(),
                first.keyVersion(),
                first.wrappedKey(),
                in.choice(ServiceClass.values()),
                in.flag(),
                in.number());
    }

    /** Whether the first form of a row can't hold it. */
    public static boolean isLater(TenantRecord tenant) {
        return tenant.serviceClass() != ServiceClass.ENTERPRISE
                || tenant.suspended()
                || tenant.changedMillis() != 0;
    }

    public static void user(FieldWriter out, UserRecord user) {
        RecordCodec.user(out, user);
        out.choice(user.kind()).flag(user.admin()).flag(user.suspended());
        out.number(user.createdMillis())
                .list(
                        List.copyOf(user.policies().entrySet()),
                        MOST_POLICIES,
                        (to, one) -> policy(to.text(one.getKey()), one.getValue()));
    }

    public static UserRecord user(FieldReader in) {
        UserRecord first = RecordCodec.user(in);
        UserRecord.Kind kind = in.choice(UserRecord.Kind.values());
        boolean admin = in.flag();
        boolean suspended = in.flag();
        long created = in.number();
        TreeMap<String, String> policies = new TreeMap<>();
        for (Map.Entry<String, String> one :
                in.list(MOST_POLICIES, each -> Map.entry(each.text(), policy(each)))) {
            policies.put(one.getKey(), one.getValue());
        }
        return new UserRecord(
                first.tenant(),
                first.id(),
                first.name(),
                kind,
                admin,
                suspended,
                created,
                policies);
    }

    /** Whether the first form of a row can't hold it. */
    public static boolean isLater(UserRecord user) {
        return !user.equals(new UserRecord(user.tenant(), user.id(), user.name()));
    }

    public static void accessKey(FieldWriter out, AccessKeyRecord key) {
        RecordCodec.accessKey(out, key);
        out.flag(key.active()).number(key.createdMillis()).number(key.expiresMillis());
    }

    public static AccessKeyRecord accessKey(FieldReader in) {
        AccessKeyRecord first = RecordCodec.accessKey(in);
        return new AccessKeyRecord(
                first.accessKeyId(),
                first.tenant(),
                first.user(),
                first.sealedSecret(),
                first.operator(),
                in.flag(),
                in.number(),
                in.number());
    }

    /** Whether the first form of a row can't hold it. */
    public static boolean isLater(AccessKeyRecord key) {
        return !key.active() || key.createdMillis() != 0 || key.expiresMillis() != 0;
    }
}
