package dev.millrace.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the command lines of all Millrace jars have in common. */
public final class Programs {
  private Programs() {}

  /**
   * A command line. What fails at run time is one line; wrong usage is one line, and under it how
   * to write it. Never a stack trace. The exit codes are 0 for done, 1 for failed at run time and 2
   * for wrong usage.
   *
   * @param root the command that carries the others
   * @return ready to execute
   */
  public static CommandLine commandLine(Object root) {
    return new CommandLine(root)
        .registerConverter(Duration.class, Durations::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(
            (e, args) -> {
              // The synopsis and not the whole help: that would push the reason off the screen.
              CommandLine wrong = e.getCommandLine();
              PrintWriter err = wrong.getErr();
              err.println(nameOf(wrong) + ": " + e.getMessage());
              err.print(wrong.getHelp().fullSynopsis());
              String name = wrong.getCommandSpec().qualifiedName();
              err.println("What they mean: " + name + " --help");
              err.flush();
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              PrintWriter err = commandLine.getErr();
              err.println(nameOf(commandLine) + ": " + textOf(e));
              err.flush();
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  /** As it is typed behind the name of the jar: {@code lab run}, as there may be another run. */
  private static String nameOf(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    String jar = spec.root().name() + " ";
    String name = spec.qualifiedName();
    return name.startsWith(jar) ? name.substring(jar.length()) : name;
  }

  /** What an exception says; of one about a file that says no more than its name, what it was. */
  private static String textOf(Exception e) {
    if (e instanceof FileSystemException about && about.getReason() == null) {
      return about.getFile() + ": " + why(about);
    }
    return e.getMessage();
  }

  /**
   * What was wrong with a file, without its name: the JDK tells the commonest by the exception's
   * class alone.
   */
  public static String why(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "not permitted";
    }
    String reason = e instanceof FileSystemException about ? about.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  /**
   * Whether somebody sits before the standard error. {@code System.console()} tells it on older
   * JDKs only; where there is no proc(5) the answer is no, and lines do as well.
   */
  public static boolean isErrTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
