package dev.millrace.examples;

import dev.millrace.examples.chat.ChatCommand;
import dev.millrace.examples.echo.EchoCommand;
import dev.millrace.examples.errors.ErrorsCommand;
import dev.millrace.examples.http.HttpCommand;
import dev.millrace.examples.kv.KvCommand;
import dev.millrace.examples.lab.LabCommand;
import dev.millrace.examples.proxy.ProxyCommand;
import dev.millrace.examples.showcase.ShowcaseCommand;
import dev.millrace.examples.sim.SimCommand;
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
    subcommands = {
      ShowcaseCommand.class,
      EchoCommand.class,
      HttpCommand.class,
      KvCommand.class,
      ProxyCommand.class,
      ChatCommand.class,
      SimCommand.class,
      LabCommand.class,
      ErrorsCommand.class
    })
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
    System.exit(Programs.commandLine(new Examples()).execute(args));
  }
}
