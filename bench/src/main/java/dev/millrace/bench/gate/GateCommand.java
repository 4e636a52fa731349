package dev.millrace.bench.gate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.millrace.bench.Bench;
import dev.millrace.bench.report.Environment;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Reports;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.report.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the core against its budgets. */
@Command(
    name = "gate",
    description = {
      "Measures the core against its budgets, in half a minute to a minute, and fails if one is"
          + " broken.",
      "",
      "Bytes and calls are counted on sockets without a kernel, and are the same on every machine."
          + " Processor time is a ratio to the least code that does the same, both in one thread by"
          + " turns, so that it holds on a machine that others use; its budgets have a margin.",
      "",
      "Exit codes: 0 all budgets hold, 1 one is broken (a line each says which), 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION)
public final class GateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--list",
      description = "Prints the budgets with their reasons, and measures none.")
  private boolean list;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Writes the figures there as well: gate.json, gate.md and charts.")
  private Path report;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      for (Budget budget : Budget.values()) {
        out.println(
            String.format(
                Locale.ROOT,
                "%-28s %7s %-5s  %s",
                budget.title(),
                number(budget.limit()),
                budget.unit(),
                budget.meaning()));
      }
      return CommandLine.ExitCode.OK;
    }
    if (report != null) {
      Reports.prepare(report);
    }
    Map<Budget, Summary> figures =
        measure(new Gate((budget, figure) -> print(out, budget, figure)));
    if (report != null) {
      Reports.write(report(figures), report);
    }
    return verdict(figures, spec.commandLine().getErr());
  }

  /** A table for each unit, in which the budget stands beside what was measured. */
  static Report report(Map<Budget, Summary> figures) {
    Map<String, Table> tables = new LinkedHashMap<>();
    figures.forEach(
        (budget, figure) -> {
          Table table =
              tables.computeIfAbsent(budget.unit(), unit -> table(budget.quantity(), unit));
          table.put(budget.title(), "measured", figure);
          table.put(budget.title(), "budget", Summary.exact(budget.limit()));
          table.note(budget.title() + ": " + budget.meaning() + ".");
        });
    return new Report("gate", Environment.now(), Map.of(), List.copyOf(tables.values()));
  }

  private static Table table(String quantity, String unit) {
    Table table =
        new Table(
            quantity,
            "Budgets of " + quantity,
            List.of(
                new Table.Column("measured", "measured", unit, 3),
                new Table.Column("budget", "budget", unit, 3)));
    table.charts(
        List.of(
            new Table.Chart(
                quantity,
                "Budgets of " + quantity,
                Table.Kind.BARS,
                List.of("measured", "budget"))));
    return table;
  }

  /** The exit code, and a line for each budget that is broken. */
  static int verdict(Map<Budget, Summary> figures, PrintWriter err) {
    Set<Budget> broken = Gate.broken(figures);
    for (Budget budget : broken) {
      err.println(
          String.format(
              Locale.ROOT,
              "gate: broken: %s: measured %s %s, budget %s %s (%s)",
              budget.title(),
              number(figures.get(budget).median()),
              budget.unit(),
              number(budget.limit()),
              budget.unit(),
              budget.meaning()));
    }
    err.flush();
    return broken.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** Without the lines that each server logs when it begins and ends. */
  private static Map<Budget, Summary> measure(Gate gate) throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");
    Level before = logger.getLevel();
    logger.setLevel(Level.WARN);
    try {
      return gate.measure();
    } finally {
      logger.setLevel(before);
    }
  }

  private static void print(PrintWriter out, Budget budget, Summary figure) {
    out.println(
        String.format(
            Locale.ROOT,
            "%-6s %-28s %9s (%s to %s) of %s %s",
            budget.isBrokenBy(figure.median()) ? "BROKEN" : "ok",
            budget.title(),
            number(figure.median()),
            number(figure.low()),
            number(figure.high()),
            number(budget.limit()),
            budget.unit()));
    out.flush();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.3f", value);
  }
}
