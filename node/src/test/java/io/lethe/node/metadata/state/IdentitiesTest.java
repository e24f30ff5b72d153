package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.AddAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.AddTenant;
import io.lethe.node.metadata.command.DirectoryCommand.AddUser;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeTenant;
import io.lethe.node.metadata.command.DirectoryCommand.ChangeUser;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveUser;
import io.lethe.node.metadata.command.DirectoryCommand.SetUserPolicy;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ServiceClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tenants with a user each. */
class IdentitiesTest {
    private static final TenantId ACME = new TenantId(new Id128(1, 2));
    private static final TenantId GLOBEX = new TenantId(new Id128(2, 4));
    private static final Id128 ANN = new Id128(3, 3);
    private static final Id128 BOB = new Id128(4, 9);

    private final MemoryDirectory directory = new MemoryDirectory();

    @BeforeEach
    void tenants() {
        directory.bear();
        done(new AddTenant(tenant(ACME, "acme")));
        done(new AddTenant(tenant(GLOBEX, "globex")));
        done(new AddUser(new UserRecord(ACME, ANN, "ann"), 1));
        done(new AddUser(new UserRecord(GLOBEX, BOB, "bob"), 1));
    }

    private static TenantRecord tenant(TenantId id, String alias) {
        return new TenantRecord(id, alias, alias, 1, Bytes.hex("00"));
    }

    private static AccessKeyRecord key(String id, TenantId tenant, Id128 user) {
        return new AccessKeyRecord(id, tenant, user, Bytes.hex("00"), false);
    }

    private DirectoryReply execute(DirectoryCommand command) {
        return directory.execute(command, 0, 0).reply();
    }

    private void done(DirectoryCommand command) {
        assertThat(execute(command)).isInstanceOf(DirectoryReply.Done.class);
    }

    private void refused(DirectoryCommand command, ErrorCode code) {
        assertThat(execute(command))
                .isInstanceOfSatisfying(
                        DirectoryReply.Refused.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    private Directory copy() {
        return directory.copy();
    }

    private UserRecord ann() {
        return copy().user(ACME, ANN).orElseThrow();
    }

    private List<String> keys(TenantId tenant, Id128 user) {
        return copy().accessKeys(tenant, user).stream().map(AccessKeyRecord::accessKeyId).toList();
    }

    @Test
    void aTenantIsAddedOnceHoweverOftenItIsSaid() {
        done(new AddTenant(tenant(ACME, "acme")));
        refused(new AddTenant(tenant(ACME, "other")), ErrorCode.INVALID_ARGUMENT);
        refused(
                new AddTenant(tenant(new TenantId(new Id128(9, 1)), "acme")),
                ErrorCode.ALREADY_EXISTS);
        refused(
                new AddTenant(tenant(new TenantId(new Id128(9, 1)), "A")),
                ErrorCode.INVALID_ARGUMENT);
        assertThat(copy().tenants(null, 9)).extracting(TenantRecord::alias).hasSize(2);
        assertThat(copy().tenants(ACME, 9)).extracting(TenantRecord::alias).containsOnly("globex");
        assertThat(copy().tenants(null, 1)).hasSize(1);
    }

    @Test
    void onlyWhatIsSaidOfATenantChanges() {
        done(new ChangeTenant(ACME, "Acme plc", ServiceClass.PERSONAL, null));
        done(new ChangeTenant(ACME, null, null, true));
        TenantRecord now = copy().tenant(ACME).orElseThrow();
        assertThat(now.displayName()).isEqualTo("Acme plc");
        assertThat(now.serviceClass()).isEqualTo(ServiceClass.PERSONAL);
        assertThat(now.suspended()).isTrue();
        assertThat(now.wrappedKey()).isEqualTo(Bytes.hex("00"));
        assertThat(copy().tenant(GLOBEX).orElseThrow().suspended()).isFalse();
        refused(new ChangeTenant(new TenantId(BOB), null, null, true), ErrorCode.NO_SUCH_ENTITY);
    }

    @Test
    void usersNamesAreTheirTenantsOwn() {
        done(new AddUser(new UserRecord(GLOBEX, ANN, "ann"), 1));
        refused(new AddUser(new UserRecord(ACME, BOB, "ann"), 1), ErrorCode.ALREADY_EXISTS);
        done(new AddUser(new UserRecord(ACME, ANN, "ann"), 1));
        refused(new AddUser(new UserRecord(ACME, BOB, "a b"), 1), ErrorCode.INVALID_ARGUMENT);
        refused(
                new AddUser(new UserRecord(new TenantId(BOB), BOB, "x"), 1),
                ErrorCode.NO_SUCH_ENTITY);
        assertThat(copy().userNamed(ACME, "ann")).contains(ANN);
        assertThat(copy().userNamed(ACME, "bob")).isEmpty();
        assertThat(copy().users(GLOBEX, "", 9))
                .extracting(UserRecord::name)
                .containsExactly("ann", "bob");
        assertThat(copy().users(GLOBEX, "ann", 9))
                .extracting(UserRecord::name)
                .containsExactly("bob");
        assertThat(copy().users(GLOBEX, "", 1)).hasSize(1);
    }

    @Test
    void onlyWhatIsSaidOfAUserChanges() {
        done(new ChangeUser(ACME, ANN, false, null));
        done(new SetUserPolicy(ACME, ANN, "read", "{}"));
        done(new ChangeUser(ACME, ANN, null, true));
        assertThat(ann().admin()).isFalse();
        assertThat(ann().suspended()).isTrue();
        assertThat(ann().policies()).containsEntry("read", "{}");
        done(new SetUserPolicy(ACME, ANN, "read", ""));
        assertThat(ann().policies()).isEmpty();
        for (int i = 0; i < 10; i++) {
            done(new SetUserPolicy(ACME, ANN, "p" + i, "{}"));
        }
        refused(new SetUserPolicy(ACME, ANN, "more", "{}"), ErrorCode.INVALID_ARGUMENT);
        refused(new SetUserPolicy(ACME, BOB, "p", "{}"), ErrorCode.NO_SUCH_ENTITY);
        refused(new ChangeUser(ACME, BOB, null, true), ErrorCode.NO_SUCH_ENTITY);
    }

    @Test
    void keysAreFoundByTheirUserAndGoWithIt() {
        done(new AddAccessKey(key("K1", ACME, ANN), 1));
        done(new AddAccessKey(key("K2", ACME, ANN), 1));
        done(new AddAccessKey(key("K3", GLOBEX, BOB), 1));
        done(new AddAccessKey(key("K1", ACME, ANN), 1));
        refused(new AddAccessKey(key("K1", GLOBEX, BOB), 1), ErrorCode.INVALID_ARGUMENT);
        refused(new AddAccessKey(key("K9", ACME, BOB), 1), ErrorCode.NO_SUCH_ENTITY);
        done(new ChangeAccessKey("K2", false, 77L));
        AccessKeyRecord second = copy().accessKey("K2").orElseThrow();
        assertThat(second.counts(1)).isFalse();
        done(new ChangeAccessKey("K2", true, null));
        second = copy().accessKey("K2").orElseThrow();
        assertThat(second.counts(76)).isTrue();
        assertThat(second.counts(77)).isFalse();
        assertThat(keys(ACME, ANN)).containsExactly("K1", "K2");
        done(new RemoveAccessKey("K1"));
        assertThat(keys(ACME, ANN)).containsExactly("K2");
        done(new RemoveUser(ACME, ANN));
        assertThat(keys(ACME, ANN)).isEmpty();
        assertThat(copy().accessKey("K2")).isEmpty();
        assertThat(copy().userNamed(ACME, "ann")).isEmpty();
        assertThat(copy().accessKey("K3")).isPresent();
        done(new RemoveUser(ACME, ANN));
        done(new RemoveAccessKey("K1"));
        refused(new ChangeAccessKey("K1", true, null), ErrorCode.NO_SUCH_ENTITY);
    }

    @Test
    void aUserHasSoManyKeysAndNoMore() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < Identities.MOST_KEYS; i++) {
            made.add("K" + i);
            done(new AddAccessKey(key("K" + i, ACME, ANN), 1));
        }
        refused(new AddAccessKey(key("L", ACME, ANN), 1), ErrorCode.INVALID_ARGUMENT);
        assertThat(keys(ACME, ANN)).containsExactlyElementsOf(made);
    }

    @Test
    void whatWasRemovedIsNotBroughtBackByALateRepeat() {
        long before = copy().index();
        done(new AddAccessKey(key("K1", ACME, ANN), before));
        done(new RemoveAccessKey("K1"));
        refused(new AddAccessKey(key("K1", ACME, ANN), before), ErrorCode.STALE_EPOCH);
        done(new AddAccessKey(key("K1", ACME, ANN), copy().index()));
        done(new RemoveUser(ACME, ANN));
        refused(new AddUser(new UserRecord(ACME, ANN, "ann"), before), ErrorCode.STALE_EPOCH);
        done(new AddUser(new UserRecord(ACME, ANN, "ann"), copy().index()));
        assertThat(keys(ACME, ANN)).isEmpty();
    }
}
