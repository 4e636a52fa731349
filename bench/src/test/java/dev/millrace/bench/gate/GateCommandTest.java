package dev.millrace.bench.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.Bench;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.report.Table;
import dev.millrace.examples.Programs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What {@code gate} says of its figures. */
@Timeout(30)
class GateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void brokenBudgetIsOneLineAndFails() {
    Map<Budget, Summary> figures = new EnumMap<>(Budget.class);
    figures.put(Budget.ECHO_READS, Summary.exact(1));
    figures.put(Budget.ECHO_BYTES, Summary.exact(24));
    figures.put(Budget.HOT_LOOP_64, Summary.of(2.9, 3, 3.25));
    int exit = GateCommand.verdict(figures, new PrintWriter(err));
    assertEquals(1, exit);
    assertEquals(2, err.toString().lines().count(), err::toString);
    assertTrue(
        err.toString().startsWith("gate: broken: echo-bytes: measured 24 B, budget 0 B ("),
        err::toString);
    assertTrue(
        err.toString().contains("gate: broken: hot-loop-64: measured 3 ×, budget 1.800 × ("),
        err::toString);
  }

  @Test
  void budgetsThatHoldAreNoLine() {
    Map<Budget, Summary> figures = new EnumMap<>(Budget.class);
    figures.put(Budget.ECHO_BYTES, Summary.exact(0));
    assertEquals(0, GateCommand.verdict(figures, new PrintWriter(err)));
    assertEquals("", err.toString());
  }

  @Test
  void budgetsAreListedWithTheirReasons() {
    CommandLine commandLine = Programs.commandLine(new Bench()).setOut(new PrintWriter(out));
    assertEquals(0, commandLine.execute("gate", "--list"));
    assertEquals(Budget.values().length, out.toString().lines().count(), out::toString);
    assertTrue(out.toString().contains("stall-interest"), out::toString);
    assertTrue(out.toString().contains("OP_WRITE is armed once"), out::toString);
  }

  @Test
  void reportHasATableForEachUnit() {
    Map<Budget, Summary> figures = new EnumMap<>(Budget.class);
    for (Budget budget : Budget.values()) {
      figures.put(budget, Summary.exact(budget.limit()));
    }
    List<Table> tables = GateCommand.report(figures).tables();
    assertEquals(List.of("bytes", "calls", "ratios"), tables.stream().map(Table::id).toList());
    assertEquals(
        Budget.values().length, tables.stream().mapToInt(table -> table.rows().size()).sum());
    assertEquals(2, tables.get(1).figure("stall-interest", "budget").median());
  }

  @Test
  void optionThatIsNotThereIsWrongUsage() {
    CommandLine commandLine = Programs.commandLine(new Bench()).setErr(new PrintWriter(err));
    assertEquals(2, commandLine.execute("gate", "--quick"));
    assertTrue(err.toString().startsWith("gate: Unknown option: '--quick'"), err::toString);
  }
}
