package dev.millrace.examples;

import dev.millrace.examples.echo.EchoCommand;
import dev.millrace.examples.sim.SimCommand;
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
    version = Examples.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {EchoCommand.class, SimCommand.class})
public final class Examples implements Runnable {
  /** What {@code --version} prints, of the jar and of each program in it. */
  public static final String VERSION = "millrace-examples 0.1.0";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs one of the programs and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /**
   * The command line. What fails at run time is one line; wrong usage is one line, and under it how
   * to write it. Never a stack trace.
   */
  static CommandLine commandLine() {
    return new CommandLine(new Examples())
        .registerConverter(java.time.Duration.class, Durations::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(
            (e, args) -> {
              // The synopsis and not the whole help: that would push the reason off the screen.
              CommandLine wrong = e.getCommandLine();
              PrintWriter err = wrong.getErr();
              err.println(wrong.getCommandName() + ": " + e.getMessage());
              err.print(wrong.getHelp().fullSynopsis());
              String name = wrong.getCommandSpec().qualifiedName();
              err.println("What they mean: " + name + " --help");
              err.flush();
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              PrintWriter err = commandLine.getErr();
              err.println(commandLine.getCommandName() + ": " + e.getMessage());
              err.flush();
              return CommandLine.ExitCode.SOFTWARE;
            });
  }
}
