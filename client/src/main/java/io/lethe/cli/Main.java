package io.lethe.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line's entry. */
public final class Main {
    private static final int OUT_BUFFER_BYTES = 64 * 1024;

    private Main() {}

    @Command(
            name = "lethe",
            description = "Store, read and look after objects in a Lethe cluster.",
            synopsisSubcommandLabel = "COMMAND",
            footerHeading = "%nExit status:%n")
    private static final class Root implements Callable<Integer> {
        private final Surroundings surroundings;

        Root(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            surroundings.err().println("lethe: which command? 'lethe --help' lists them");
            return ExitStatus.USAGE.number();
        }
    }

    @Command(name = "version", description = "Show the version.")
    private static final class Version implements Callable<Integer> {
        private final Surroundings surroundings;

        @Option(names = "--json", description = "print one JSON object")
        private boolean json;

        Version(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            surroundings
                    .out()
                    .println(
                            json
                                    ? Json.line(Json.object("version", Main.version()))
                                    : "lethe " + Main.version());
            return ExitStatus.OK.number();
        }
    }

    /** Runs one command and ends the process. */
    public static void main(String[] arguments) {
        Interrupts interrupts = new Interrupts();
        Runtime.getRuntime().addShutdownHook(new Thread(interrupts, "lethe-interrupt"));
        System.setOut(
                new PrintStream(
                        new BufferedOutputStream(
                                new FileOutputStream(FileDescriptor.out), OUT_BUFFER_BYTES),
                        false,
                        StandardCharsets.UTF_8));
        int status = run(Surroundings.ofProcess(interrupts), arguments);
        System.out.flush();
        System.exit(status);
    }

    /** Runs one command and gives its exit status. */
    static int run(Surroundings surroundings, String... arguments) {
        int status = commandLine(surroundings).execute(arguments);
        surroundings.out().flush();
        surroundings.err().flush();
        return status;
    }

    static CommandLine commandLine(Surroundings surroundings) {
        Complaints complaints = new Complaints(surroundings);
        CommandLine line = new CommandLine(new Root(surroundings));
        addCommands(line, surroundings);
        line.registerConverter(Duration.class, new DurationConverter());
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler(complaints);
        line.setParameterExceptionHandler(complaints);
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        surroundings.outTerminal() ? Ansi.ON : Ansi.OFF));
        line.getCommandSpec().version("lethe " + version());
        line.getCommandSpec()
                .addOption(
                        OptionSpec.builder("--version")
                                .versionHelp(true)
                                .description("show the version and end")
                                .build());
        line.getCommandSpec()
                .usageMessage()
                .footer(
                        Arrays.stream(ExitStatus.values())
                                .map(s -> String.format("  %3d  %s", s.number(), s.meaning()))
                                .collect(Collectors.joining("%n")));
        return line;
    }

    private static void addCommands(CommandLine line, Surroundings surroundings) {
        line.addSubcommand(new MakeBucket(surroundings));
        line.addSubcommand(new RemoveBucket(surroundings));
        line.addSubcommand(new VersioningCommand(surroundings));
        line.addSubcommand(new StorageClassCommand(surroundings));
        line.addSubcommand(new ListCommand(surroundings));
        line.addSubcommand(new Put(surroundings));
        line.addSubcommand(new Get(surroundings));
        line.addSubcommand(new Remove(surroundings));
        line.addSubcommand(new Copy(surroundings));
        line.addSubcommand(new Stat(surroundings));
        line.addSubcommand(new StatusCommand(surroundings));
        line.addSubcommand(new Nodes(surroundings));
        line.addSubcommand(new Devices(surroundings));
        line.addSubcommand(new PlacementGroups(surroundings));
        line.addSubcommand(new Partitions(surroundings));
        line.addSubcommand(new Workers(surroundings));
        line.addSubcommand(new Repairs(surroundings));
        line.addSubcommand(
                new CommandLine(new DeviceCommand(surroundings))
                        .addSubcommand(new AddDevice(surroundings))
                        .addSubcommand(new Leaving.DrainDevice(surroundings))
                        .addSubcommand(new Leaving.KeepDevice(surroundings))
                        .addSubcommand(new RemoveDevice(surroundings)));
        line.addSubcommand(
                new CommandLine(new PartitionCommand(surroundings))
                        .addSubcommand(new SplitPartition(surroundings))
                        .addSubcommand(new MergePartition(surroundings))
                        .addSubcommand(new RecoverPartition(surroundings))
                        .addSubcommand(new MovePartition(surroundings)));
        addTenants(line, surroundings);
        line.addSubcommand(new BackupCommand(surroundings));
        line.addSubcommand(new BackupsCommand(surroundings));
        line.addSubcommand(new Rebalance(surroundings));
        line.addSubcommand(new Reclaim(surroundings));
        line.addSubcommand(
                new CommandLine(new UpgradeCommand(surroundings))
                        .addSubcommand(new FinishUpgrade(surroundings)));
        line.addSubcommand(new Completion(surroundings));
        line.addSubcommand(new Version(surroundings));
        addHelp(line);
        line.getSubcommands().values().forEach(Main::addHelps);
        addLaunched(line, surroundings, "dev", "Run a whole cluster on this machine.");
        CommandLine node =
                addLaunched(
                                line,
                                surroundings,
                                "node",
                                "Run one node; 'node drain|keep|remove|replace' orders about one.")
                        .addSubcommand(new NodeOrder.Drain(surroundings))
                        .addSubcommand(new NodeOrder.Keep(surroundings))
                        .addSubcommand(new NodeOrder.Remove(surroundings))
                        .addSubcommand(new NodeOrder.Replace(surroundings));
        node.getSubcommands().values().forEach(Main::addHelps);
        addLaunched(line, surroundings, "ca", "Make certificates for a cluster's nodes.");
        addLaunched(line, surroundings, "root-key", "Make the file of root keys.");
        addLaunched(line, surroundings, "credentials", "Make the first operator's access key.");
        addLaunched(
                line,
                surroundings,
                "recover-directory",
                "Go on from one copy of the directory, on a stopped node.");
        addLaunched(
                line,
                surroundings,
                "restore",
                "Make all metadata anew of a backup, on a stopped node.");
        line.addSubcommand(new HelpCommand());
    }

    private static void addTenants(CommandLine line, Surroundings surroundings) {
        line.addSubcommand(
                new CommandLine(new GroupCommand.Tenant(surroundings))
                        .addSubcommand(new TenantCommands.Create(surroundings))
                        .addSubcommand(new TenantCommands.ListAll(surroundings))
                        .addSubcommand(new TenantCommands.Show(surroundings))
                        .addSubcommand(new TenantCommands.Set(surroundings))
                        .addSubcommand(new TenantCommands.Suspend(surroundings))
                        .addSubcommand(new TenantCommands.Resume(surroundings)));
        line.addSubcommand(
                new CommandLine(new GroupCommand.User(surroundings))
                        .addSubcommand(new UserCommands.Create(surroundings))
                        .addSubcommand(new UserCommands.ListAll(surroundings))
                        .addSubcommand(new UserCommands.Show(surroundings))
                        .addSubcommand(new UserCommands.Suspend(surroundings))
                        .addSubcommand(new UserCommands.Resume(surroundings))
                        .addSubcommand(new UserCommands.Admin(surroundings))
                        .addSubcommand(new UserCommands.Policy(surroundings))
                        .addSubcommand(new UserCommands.Delete(surroundings)));
        line.addSubcommand(
                new CommandLine(new GroupCommand.Key(surroundings))
                        .addSubcommand(new KeyCommands.Create(surroundings))
                        .addSubcommand(new KeyCommands.ListAll(surroundings))
                        .addSubcommand(new KeyCommands.Disable(surroundings))
                        .addSubcommand(new KeyCommands.Enable(surroundings))
                        .addSubcommand(new KeyCommands.Delete(surroundings)));
    }

    private static void addHelps(CommandLine command) {
        addHelp(command);
        command.getSubcommands().values().forEach(Main::addHelps);
    }

    private static void addHelp(CommandLine line) {
        line.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("show this and end")
                                .build());
    }

    private static CommandLine addLaunched(
            CommandLine line, Surroundings surroundings, String name, String description) {
        CommandLine launched = new CommandLine(new LauncherCommand(surroundings, name));
        launched.setUnmatchedOptionsArePositionalParams(true);
        launched.getCommandSpec().usageMessage().description(description);
        line.addSubcommand(name, launched);
        return launched;
    }

    /** The version that the build wrote into the jar. */
    static String version() {
        try (InputStream in = Main.class.getResourceAsStream("version.txt")) {
            return in == null
                    ? "unknown"
                    : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}. */
    private static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
                throw new TypeConversionException(
                        "'" + text + "' is not a time; write 500ms, 30s, 5m or 1h");
            }
            long number = Long.parseLong(text.replaceAll("[a-z]", ""));
            Duration duration =
                    text.endsWith("ms")
                            ? Duration.ofMillis(number)
                            : switch (text.charAt(text.length() - 1)) {
                                case 's' -> Duration.ofSeconds(number);
                                case 'm' -> Duration.ofMinutes(number);
                                default -> Duration.ofHours(number);
                            };
            if (duration.isZero()) {
                throw new TypeConversionException("'" + text + "' must be more than nothing");
            }
            return duration;
        }
    }
}
