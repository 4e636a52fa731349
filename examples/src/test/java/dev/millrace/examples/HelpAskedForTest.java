package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HelpAskedForTest {
  @Test
  void withoutASubcommandTheHelpIsPrinted() throws Exception {
    try (ExampleProcess process = ExampleProcess.run()) {
      assertEquals(0, process.awaitExit());
      assertEquals(List.of(), process.err());
      assertTrue(process.out().get(0).startsWith("Usage: millrace-examples"), process::toString);
      assertTrue(
          process.out().stream().anyMatch(l -> l.matches("  echo +Sends back .*")),
          process::toString);
    }
  }

  @Test
  void theHelpOfEchoNamesEveryOptionWithItsDefault() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("echo", "--help")) {
      assertEquals(0, process.awaitExit());
      assertEquals(List.of(), process.err());
      String help = String.join(" ", process.out()).replaceAll(" +", " ");
      assertDefault(help, "--port=PORT", "default: 7007");
      assertDefault(help, "--host=HOST", "default: 127.0.0.1");
      assertDefault(help, "--read-timeout=TIME", "default: 60s");
      assertDefault(help, "--write-timeout=TIME", "default: 30s");
      assertDefault(help, "--drain-timeout=TIME", "default: 5s");
      assertDefault(help, "--max-connections=N", "default: the limit of descriptors, less 64");
      assertDefault(help, "--at-cap=POLICY", "default: reject");
      assertDefault(help, "--per-address=N", "default: 0, no cap");
      assertDefault(help, "--verbose", "default: off");
      assertDefault(help, "--log-dir=DIR", "default: none");
    }
  }

  /** The option's own paragraph: from its name, behind the synopsis, to the next option. */
  private static void assertDefault(String help, String option, String expected) {
    Pattern paragraph =
        Pattern.compile(
            " " + Pattern.quote(option) + " [A-Z](?:(?! --).)*" + Pattern.quote(expected));
    assertTrue(paragraph.matcher(help).find(), () -> option + " " + expected + " in: " + help);
  }

  @Test
  void theVersionIsPrintedByTheJarAndByEcho() throws Exception {
    for (String[] args : new String[][] {{"--version"}, {"echo", "--version"}}) {
      try (ExampleProcess process = ExampleProcess.run(args)) {
        assertEquals(0, process.awaitExit());
        assertEquals(List.of(Examples.VERSION), process.out());
        assertEquals(List.of(), process.err());
      }
    }
  }
}
