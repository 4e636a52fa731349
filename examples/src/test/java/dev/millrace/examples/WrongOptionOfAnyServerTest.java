package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The options that all servers have are checked alike in each of them, and before it listens. */
@Timeout(60)
class WrongOptionOfAnyServerTest {
  /** Option, value, what the first line says; a program that is added is found by itself. */
  private static final String[][] WRONG = {
    {"--port", "65536", "--port is 65536, allowed is 0 to 65535"},
    {"--port", "-1", "--port is -1, allowed is 0 to 65535"},
    {"--port", "http", "'--port': 'http' is not an int"},
    {"--port", "99999999999", "'--port': '99999999999' is not an int"},
    {"--port", "", "'--port': '' is not an int"},
    {"--host", "", "--host is empty"},
    {"--host", " ", "--host is empty"},
    {"--log-dir", "", "--log-dir is empty, allowed is the name of a directory"},
    {"--log-dir", " ", "--log-dir is empty"},
    {"--read-timeout", "5", "'5' is no duration; write 500ms, 2s, 5m or 1h, or 0"},
    {"--read-timeout", "-5s", "'-5s' is no duration"},
    {"--write-timeout", "", "'' is no duration"},
    {"--write-timeout", "1d", "'1d' is no duration"},
    {"--drain-timeout", "9999999999s", "'9999999999s' is no duration"},
    {"--drain-timeout", "999999999h", "'999999999h' is too long"},
    {"--max-connections", "-1", "--max-connections is -1, allowed is 0 to 2147483647"},
    {"--max-connections", "2147483648", "'--max-connections'"},
    {"--per-address", "-7", "--per-address is -7, allowed is 0 to 2147483647"},
    {"--per-address", "1.5", "'--per-address'"},
    {"--at-cap", "", "'--at-cap': expected one of"},
    {"--at-cap", "kill", "'--at-cap': expected one of"},
    {"--verbose", "yes", "yes"},
    {"--no-such-option", "1", "'--no-such-option'"},
  };

  /** What a program can't do without. */
  private static final Map<String, List<String>> NEEDED =
      Map.of("proxy", List.of("--to", "127.0.0.1:9"));

  private static List<String> servers() {
    return Programs.commandLine(new Examples()).getSubcommands().entrySet().stream()
        .filter(e -> e.getValue().getCommandSpec().findOption("--read-timeout") != null)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void assertWrong(String program, String option, String value, String expected) {
    List<String> args = new ArrayList<>(List.of(program));
    args.addAll(NEEDED.getOrDefault(program, List.of()));
    args.addAll(List.of(option, value));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Programs.commandLine(new Examples())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    assertEquals(2, line.execute(args.toArray(new String[0])), () -> args + " " + err);
    assertEquals("", out.toString());
    List<String> lines = err.toString().lines().toList();
    assertTrue(lines.get(0).startsWith(program + ": "), err::toString);
    assertTrue(lines.get(0).contains(expected), err::toString);
    assertTrue(lines.get(1).startsWith("Usage: millrace-examples " + program + " "), err::toString);
  }

  /** The showcase has two ports, and no option for one. */
  private static boolean has(String program, String option) {
    return Programs.commandLine(new Examples())
            .getSubcommands()
            .get(program)
            .getCommandSpec()
            .findOption(option)
        != null;
  }

  @ParameterizedTest
  @CsvSource({"--echo-port", "--http-port"})
  void thePortsOfTheShowcase(String option) {
    assertWrong("showcase", option, "65536", option + " is 65536, allowed is 0 to 65535");
    assertWrong("showcase", option, "-1", option + " is -1, allowed is 0 to 65535");
    assertWrong("showcase", option, "http", "'" + option + "': 'http' is not an int");
  }

  @TestFactory
  Stream<DynamicTest> eachIsNamedWithWhatIsAllowed() {
    assertTrue(servers().containsAll(List.of("echo", "chat")), () -> servers().toString());
    return servers().stream()
        .flatMap(
            program ->
                Arrays.stream(WRONG)
                    .filter(wrong -> has(program, wrong[0]) || wrong[0].startsWith("--no-such"))
                    .map(
                        wrong ->
                            DynamicTest.dynamicTest(
                                program + " " + wrong[0] + " '" + wrong[1] + "'",
                                () -> assertWrong(program, wrong[0], wrong[1], wrong[2]))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --max-line | 15       | --max-line is 15, allowed is 16 to 16384
          --max-line | 16385    | --max-line is 16385, allowed is 16 to 16384
          --max-line | -1       | --max-line is -1, allowed is 16 to 16384
          --backlog  | 131071   | --backlog is 131071, allowed is 131072 to 67108864
          --backlog  | 67108865 | --backlog is 67108865, allowed is 131072 to 67108864
          --pace     | -1       | --pace is -1, allowed is 0 to 1073741824
          --pace     | 1k       | '--pace': '1k' is not an int
          """)
  void thoseOfChat(String option, String value, String expected) {
    assertWrong("chat", option, value, expected);
  }
}
