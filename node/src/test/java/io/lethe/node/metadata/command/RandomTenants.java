package io.lethe.node.metadata.command;

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
import java.util.TreeMap;

/** Random values of what is about tenants and users, in the manner of {@link RandomValues}. */
public final class RandomTenants {
    private final RandomValues random;

    public RandomTenants(RandomValues random) {
        this.random = random;
    }

    private long millis() {
        return random.number() >>> 1;
    }

    public TenantRecord tenant() {
        return new TenantRecord(
                random.tenant(),
                random.text(),
                random.text(),
                random.count(),
                random.bytes(0, 60),
                random.one(ServiceClass.values()),
                random.coin(),
                millis());
    }

    public UserRecord user() {
        TreeMap<String, String> policies = new TreeMap<>();
        policies.put(random.text(), "{\"Version\": \"2012-10-17\"}");
        policies.put(random.text(), random.text());
        return new UserRecord(
                random.tenant(),
                random.id(),
                random.text(),
                random.one(UserRecord.Kind.values()),
                random.coin(),
                random.coin(),
                millis(),
                policies);
    }

    public AccessKeyRecord key() {
        return new AccessKeyRecord(
                random.text(),
                random.tenant(),
                random.id(),
                random.bytes(0, 60),
                random.coin(),
                random.coin(),
                millis(),
                millis());
    }

    /** One command of each type. */
    public List<DirectoryCommand> commands() {
        return List.of(
                new AddTenant(tenant()),
                new ChangeTenant(
                        random.tenant(),
                        random.maybe(random::text),
                        random.maybe(() -> random.one(ServiceClass.values())),
                        random.maybe(random::coin)),
                new AddUser(user(), millis()),
                new ChangeUser(
                        random.tenant(),
                        random.id(),
                        random.maybe(random::coin),
                        random.maybe(random::coin)),
                new SetUserPolicy(random.tenant(), random.id(), random.text(), random.text()),
                new RemoveUser(random.tenant(), random.id()),
                new AddAccessKey(key(), millis()),
                new ChangeAccessKey(
                        random.text(), random.maybe(random::coin), random.maybe(this::millis)),
                new RemoveAccessKey(random.text()));
    }
}
