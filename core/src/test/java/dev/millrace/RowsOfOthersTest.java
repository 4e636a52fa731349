package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The page that lists what others test says where it is tested here, and that is true. */
@Timeout(60)
class RowsOfOthersTest {
  private static final Path PAGE = Path.of("docs", "rows-of-others.md");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final Pattern HEADING = Pattern.compile("## (.+) \\((\\d+) rows\\)");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
  private static final Path SCENARIOS =
      Path.of("../examples/src/main/java/dev/millrace/examples/sim/Scenarios.java");
  private static final Pattern SCENARIO = Pattern.compile("`scenario ([^`]+)`");
  private static final Pattern LIST = Pattern.compile("`\\w+Test\\.\\w+`(, `\\w+Test\\.\\w+`)*");
  private static final String SHOWN = "`(\\w+Test\\.\\w+|scenario [\\w-]+)`";
  private static final Pattern SIMULATED = Pattern.compile(SHOWN + "(, " + SHOWN + ")*");
  private static final String SIMULATION = "dev.millrace.sim";
  private static final Pattern REASON = Pattern.compile("— no interleaving matters: \\S.+");
  private static final Pattern NOT_HERE = Pattern.compile("not applicable: \\S.+");

  /** What is wrong with a page's text; empty if nothing is. */
  private static List<String> faults(String page) throws IOException {
    Map<String, Path> files = testFiles();
    List<String> faults = new ArrayList<>();
    String section = null;
    int said = 0;
    int counted = 0;
    for (String line : page.lines().toList()) {
      Matcher heading = HEADING.matcher(line);
      if (line.startsWith("## ")) {
        count(faults, section, said, counted);
        assertTrue(heading.matches(), line);
        section = heading.group(1);
        said = Integer.parseInt(heading.group(2));
        counted = 0;
      }
      if (line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| Their test")) {
        counted++;
        row(faults, files, line);
      }
      Matcher named = NAMED.matcher(line);
      while (section != null && named.find()) {
        test(faults, files, named.group(1), named.group(2));
      }
    }
    count(faults, section, said, counted);
    return faults;
  }

  private static void count(List<String> faults, String section, int said, int counted) {
    if (section != null && said != counted) {
      faults.add(section + " says " + said + " rows and has " + counted);
    }
  }

  private static void row(List<String> faults, Map<String, Path> files, String line)
      throws IOException {
    String[] cells = line.split("\\|", -1);
    if (cells.length != 6 || !cells[5].isBlank()) {
      faults.add("not four cells: " + line);
      return;
    }
    for (int i = 1; i <= 4; i++) {
      if (cells[i].isBlank()) {
        faults.add("a blank cell: " + line);
      }
    }
    String test = cells[3].strip();
    String simulated = cells[4].strip();
    if (NOT_HERE.matcher(test).matches()) {
      if (!simulated.equals("—")) {
        faults.add("what does not apply is not simulated: " + line);
      }
    } else if (!LIST.matcher(test).matches()) {
      faults.add("neither test nor reason: " + line);
    } else if (SIMULATED.matcher(simulated).matches()) {
      simulated(faults, files, simulated);
    } else if (!REASON.matcher(simulated).matches()) {
      faults.add("neither simulated nor reason: " + line);
    }
  }

  /** A test of that column runs in the simulated network, and a scenario of it is one. */
  private static void simulated(List<String> faults, Map<String, Path> files, String cell)
      throws IOException {
    Matcher named = NAMED.matcher(cell);
    while (named.find()) {
      Path file = files.get(named.group(1));
      if (file != null && !className(file).startsWith(SIMULATION)) {
        faults.add("no test of the simulation: " + named.group(1));
      }
    }
    Matcher scenario = SCENARIO.matcher(cell);
    while (scenario.find()) {
      if (!Files.readString(SCENARIOS).contains("\"" + scenario.group(1) + "\",")) {
        faults.add("no such scenario: " + scenario.group(1));
      }
    }
  }

  private static void test(
      List<String> faults, Map<String, Path> files, String name, String method) {
    Path file = files.get(name);
    if (file == null) {
      faults.add("no such class: " + name);
    } else if (method != null && testMethods(file).noneMatch(m -> m.getName().equals(method))) {
      faults.add("no such test: " + name + "." + method);
    }
  }

  private static Stream<Method> testMethods(Path file) {
    try {
      Class<?> tests =
          Class.forName(className(file), false, RowsOfOthersTest.class.getClassLoader());
      return Arrays.stream(tests.getDeclaredMethods())
          .filter(m -> AnnotationSupport.isAnnotated(m, Testable.class));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static String className(Path file) {
    return file.toString()
        .replaceFirst("\\.java$", "")
        .replace(file.getFileSystem().getSeparator(), ".");
  }

  private static Map<String, Path> testFiles() throws IOException {
    Map<String, Path> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(TESTS)) {
      for (Path file : all.filter(f -> f.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        Path other = found.put(name, TESTS.relativize(file));
        assertTrue(other == null, () -> "two classes have the name of " + file);
      }
    }
    return found;
  }

  @Test
  void everyRowHasATestThatExistsOrAReason() throws IOException {
    assertEquals(List.of(), faults(Files.readString(PAGE)));
  }

  @Test
  void whatIsWrongIsFound() throws IOException {
    String good = "`RowsOfOthersTest.whatIsWrongIsFound`";
    String simulated = "`HalfCloseInTheSimulationTest.finThenDataIsStillReadable`";
    String reason = "— no interleaving matters: why";
    assertEquals(List.of(), ofRow("| a | b | " + good + " | " + reason + " |"));
    assertEquals(List.of(), ofRow("| a | b | " + good + ", " + good + " | " + simulated + " |"));
    assertEquals(List.of(), ofRow("| a | b | not applicable: why | — |"));
    assertEquals(List.of(), ofRow("| a | b | " + good + " | `scenario half-close` |"));
    assertEquals(
        List.of(), ofRow("| a | b | " + good + " | `scenario half-close`, " + simulated + " |"));
    assertFault("no such scenario: half-open", "| a | b | " + good + " | `scenario half-open` |");
    assertFault(
        "no test of the simulation: RowsOfOthersTest", "| a | b | " + good + " | " + good + " |");
    assertFault(
        "no such test: RowsOfOthersTest.faults",
        "| a | b | `RowsOfOthersTest.faults` | " + reason + " |");
    assertFault("no such class: NobodyTest", "| a | b | `NobodyTest.x` | " + reason + " |");
    assertFault("no such class: NobodyTest", "| a | b | " + good + " | `NobodyTest.x` |");
    assertFault("no such class: NobodyTest", "| a | b | not applicable: see `NobodyTest` | — |");
    assertFault("a blank cell", "| a |  | " + good + " | " + reason + " |");
    assertFault("neither simulated nor reason", "| a | b | " + good + " | SIM |");
    assertFault("neither simulated nor reason", "| a | b | " + good + " |  |");
    assertFault("neither simulated nor reason", "| a | b | " + good + " | — |");
    assertFault("neither test nor reason", "| a | b | later | " + reason + " |");
    assertFault("neither test nor reason", "| a | b | not applicable:  | — |");
    assertFault("neither test nor reason", "| a | b | `scenario echo` | " + reason + " |");
    assertFault("not four cells", "| a | b | " + good + " |");
    assertFault(
        "two says 2 rows and has 1", "## two (2 rows)\n| a | b | " + good + " | " + reason + " |");
  }

  private static List<String> ofRow(String row) throws IOException {
    return faults("## one (1 rows)\n" + row);
  }

  private static void assertFault(String expected, String text) throws IOException {
    List<String> found = text.startsWith("##") ? faults(text) : ofRow(text);
    assertTrue(
        found.stream().anyMatch(f -> f.startsWith(expected)), () -> expected + " not in " + found);
  }
}
