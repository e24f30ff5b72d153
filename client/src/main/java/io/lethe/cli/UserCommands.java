package io.lethe.cli;

import io.lethe.client.IdentityClient;
import io.lethe.client.LetheClient;
import io.lethe.client.model.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe user …}. */
final class UserCommands {
    static final String TENANT = "of which tenant: alias, account number or id; else your own";
    private static final String NAMED = "name or id; see 'lethe user list'";

    private UserCommands() {}

    static Map<String, Object> json(User user) {
        return Json.object(
                "type",
                "user",
                "id",
                user.id(),
                "name",
                user.name(),
                "kind",
                user.service() ? "service" : "person",
                "admin",
                user.admin(),
                "suspended",
                user.suspended(),
                "created",
                user.created().map(Instant::toString).orElse(""),
                "policies",
                new TreeMap<>(user.policies()),
                "arn",
                user.arn());
    }

    /** A command about users of one tenant. */
    abstract static class OfTenant extends ClientCommand {
        @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
        private String tenant = "";

        OfTenant(Surroundings surroundings) {
            super(surroundings);
        }

        final IdentityClient identities(LetheClient client) {
            return client.identities().of(tenant);
        }

        /** Prints a user as JSON, or what is said of it. */
        final ExitStatus tell(User user, String said) {
            if (json()) {
                print(UserCommands.json(user));
            } else {
                remark(said);
            }
            return ExitStatus.OK;
        }
    }

    /** {@code lethe user create}. */
    @Command(
            name = "create",
            description = {
                "Add a user to a tenant.",
                "Without --admin it may do nothing until a policy lets it: 'lethe user policy'."
            })
    static final class Create extends OfTenant {
        @Parameters(paramLabel = "NAME", description = "letters, digits, and + = , . @ _ -")
        private String name = "";

        @Option(names = "--admin", description = "it may do everything in the tenant")
        private boolean admin;

        @Option(names = "--service", description = "it is a program: a service account")
        private boolean service;

        Create(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            User user = identities(client).createUser(name, service, admin);
            return tell(
                    user, "user " + user.name() + " is there; 'lethe key create' gives it keys");
        }
    }

    /** {@code lethe user list}. */
    @Command(name = "list", description = "List a tenant's users by name.")
    static final class ListAll extends OfTenant {
        ListAll(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            Table table = new Table(out(), "NAME", "KIND", "RIGHTS", "STATE", "CREATED", "ID");
            for (User user : identities(client).users()) {
                if (json()) {
                    print(UserCommands.json(user));
                } else {
                    table.row(
                            user.name(),
                            user.service() ? "service" : "person",
                            user.admin() ? "admin" : user.policies().size() + " policies",
                            user.suspended() ? "suspended" : "active",
                            user.created().map(this::time).orElse("-"),
                            user.id());
                }
            }
            if (!json()) {
                table.flush();
            }
            return ExitStatus.OK;
        }
    }

    /** {@code lethe user show}. */
    @Command(name = "show", description = "Show a user and its policies.")
    static final class Show extends OfTenant {
        @Parameters(paramLabel = "USER", description = NAMED)
        private String named = "";

        Show(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            User user = identities(client).user(named);
            if (json()) {
                return tell(user, "");
            }
            out().println("user      " + user.name() + (user.service() ? " (service)" : ""));
            out().println("id        " + user.id());
            out().println("arn       " + user.arn());
            out().println("admin     " + (user.admin() ? "yes" : "no"));
            out().println("suspended " + (user.suspended() ? "yes" : "no"));
            user.created().map(this::time).ifPresent(at -> out().println("created   " + at));
            new TreeMap<>(user.policies())
                    .forEach((name, text) -> out().println("policy " + name + ":\n" + text));
            return ExitStatus.OK;
        }
    }

    /** {@code lethe user suspend}. */
    @Command(
            name = "suspend",
            description = {
                "Have none of a user's keys and sessions count, in running requests too.",
                "Returns when every node goes by it; 'lethe user resume' ends it."
            })
    static final class Suspend extends OfTenant {
        @Parameters(paramLabel = "USER", description = NAMED)
        private String named = "";

        Suspend(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            User user = identities(client).setSuspended(named, true);
            return tell(user, "user " + user.name() + " is suspended on every node");
        }
    }

    /** {@code lethe user resume}. */
    @Command(name = "resume", description = "End a user's suspension.")
    static final class Resume extends OfTenant {
        @Parameters(paramLabel = "USER", description = NAMED)
        private String named = "";

        Resume(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            User user = identities(client).setSuspended(named, false);
            return tell(user, "user " + user.name() + " is served again");
        }
    }

    /** {@code lethe user admin}. */
    @Command(
            name = "admin",
            description = "Let a user do everything in its tenant, or only what policies allow.")
    static final class Admin extends OfTenant {
        /** Words of the command line. */
        enum Wanted {
            on,
            off
        }

        @Parameters(index = "0", paramLabel = "USER", description = NAMED)
        private String named = "";

        @Parameters(index = "1", paramLabel = "STATE", description = "${COMPLETION-CANDIDATES}")
        private Wanted wanted = Wanted.off;

        Admin(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            User user = identities(client).setAdmin(named, wanted == Wanted.on);
            return tell(
                    user, "user " + user.name() + (user.admin() ? " is" : " is no") + " admin now");
        }
    }

    /** {@code lethe user delete}. */
    @Command(name = "delete", description = "Remove a user and all its access keys for good.")
    static final class Delete extends OfTenant {
        @Parameters(paramLabel = "USER", description = NAMED)
        private String named = "";

        Delete(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            identities(client).deleteUser(named);
            if (json()) {
                print(Json.object("deleted", named));
            } else {
                remark("user " + named + " and its keys are gone");
            }
            return ExitStatus.OK;
        }
    }

    /** {@code lethe user policy}. */
    @Command(
            name = "policy",
            description = {
                "Set one of a user's policies, or remove it.",
                "The file is JSON in the language of AWS IAM, as {\"Version\": \"2012-10-17\","
                        + " \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\","
                        + " \"Resource\": \"arn:aws:s3:::photos/*\"}]}"
            })
    static final class Policy extends OfTenant {
        @Parameters(index = "0", paramLabel = "USER", description = NAMED)
        private String named = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "name of the policy")
        private String name = "";

        @Option(names = "--file", paramLabel = "FILE", description = "its text")
        private @Nullable Path file;

        @Option(names = "--remove", description = "remove it")
        private boolean remove;

        Policy(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        void check() {
            if (remove == (file != null)) {
                throw new UsageException("name the policy's text with --file, or --remove");
            }
        }

        @Override
        ExitStatus run(LetheClient client) throws IOException {
            String json = file == null ? "" : Files.readString(file);
            if (file != null && json.isBlank()) {
                throw new UsageException(file + " is empty");
            }
            User user = identities(client).setPolicy(named, name, json);
            return tell(
                    user,
                    "policy "
                            + name
                            + " of user "
                            + user.name()
                            + (file == null ? " is gone" : " holds on every node"));
        }
    }
}
