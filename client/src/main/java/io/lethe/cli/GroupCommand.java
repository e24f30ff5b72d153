package io.lethe.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Commands about one kind of thing; says so where none of them is named. */
abstract class GroupCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final String name;

    private GroupCommand(Surroundings surroundings, String name) {
        this.surroundings = surroundings;
        this.name = name;
    }

    @Override
    public final Integer call() {
        surroundings.err().println("lethe: which command? 'lethe " + name + " --help' lists them");
        return ExitStatus.USAGE.number();
    }

    /** {@code lethe tenant}. */
    @Command(
            name = "tenant",
            description = "Add, show and change the tenants that the provider serves.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Tenant extends GroupCommand {
        Tenant(Surroundings surroundings) {
            super(surroundings, "tenant");
        }
    }

    /** {@code lethe user}. */
    @Command(
            name = "user",
            description = "Add, show and change a tenant's users and service accounts.",
            synopsisSubcommandLabel = "COMMAND")
    static final class User extends GroupCommand {
        User(Surroundings surroundings) {
            super(surroundings, "user");
        }
    }

    /** {@code lethe key}. */
    @Command(
            name = "key",
            description = "Make, show and revoke access keys of users.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Key extends GroupCommand {
        Key(Surroundings surroundings) {
            super(surroundings, "key");
        }
    }
}
