package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose events may go where. */
final class SinkAccountsTest {
    private static final TenantId ACME = new TenantId(new Id128(0, 42));
    private static final TenantId OTHER = new TenantId(new Id128(0, 43));

    private final MemoryDirectory directory = new MemoryDirectory();

    private SinkAccounts accounts(String... lines) {
        return new SinkAccounts(List.of(lines), directory.copy());
    }

    private void put(TenantId tenant, String alias) {
        var _ =
                directory.execute(
                        new DirectoryCommand.PutTenant(
                                new TenantRecord(tenant, alias, "T", 1, Bytes.utf8("key"))),
                        1,
                        0);
    }

    @Test
    void aSinkServesThoseThatAreNamedAndNobodyElse() {
        directory.bear();
        put(ACME, "acme");
        put(OTHER, "other");
        SinkAccounts accounts = accounts("a=acme+third", "n=000000000043", "all=*");
        assertThat(accounts.mayUse("a", ACME)).isTrue();
        assertThat(accounts.mayUse("a", OTHER)).isFalse();
        assertThat(accounts.mayUse("n", ACME)).isFalse();
        assertThat(accounts.mayUse("n", OTHER)).isTrue();
        assertThat(accounts.mayUse("all", ACME)).isTrue();
        assertThat(accounts.mayUse("all", new TenantId(new Id128(9, 9)))).isTrue();
        assertThat(accounts.mayUse("unsaid", ACME)).isFalse();
    }

    @Test
    void anArnOfAnothersSinkIsOneOfNone() {
        directory.bear();
        put(ACME, "acme");
        Sinks sinks = Sinks.of(Map.of("log", new FileSink(java.nio.file.Path.of("/none"), "n", 1)));
        Notifications notifications =
                new Notifications(
                        new io.lethe.node.s3.BucketSettings(directory.copy(), 1_000),
                        sinks,
                        accounts("log=acme"));
        assertThat(notifications.named("arn:lethe:sqs:r:x:log", ACME)).contains("log");
        assertThat(notifications.named("arn:lethe:sqs:r:x:log", OTHER)).isEmpty();
        assertThat(notifications.named("arn:lethe:sqs:r:x:none", ACME)).isEmpty();
    }

    @Test
    void whatNamesNoAccountsStopsTheStart() {
        assertThatCode(() -> SinkAccounts.check(List.of("a=*", "b=x+y"), Set.of("a", "b", "c")))
                .doesNotThrowAnyException();
        for (String wrong :
                List.of("a", "a=", "a=x+", "a=X", "a=*+x", "a=x=y", "a=x,y", "b=x", "=x", "a=**")) {
            assertThatThrownBy(() -> SinkAccounts.check(List.of(wrong), Set.of("a")))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> SinkAccounts.check(List.of("a=x", "a=y"), Set.of("a")))
                .hasMessageContaining("each sink once");
    }
}
