package dev.millrace.examples;

import dev.millrace.examples.echo.EchoCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The programs of this jar. */
@Command(
    name = "millrace-examples",
    description = {
      "Programs built on the Millrace server core.",
      "",
      "Exit codes: 0 done, 1 failed at run time, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = "millrace-examples 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {EchoCommand.class})
public final class Examples implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs one of the programs and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, with every error one line and never a stack trace. */
  static CommandLine commandLine() {
    return new CommandLine(new Examples())
        .registerConverter(java.time.Duration.class, Durations::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              PrintWriter err = commandLine.getErr();
              err.println(commandLine.getCommandName() + ": " + e.getMessage());
              err.flush();
              return CommandLine.ExitCode.SOFTWARE;
            });
  }
}
