package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.examples.ExampleProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lab}, as a user runs it. */
@Timeout(180)
class LabFromTheCommandLineTest {
  @TempDir private Path directory;

  @Test
  void theListNamesEveryExperiment() throws Exception {
    try (ExampleProcess lab = ExampleProcess.run("lab", "list")) {
      assertEquals(0, lab.awaitExit(), lab::toString);
      assertEquals(List.of(), lab.err());
      assertEquals(Experiments.all().size(), lab.out().size());
      for (int i = 0; i < lab.out().size(); i++) {
        assertTrue(lab.out().get(i).startsWith(Experiments.all().get(i).name() + " "));
      }
    }
  }

  @Test
  void oneExperimentShowsItsTimelineAndTheAdvice() throws Exception {
    try (ExampleProcess lab =
        ExampleProcess.runIn(Map.of("LC_ALL", "C"), "lab", "run", "econnreset-on-read")) {
      assertEquals(0, lab.awaitExit(), lab::toString);
      assertEquals(List.of(), lab.err());
      String out = String.join("\n", lab.out());
      assertTrue(out.startsWith("econnreset-on-read: A peer resets"), out);
      assertTrue(out.contains("PEER      sends a reset"), out);
      assertTrue(out.contains("KERNEL    read(2) = -1 ECONNRESET"), out);
      assertTrue(out.contains("read throws java.net.SocketException  (Connection reset)"), out);
      assertTrue(out.contains("kind=ECONNRESET certainty=CERTAIN state=OPEN op=READ"), out);
      assertTrue(out.contains("advice       ECONNRESET: "), out);
      assertTrue(out.contains("1 experiments: 1 as expected, 0 different, 0 skipped"), out);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run econreset-on-reed | there is no experiment 'econreset-on-reed'; the nearest is 'econnreset-on-read', and 'lab list' shows them all
          run all nonsense | there is no experiment 'nonsense'
          run | Missing required parameter: 'NAME'
          run all --lang fr | --lang: there is no 'fr', allowed is en, de, ja
          run all --report r.txt | --report: 'r.txt' does not end in .md or .html
          run all --report /no/where/r.md | --report: there is no directory '/no/where'
          run all --report /proc/r.md | --report: '/proc/r.md' can't be written
          run all --report /dev/null/r.md | --report: there is no directory '/dev/null'
          runn all | Unmatched arguments from index 1: 'runn', 'all'
          """)
  void wrongUsageIsOneLineThatSaysWhatIsRight(String arguments, String expected) throws Exception {
    try (ExampleProcess lab = ExampleProcess.run(("lab " + arguments).split(" "))) {
      assertEquals(2, lab.awaitExit(), lab::toString);
      assertEquals(List.of(), lab.out());
      assertTrue(lab.err().get(0).contains(expected), lab::toString);
      assertTrue(lab.err().size() <= 8, lab::toString);
    }
  }

  @Test
  void aDirectoryOfTheReportsNameIsWrongUsage() throws Exception {
    Path taken = Files.createDirectory(directory.resolve("taken.md"));
    try (ExampleProcess lab =
        ExampleProcess.run("lab", "run", "half-close", "--report", taken.toString())) {
      assertEquals(2, lab.awaitExit(), lab::toString);
      assertEquals("lab run: --report: '" + taken + "' is a directory", lab.err().get(0));
    }
  }

  @Test
  void aReportThatCouldBeWrittenIsNotThereUntilItIs() throws Exception {
    Path file = directory.resolve("seen.md");
    try (ExampleProcess lab =
        ExampleProcess.run("lab", "run", "half-close", "--jdks", "/no", "--report", "" + file)) {
      assertEquals(2, lab.awaitExit(), lab::toString);
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void theReportIsWrittenInTheFormOfItsName() throws Exception {
    for (String name : List.of("seen.md", "seen.html")) {
      Path file = directory.resolve(name);
      try (ExampleProcess lab =
          ExampleProcess.run("lab", "run", "half-close", "--report", file.toString())) {
        assertEquals(0, lab.awaitExit(), lab::toString);
        assertEquals(List.of(), lab.err());
        assertTrue(lab.out().contains("report: " + file), lab::toString);
        String report = Files.readString(file);
        assertTrue(report.contains("half-close"), report);
        assertTrue(report.startsWith(name.endsWith("md") ? "# Millrace" : "<!DOCTYPE html>"));
      }
    }
  }

  /**
   * The text of a write's reset tells whether the language is there, and in each all is the same.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          C           |             |   | Connection reset by peer
          de_DE.UTF-8 |             |   | Kommunikationspartner
          ja_JP.UTF-8 |             |   | 接続が相手から
                      | ja_JP.UTF-8 | C | ????
          """)
  void allAreAsExpectedInEveryLocale(String all, String lang, String ctype, String reset)
      throws Exception {
    Path file = directory.resolve("rows.tsv");
    Map<String, String> locale =
        all != null ? Map.of("LC_ALL", all) : Map.of("LC_ALL", "", "LANG", lang, "LC_CTYPE", ctype);
    try (ExampleProcess lab =
        ExampleProcess.runIn(locale, "lab", "run", "all", "--rows", file.toString())) {
      int code = lab.awaitExit();
      assertEquals(0, code, lab::toString);
    }
    List<Row> rows = Files.readAllLines(file).stream().map(Row::parse).toList();
    assertEquals(
        Experiments.all().stream().map(Experiment::name).collect(Collectors.toSet()),
        rows.stream().map(Row::experiment).collect(Collectors.toSet()));
    assertFalse(rows.stream().anyMatch(r -> r.outcome().equals("DIFFERENT")));
    String text =
        rows.stream()
            .filter(r -> r.experiment().equals("epipe-after-failed-write") && !r.text().isEmpty())
            .findFirst()
            .orElseThrow()
            .text();
    if (!text.contains(reset)) {
      String missing = locale + " is not installed: the reset is called '" + text + "'";
      if ("true".equals(System.getenv("CI"))) {
        fail(missing);
      }
      assumeTrue(false, missing);
    }
  }
}
