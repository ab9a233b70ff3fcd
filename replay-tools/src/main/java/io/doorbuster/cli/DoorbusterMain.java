package io.doorbuster.cli;

import io.doorbuster.journal.JournalCorruptException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code doorbuster}: one command line for everything. Exit codes: 0 = done, 1 = failed, or found what must not be, 2 = the
 * command line is wrong.
 */
@Command(
        name = "doorbuster",
        mixinStandardHelpOptions = true,
        version = "doorbuster 0.1.0-SNAPSHOT",
        description = "The engine behind a flash sale. Exit codes: 0 done, 1 failed or differs, 2 wrong command line.",
        footer = {"", "Begin with: doorbuster demo. Every command has --help with examples."},
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            ImportCommand.class,
            ReplayCommand.class,
            VerifyCommand.class,
            FollowCommand.class,
            CheckpointCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            RewindCommand.class,
            InspectCommand.class,
            RepairCommand.class,
            FeaturesCommand.class,
            ModelCommand.class,
            SimulateCommand.class,
            EvaluateCommand.class,
            OffPolicyCommand.class,
            DiffCommand.class,
            TrainCommand.class,
            BenchCommand.class
        })
public final class DoorbusterMain {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private DoorbusterMain() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // What is printed can be given to another command, in any country.
        final PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        final PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        final CommandLine commandLine = new CommandLine(new DoorbusterMain());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            explain(exception, command.getErr());
            if (command.getParseResult().hasMatchedOption("--json")) {
                command.getOut()
                        .println(Report.MAPPER.createObjectNode().put("error", String.valueOf(exception.getMessage())));
                command.getOut().flush();
            }
            return exception instanceof IllegalArgumentException ? WRONG_USAGE : FAILED;
        });
        if (arguments.length == 0) {
            commandLine.usage(err);
            return WRONG_USAGE;
        }
        return commandLine.execute(arguments);
    }

    /** What the user can mend is said in a line; what only we can mend comes with its trace. */
    private static void explain(Exception exception, PrintWriter err) {
        final boolean isExpected = exception instanceof IOException
                || exception instanceof UncheckedIOException
                || exception instanceof JournalCorruptException
                || exception instanceof IllegalArgumentException
                || exception instanceof IllegalStateException;
        if (isExpected) {
            err.println("doorbuster: " + exception.getMessage());
        } else {
            exception.printStackTrace(err);
        }
        err.flush();
    }
}
