package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lab list}. */
@Command(
    name = "list",
    description = "Lists the experiments: name, what it shows, and what it needs besides Java.",
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
final class ListCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    int width = Experiments.all().stream().mapToInt(e -> e.name().length()).max().orElse(1);
    for (Experiment each : Experiments.all()) {
      String needs = each.needs().isEmpty() ? "" : "  (needs " + each.needs() + ")";
      out.println(("%-" + width + "s  %s%s").formatted(each.name(), each.title(), needs));
    }
    out.flush();
  }
}
