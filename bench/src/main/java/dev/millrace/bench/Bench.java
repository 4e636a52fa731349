package dev.millrace.bench;

import dev.millrace.bench.compare.CompareCommand;
import dev.millrace.bench.compare.IdleCommand;
import dev.millrace.bench.gate.GateCommand;
import dev.millrace.bench.load.LoadCommand;
import dev.millrace.bench.micro.JmhCommand;
import dev.millrace.bench.peer.ServeCommand;
import dev.millrace.bench.report.ReportCommand;
import dev.millrace.examples.Programs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The measurements of this jar. */
@Command(
    name = "millrace-bench",
    description = {
      "Measurements of the Millrace server core, beside its peers and the floor in the same run.",
      "",
      "Exit codes: 0 done, 1 failed at run time (a budget broken, bytes wrong), 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CompareCommand.class,
      IdleCommand.class,
      LoadCommand.class,
      JmhCommand.class,
      GateCommand.class,
      ReportCommand.class,
      ServeCommand.class
    })
public final class Bench implements Runnable {
  /** What {@code --version} prints, of the jar and of each program in it. */
  public static final String VERSION = "millrace-bench 0.1.0";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs one of the measurements and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(Programs.commandLine(new Bench()).execute(args));
  }
}
