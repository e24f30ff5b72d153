package io.lethe.cli;

import io.lethe.cli.UserCommands.OfTenant;
import io.lethe.client.LetheClient;
import io.lethe.client.model.AccessKey;
import io.lethe.client.model.NewAccessKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe key …}. */
final class KeyCommands {
    private static final String USER = "name or id; see 'lethe user list'";
    private static final String KEY = "id of the key; see 'lethe key list USER'";

    private KeyCommands() {}

    private static Map<String, Object> json(AccessKey key) {
        return Json.object(
                "type",
                "access_key",
                "id",
                key.id(),
                "user",
                key.user(),
                "active",
                key.active(),
                "created",
                key.created().map(Instant::toString).orElse(""),
                "expires",
                key.expires().map(Instant::toString).orElse(""));
    }

    /** {@code lethe key create}. */
    @Command(
            name = "create",
            description = {
                "Make an access key of a user, and show its secret, which nobody can show again.",
                "To change keys: make one, have the programs use it, 'lethe key disable' the old"
                        + " one, and 'lethe key delete' it when nobody misses it."
            })
    static final class Create extends OfTenant {
        @Parameters(paramLabel = "USER", description = USER)
        private String user = "";

        @Option(
                names = "--expires-in",
                paramLabel = "TIME",
                description = "from then on it does not count, as 90d; else it counts for good")
        private @Nullable Duration expiresIn;

        Create(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            Duration life = expiresIn;
            Optional<Instant> expires =
                    life == null ? Optional.empty() : Optional.of(Instant.now().plus(life));
            NewAccessKey made = identities(client).createKey(user, expires);
            if (json()) {
                Map<String, Object> all = new LinkedHashMap<>(KeyCommands.json(made.key()));
                all.put("secret", made.secret());
                print(all);
            } else {
                out().println("access_key: " + made.key().id());
                out().println("secret_key: " + made.secret());
                remark("keep the secret: it is not shown again");
            }
            return ExitStatus.OK;
        }
    }

    /** {@code lethe key list}. */
    @Command(name = "list", description = "List a user's access keys.")
    static final class ListAll extends OfTenant {
        @Parameters(paramLabel = "USER", description = USER)
        private String user = "";

        ListAll(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            Table table = new Table(out(), "KEY", "STATE", "CREATED", "EXPIRES");
            for (AccessKey key : identities(client).keys(user)) {
                if (json()) {
                    print(KeyCommands.json(key));
                } else {
                    table.row(
                            key.id(),
                            key.active() ? "active" : "disabled",
                            key.created().map(this::time).orElse("-"),
                            key.expires().map(this::time).orElse("never"));
                }
            }
            if (!json()) {
                table.flush();
            }
            return ExitStatus.OK;
        }
    }

    private static ExitStatus setActive(
            OfTenant command, LetheClient client, String key, boolean active) {
        AccessKey now = command.identities(client).setKeyActive(key, active);
        if (command.json()) {
            command.print(json(now));
        } else {
            command.remark("key " + now.id() + (active ? " counts" : " does not count any more"));
        }
        return ExitStatus.OK;
    }

    /** {@code lethe key disable}. */
    @Command(
            name = "disable",
            description = "Have a key not count any more; 'lethe key enable' ends that.")
    static final class Disable extends OfTenant {
        @Parameters(paramLabel = "KEY", description = KEY)
        private String key = "";

        Disable(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            return setActive(this, client, key, false);
        }
    }

    /** {@code lethe key enable}. */
    @Command(name = "enable", description = "Have a disabled key count again.")
    static final class Enable extends OfTenant {
        @Parameters(paramLabel = "KEY", description = KEY)
        private String key = "";

        Enable(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            return setActive(this, client, key, true);
        }
    }

    /** {@code lethe key delete}. */
    @Command(
            name = "delete",
            description = {
                "Remove a key for good, and the sessions that came from it.",
                "Returns when no node takes it any more."
            })
    static final class Delete extends OfTenant {
        @Parameters(paramLabel = "KEY", description = KEY)
        private String key = "";

        Delete(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            identities(client).deleteKey(key);
            if (json()) {
                print(Json.object("deleted", key));
            } else {
                remark("key " + key + " is gone");
            }
            return ExitStatus.OK;
        }
    }
}
