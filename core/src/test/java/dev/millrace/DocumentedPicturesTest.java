package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ConnectionState.Event;
import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pictures and lists in the documentation say what the code does. */
class DocumentedPicturesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/millrace");
  private static final Pattern ARROW = Pattern.compile("──([A-Z_]+)──▶");

  @Test
  void theStateDiagramInThePackageDocumentationIsTheTable() throws IOException {
    assertEquals(table(), arrows(Files.readString(SOURCES.resolve("package-info.java"))));
  }

  @Test
  void theStateDiagramOnTheFirstPageIsTheTable() throws IOException {
    assertEquals(table(), arrows(Files.readString(Path.of("../README.md"))));
  }

  @Test
  void thePhasesOfTheTurnAreTheSameInCodeAndDocumentation() throws IOException {
    String source = Files.readString(SOURCES.resolve("EventLoop.java"));
    int from = source.indexOf("public boolean turn(long maxWaitNanos) {");
    String body = source.substring(from, source.indexOf("return work != before;", from));
    List<String> calls = new ArrayList<>();
    Matcher call =
        Pattern.compile("^ {6}(\\w+)\\((?:maxWaitNanos)?\\);$", Pattern.MULTILINE).matcher(body);
    while (call.find()) {
      calls.add(call.group(1));
    }
    assertEquals(List.of("poll", "timersDue", "tasks", "flush", "closes"), calls);
    for (Path page : List.of(SOURCES.resolve("package-info.java"), Path.of("../README.md"))) {
      String text = Files.readString(page);
      int at = -1;
      for (String phase : calls) {
        Matcher line =
            Pattern.compile("^[ *]*" + phase + " {2,}\\S", Pattern.MULTILINE).matcher(text);
        assertTrue(line.find(Math.max(at, 0)), phase + " is missing, or out of order, in " + page);
        at = line.end();
      }
    }
  }

  @Test
  void everyFailureKindIsOnTheFirstPage() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    for (FailureKind kind : FailureKind.values()) {
      assertTrue(readme.contains("`" + kind.symbol() + "`"), kind + " is not in the README");
    }
  }

  @Test
  void theEchoOnTheFirstPageIsTheOneThatTheBuildCompiles() throws IOException {
    String source =
        Files.readString(
            Path.of("../examples/src/main/java/dev/millrace/examples/echo/TwentyLines.java"));
    String program = source.substring(source.indexOf("import ")).strip();
    String readme = Files.readString(Path.of("../README.md"));
    assertTrue(readme.contains(program), "the README's program is not TwentyLines.java");
    assertTrue(program.lines().count() <= 20, "it is to be 20 lines at most");
  }

  @Test
  void theTestKitsExampleOnTheFirstPageIsOneThatTheBuildRuns() throws IOException {
    Path test = Path.of("src/test/java/dev/millrace/sim/YourHandlerUnderFaultsTest.java");
    String readme = Files.readString(Path.of("../README.md"));
    int from = readme.indexOf("Trials.of(");
    String example = readme.substring(from, readme.indexOf("```", from));
    assertTrue(example.lines().count() >= 5, example);
    assertTrue(
        withoutSpace(Files.readString(test)).contains(withoutSpace(example)),
        "the README's example of the test kit is not in YourHandlerUnderFaultsTest");
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s+", "");
  }

  private static Set<String> table() {
    Set<String> arrows = new TreeSet<>();
    for (ConnectionState state : ConnectionState.values()) {
      for (Event event : Event.values()) {
        ConnectionState next = state.next(event);
        if (event == Event.TERMINATE) {
          assertEquals(ConnectionState.CLOSED, next);
        } else if (next != null && next != state) {
          arrows.add(state + " " + event + " " + next);
        }
      }
    }
    arrows.add("any TERMINATE CLOSED");
    return arrows;
  }

  private static Set<String> arrows(String text) {
    Set<String> found = new TreeSet<>();
    for (String line : text.lines().toList()) {
      Matcher arrow = ARROW.matcher(line);
      List<String> events = new ArrayList<>();
      while (arrow.find()) {
        events.add(arrow.group(1));
      }
      if (events.isEmpty()) {
        continue;
      }
      List<String> states = ARROW.splitAsStream(line.replaceFirst("^[ *]+", "")).toList();
      for (int i = 0; i < events.size(); i++) {
        found.add(states.get(i).strip() + " " + events.get(i) + " " + states.get(i + 1).strip());
      }
    }
    assertFalse(found.isEmpty(), "there is no diagram");
    return found;
  }
}
