package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.link.LinkState.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of a link's states, and the pictures of it. */
@Timeout(60)
class LinkStateTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/millrace/link");
  private static final Pattern ARROW = Pattern.compile("──([A-Z]+)──▶");

  /** "UP LOST WAITING" for each cell that is possible. */
  private static Set<String> table() {
    Set<String> cells = new TreeSet<>();
    for (LinkState state : LinkState.values()) {
      for (Event event : Event.values()) {
        if (state.next(event) != null) {
          cells.add(state + " " + event + " " + state.next(event));
        }
      }
    }
    return cells;
  }

  @Test
  void theTableInTheDocumentationIsTheOneInTheCode() throws IOException {
    String source = Files.readString(SOURCES.resolve("LinkState.java"));
    Set<String> documented = new TreeSet<>();
    int rows = 0;
    for (String line : source.split("\n", -1)) {
      String[] words = line.replaceFirst("^ \\* ", "").trim().split(" +", -1);
      if (line.startsWith(" * ")
          && words.length == 1 + Event.values().length
          && isState(words[0])) {
        rows++;
        int column = 1;
        for (Event event : Event.values()) {
          String next = words[column++];
          if (!next.equals("-")) {
            documented.add(words[0] + " " + event + " " + next);
          }
        }
      }
    }
    assertEquals(LinkState.values().length, rows);
    assertEquals(table(), documented);
  }

  @Test
  void thePictureInThePackageDocumentationIsTheTable() throws IOException {
    String page = Files.readString(SOURCES.resolve("package-info.java"));
    Set<String> drawn = new TreeSet<>();
    for (String line : page.split("\n", -1)) {
      Matcher arrow = ARROW.matcher(line);
      String from = null;
      for (int at = 0; arrow.find(at); at = arrow.end()) {
        from = from == null ? line.substring(2, arrow.start()).trim() : from;
        String to = line.substring(arrow.end()).trim().split(" ", 2)[0];
        drawn.add(from + " " + arrow.group(1) + " " + to);
        from = to;
      }
    }
    assertEquals(table(), drawn);
  }

  private static boolean isState(String word) {
    for (LinkState state : LinkState.values()) {
      if (state.name().equals(word)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void everyStateIsReachedAndAllButTheLastCanBeLeft() {
    Set<String> cells = table();
    for (LinkState state : LinkState.values()) {
      boolean isEntered = cells.stream().anyMatch(cell -> cell.endsWith(" " + state));
      assertTrue(isEntered || state == LinkState.IDLE, state + " is never entered");
      boolean isLeft = cells.stream().anyMatch(cell -> cell.startsWith(state + " "));
      assertEquals(state != LinkState.CLOSED, isLeft, state::name);
    }
  }
}
