package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.ServiceClass;
import io.lethe.client.model.Tenant;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe tenant …}. */
final class TenantCommands {
    private static final String NAMED = "alias, account number or id; see 'lethe tenant list'";

    private TenantCommands() {}

    static Map<String, Object> json(Tenant tenant) {
        return Json.object(
                "type",
                "tenant",
                "id",
                tenant.id(),
                "alias",
                tenant.alias(),
                "display_name",
                tenant.displayName(),
                "account",
                tenant.account(),
                "service_class",
                word(tenant.serviceClass()),
                "suspended",
                tenant.suspended(),
                "changed",
                tenant.changed().map(Instant::toString).orElse(""));
    }

    private static String word(ServiceClass one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Words of the command line. */
    enum Wanted {
        enterprise(ServiceClass.ENTERPRISE),
        personal(ServiceClass.PERSONAL),
        device_backup(ServiceClass.DEVICE_BACKUP);

        private final ServiceClass meant;

        Wanted(ServiceClass meant) {
            this.meant = meant;
        }
    }

    /** A command that shows one tenant as it is afterwards. */
    abstract static class OfOne extends ClientCommand {
        OfOne(Surroundings surroundings) {
            super(surroundings);
        }

        abstract Tenant tenant(LetheClient client);

        /** For people; empty: the tenant is shown. */
        String said(Tenant tenant) {
            return "";
        }

        @Override
        final ExitStatus run(LetheClient client) {
            Tenant tenant = tenant(client);
            String said = said(tenant);
            if (json()) {
                print(TenantCommands.json(tenant));
            } else if (said.isEmpty()) {
                out().println("tenant    " + tenant.alias() + " (" + tenant.displayName() + ")");
                out().println("id        " + tenant.id());
                out().println("account   " + tenant.account());
                out().println("class     " + word(tenant.serviceClass()));
                out().println("suspended " + (tenant.suspended() ? "yes" : "no"));
                tenant.changed().ifPresent(at -> out().println("changed   " + time(at)));
            } else {
                remark(said);
            }
            return ExitStatus.OK;
        }
    }

    /** {@code lethe tenant create}. */
    @Command(
            name = "create",
            description = {
                "Add a tenant.",
                "Then give it a user ('lethe user create --tenant ALIAS --admin NAME') and a key"
                        + " ('lethe key create --tenant ALIAS NAME')."
            })
    static final class Create extends OfOne {
        @Parameters(
                paramLabel = "ALIAS",
                description = "lower-case letters and digits, with single hyphens between them")
        private String alias = "";

        @Option(names = "--name", paramLabel = "TEXT", description = "for people; else the alias")
        private String name = "";

        @Option(
                names = "--class",
                paramLabel = "CLASS",
                description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
        private Wanted serviceClass = Wanted.enterprise;

        Create(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Tenant tenant(LetheClient client) {
            return client.tenants().create(alias, name, serviceClass.meant);
        }

        @Override
        String said(Tenant tenant) {
            return "tenant "
                    + tenant.alias()
                    + " is there; 'lethe user create --tenant "
                    + tenant.alias()
                    + " --admin NAME' gives it a user";
        }
    }

    /** {@code lethe tenant show}. */
    @Command(name = "show", description = "Show a tenant.")
    static final class Show extends OfOne {
        @Parameters(paramLabel = "TENANT", description = NAMED)
        private String named = "";

        Show(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Tenant tenant(LetheClient client) {
            return client.tenants().get(named);
        }
    }

    /** {@code lethe tenant set}. */
    @Command(name = "set", description = "Change what a tenant is called, or what it is.")
    static final class Set extends OfOne {
        @Parameters(paramLabel = "TENANT", description = NAMED)
        private String named = "";

        @Option(names = "--name", paramLabel = "TEXT", description = "for people")
        private @Nullable String name;

        @Option(names = "--class", paramLabel = "CLASS", description = "${COMPLETION-CANDIDATES}")
        private @Nullable Wanted serviceClass;

        Set(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        void check() {
            if (name == null && serviceClass == null) {
                throw new UsageException("name what to change: --name or --class");
            }
        }

        @Override
        Tenant tenant(LetheClient client) {
            Tenant tenant = name == null ? null : client.tenants().rename(named, name);
            Wanted wanted = serviceClass;
            if (wanted != null) {
                tenant = client.tenants().setClass(named, wanted.meant);
            }
            return tenant == null ? client.tenants().get(named) : tenant;
        }
    }

    /** {@code lethe tenant suspend}. */
    @Command(
            name = "suspend",
            description = {
                "Keep everybody from what a tenant has, running requests included.",
                "Returns when every node goes by it. Nothing is lost; 'lethe tenant resume' ends"
                        + " it."
            })
    static final class Suspend extends OfOne {
        @Parameters(paramLabel = "TENANT", description = NAMED)
        private String named = "";

        Suspend(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Tenant tenant(LetheClient client) {
            return client.tenants().setSuspended(named, true);
        }

        @Override
        String said(Tenant tenant) {
            return "tenant " + tenant.alias() + " is suspended on every node";
        }
    }

    /** {@code lethe tenant resume}. */
    @Command(name = "resume", description = "End a tenant's suspension.")
    static final class Resume extends OfOne {
        @Parameters(paramLabel = "TENANT", description = NAMED)
        private String named = "";

        Resume(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Tenant tenant(LetheClient client) {
            return client.tenants().setSuspended(named, false);
        }

        @Override
        String said(Tenant tenant) {
            return "tenant " + tenant.alias() + " is served again";
        }
    }

    /** {@code lethe tenant list}. */
    @Command(name = "list", description = "List all tenants, the operator's own among them.")
    static final class ListAll extends ClusterList<Tenant> {
        ListAll(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        String[] columns() {
            return new String[] {"ALIAS", "ACCOUNT", "CLASS", "STATE", "ID", "NAME"};
        }

        @Override
        Iterable<Tenant> rows(LetheClient client) {
            return client.tenants().list();
        }

        @Override
        Map<String, Object> json(Tenant tenant) {
            return TenantCommands.json(tenant);
        }

        @Override
        void show(Table table, Tenant tenant) {
            table.row(
                    tenant.alias(),
                    tenant.account(),
                    word(tenant.serviceClass()),
                    tenant.suspended() ? "suspended" : "active",
                    tenant.id(),
                    tenant.displayName());
        }
    }
}
