package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WrongUsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --port            | 99999    | --port is 99999, allowed is 0 to 65535
          --port            | -1       | --port is -1, allowed is 0 to 65535
          --port            | abc      | '--port': 'abc' is not an int
          --read-timeout    | 5x       | '--read-timeout': '5x' is no duration; write 500ms, 2s, 5m or 1h, or 0
          --read-timeout    | 900000h  | '--read-timeout': '900000h' is too long; allowed is up to 876000h
          --write-timeout   | -1s      | '--write-timeout': '-1s' is no duration; write 500ms, 2s, 5m or 1h, or 0
          --drain-timeout   | 1.5s     | '--drain-timeout': '1.5s' is no duration; write 500ms, 2s, 5m or 1h, or 0
          --max-connections | -1       | --max-connections is -1, allowed is 0 to 2147483647
          --per-address     | -1       | --per-address is -1, allowed is 0 to 2147483647
          --at-cap          | nonsense | '--at-cap': expected one of [REJECT, WAIT] (case-insensitive) but was 'nonsense'
          --host            | ""       | --host is empty, allowed is an address or a name
          --log-dir         | ""       | --log-dir is empty, allowed is the name of a directory
          --bogus           | 1        | '--bogus'
          """)
  void aWrongOptionOrValueIsNamedWithWhatIsAllowed(String option, String value, String expected)
      throws Exception {
    try (ExampleProcess process = ExampleProcess.run("echo", option, value)) {
      assertWrongUsage(process, "echo: ", expected, "Usage: millrace-examples echo ");
    }
  }

  @Test
  void aMissingValueIsNamed() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("echo", "--port")) {
      assertWrongUsage(process, "echo: ", "'--port' (PORT)", "Usage: millrace-examples echo ");
    }
  }

  @Test
  void aSubcommandThatDoesNotExistIsNamed() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("ohce")) {
      assertWrongUsage(process, "millrace-examples: ", "'ohce'", "Usage: millrace-examples ");
    }
  }

  @Test
  void anOptionBeforeItsSubcommandIsNamed() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("--verbose", "echo")) {
      assertWrongUsage(process, "millrace-examples: ", "'--verbose'", "Usage: millrace-examples ");
    }
  }

  /** One line that says what is wrong, then how it is written, and no more than that. */
  private static void assertWrongUsage(
      ExampleProcess process, String command, String expected, String usage) throws Exception {
    assertEquals(2, process.awaitExit(), process::toString);
    assertEquals(List.of(), process.out());
    List<String> err = process.err();
    assertTrue(err.get(0).startsWith(command), process::toString);
    assertTrue(err.get(0).contains(expected), process::toString);
    assertTrue(err.get(1).startsWith(usage), process::toString);
    assertTrue(err.get(err.size() - 1).endsWith(" --help"), process::toString);
    assertTrue(err.size() <= 8, process::toString);
  }
}
