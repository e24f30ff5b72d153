package io.lethe.cli;

import io.lethe.client.LetheException;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what went wrong and what to do next, and turns it into an exit status. */
final class Complaints implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Surroundings surroundings;

    Complaints(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine command, ParseResult arguments) throws Exception {
        // The result that is handed in is the root's; the option is the command's.
        boolean json = command.getParseResult().hasMatchedOption("--json");
        return tell(failure, json).number();
    }

    /** Prints the failure. Rethrows what nobody foresaw. */
    ExitStatus tell(Exception failure, boolean json) throws Exception {
        if (failure instanceof LetheException lethe) {
            return tell("", lethe, json);
        }
        if (failure instanceof Settings.SettingsException) {
            print("CONFIGURATION", text(failure), "", "", json);
            return ExitStatus.USAGE;
        }
        if (failure instanceof UsageException) {
            print("USAGE", text(failure), "", "", json);
            return ExitStatus.USAGE;
        }
        if (failure instanceof IOException) {
            print(
                    "LOCAL",
                    String.valueOf(failure),
                    "check the path, its rights and the space",
                    "",
                    json);
            return ExitStatus.FAILURE;
        }
        throw failure;
    }

    /**
     * Prints a call's failure, unless Ctrl-C was its cause.
     *
     * @param prefix names what failed, among several
     */
    ExitStatus tell(String prefix, LetheException failure, boolean json) {
        if (surroundings.interrupts().interrupted()) {
            return ExitStatus.INTERRUPTED;
        }
        print(
                failure.code().name(),
                prefix + text(failure),
                failure.advice(),
                failure.requestId().orElse(""),
                json);
        return ExitStatus.of(failure.code());
    }

    private static String text(Exception failure) {
        return String.valueOf(failure.getMessage());
    }

    private void print(String code, String message, String advice, String requestId, boolean json) {
        if (json) {
            Map<String, Object> error =
                    Json.object(
                            "code",
                            code,
                            "message",
                            message,
                            "advice",
                            advice,
                            "request_id",
                            requestId);
            surroundings.err().println(Json.line(Json.object("error", error)));
            return;
        }
        surroundings.err().println("lethe: " + Table.visible(message));
        if (!advice.isEmpty() && !message.contains(advice)) {
            String id = requestId.isEmpty() ? "" : ", request " + requestId;
            surroundings.err().println("  what to do: " + advice + "  (" + code + id + ")");
        }
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        surroundings.err().println("lethe: " + Table.visible(text(failure)));
        if (!UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
            surroundings
                    .err()
                    .println(
                            "  what to do: see '"
                                    + command.getCommandSpec().qualifiedName()
                                    + " --help'");
        }
        return ExitStatus.USAGE.number();
    }
}
