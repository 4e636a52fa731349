package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The campaign from the command line. */
@Timeout(120)
class SimCommandTest {
  @Test
  void aCampaignEndsWithItsCountOfRunsAndOfViolations() throws Exception {
    for (String mode : List.of("safety", "liveness")) {
      try (ExampleProcess process =
          ExampleProcess.run("sim", "--seeds", "1..200", "--mode", mode)) {
        assertEquals(0, process.awaitExit(), process::toString);
        List<String> out = process.out();
        assertEquals("200 runs, 0 violations", out.get(out.size() - 1));
        assertTrue(out.get(out.size() - 2).contains("0 lost, 0 doubled"), process::toString);
        assertTrue(out.get(out.size() - 3).contains("connection lifetimes"), process::toString);
        String bar = process.err().get(process.err().size() - 1);
        assertTrue(bar.startsWith("[##############################] 200 of 200, "), bar);
      }
    }
  }

  @Test
  void oneScenarioAloneCanBeRun() throws Exception {
    try (ExampleProcess process =
        ExampleProcess.run("sim", "--seeds", "5", "--scenario", "echo", "--threads", "1")) {
      assertEquals(0, process.awaitExit(), process::toString);
      assertTrue(process.out().contains("1 runs, 0 violations"), process::toString);
    }
  }

  @Test
  void aReplayShowsTheTraceAndIsTheSameEachTime() throws Exception {
    List<String> first;
    try (ExampleProcess process =
        ExampleProcess.run("sim", "--replay", "7", "--scenario", "echo")) {
      assertEquals(0, process.awaitExit(), process::toString);
      first = process.out();
      assertEquals("scenario echo, safety", first.get(0));
      assertTrue(first.stream().anyMatch(line -> line.endsWith("listening 7007")));
      assertEquals("seed 7: nothing was broken", first.get(first.size() - 1));
    }
    try (ExampleProcess process =
        ExampleProcess.run("sim", "--replay", "7", "--scenario", "echo")) {
      assertEquals(0, process.awaitExit(), process::toString);
      assertEquals(first, process.out());
    }
  }

  @Test
  void theScenariosAreListed() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("sim", "--list")) {
      assertEquals(0, process.awaitExit(), process::toString);
      assertTrue(process.out().size() >= 12, process::toString);
      assertTrue(process.out().stream().anyMatch(line -> line.startsWith("half-close ")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --seeds    | 5..3    | --seeds: 5..3 goes down; write the smaller number first
          --seeds    | all     | --seeds: 'all' is no range of seeds; write --seeds 1..10000
          --scenario | nothing | --scenario: there is no 'nothing'; see --list
          --mode     | brave   | '--mode': expected one of [SAFETY, LIVENESS]
          --replay   | x       | '--replay': 'x' is not a long
          --threads  | 0       | --threads: 0 is not 1 to 1000
          """)
  void aWrongOptionIsNamedWithWhatIsRight(String option, String value, String expected)
      throws Exception {
    try (ExampleProcess process = ExampleProcess.run("sim", option, value)) {
      assertEquals(2, process.awaitExit(), process::toString);
      assertEquals(List.of(), process.out());
      String line = process.err().get(0);
      assertTrue(line.startsWith("sim: ") && line.contains(expected), process::toString);
      assertTrue(process.err().stream().noneMatch(l -> l.contains("Exception")), process::toString);
    }
  }
}
