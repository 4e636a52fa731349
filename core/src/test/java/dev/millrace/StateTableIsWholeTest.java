package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.millrace.ConnectionState.Event;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of states: the one in the documentation, the one in the code, and what follows. */
@Timeout(60)
class StateTableIsWholeTest {
  private static final Path SOURCE = Path.of("src/main/java/dev/millrace/ConnectionState.java");

  /** The rows between the pre tags, each as its columns. */
  private static List<List<String>> documented() throws IOException {
    String text = Files.readString(SOURCE);
    String table = text.substring(text.indexOf("<pre>") + 5, text.indexOf("</pre>"));
    return table
        .lines()
        .map(line -> line.replaceFirst("^ \\*", "").strip())
        .filter(line -> !line.isEmpty())
        .map(line -> List.of(line.split(" +")))
        .toList();
  }

  @Test
  void theDocumentedTableIsTheTable() throws IOException {
    List<List<String>> rows = documented();
    List<String> head = rows.get(0);
    assertEquals(
        Arrays.stream(Event.values()).map(Enum::name).toList(), head.subList(1, head.size()));
    assertEquals(
        Arrays.stream(ConnectionState.values()).map(Enum::name).toList(),
        rows.stream().skip(1).map(row -> row.get(0)).toList());
    for (List<String> row : rows.subList(1, rows.size())) {
      ConnectionState state = ConnectionState.valueOf(row.get(0));
      assertEquals(1 + Event.values().length, row.size(), () -> "a cell is missing in " + row);
      for (Event event : Event.values()) {
        String cell = row.get(head.indexOf(event.name()));
        ConnectionState next = state.next(event);
        assertEquals(cell, next == null ? "-" : next.name(), () -> state + " x " + event);
      }
    }
  }

  @Test
  void everyStateIsReachedFromABeginning() {
    for (ConnectionState beginning : List.of(ConnectionState.CONNECTING, ConnectionState.OPEN)) {
      Set<ConnectionState> reached = EnumSet.of(beginning);
      ArrayDeque<ConnectionState> toVisit = new ArrayDeque<>(reached);
      while (!toVisit.isEmpty()) {
        ConnectionState state = toVisit.poll();
        for (Event event : Event.values()) {
          ConnectionState next = state.next(event);
          if (next != null && reached.add(next)) {
            toVisit.add(next);
          }
        }
      }
      Set<ConnectionState> all = EnumSet.allOf(ConnectionState.class);
      if (beginning == ConnectionState.OPEN) {
        all.remove(ConnectionState.CONNECTING); // nobody goes back before the beginning
      }
      assertEquals(all, reached, () -> "from " + beginning);
    }
  }

  @Test
  void whatIsOverStaysOverAndEverythingCanEnd() {
    for (ConnectionState state : ConnectionState.values()) {
      assertEquals(ConnectionState.CLOSED, state.next(Event.TERMINATE));
    }
    for (Event event : Event.values()) {
      ConnectionState next = ConnectionState.CLOSED.next(event);
      if (next != null) {
        assertEquals(ConnectionState.CLOSED, next);
      }
    }
  }

  @Test
  void inputThatEndedDoesNotBeginAgain() {
    for (ConnectionState state : ConnectionState.values()) {
      if (state.isInputEnded()) {
        assertNull(state.next(Event.INPUT_END), () -> state + " ends its input twice");
        for (Event event : Event.values()) {
          ConnectionState next = state.next(event);
          if (next != null && next != ConnectionState.CLOSED) {
            assertEquals(true, next.isInputEnded(), () -> state + " x " + event);
          }
        }
      }
    }
  }

  /** The interest follows from the state's name alone here, so it is derived a second way. */
  @Test
  void interestInEveryStateWithEveryFlag() {
    for (ConnectionState state : ConnectionState.values()) {
      for (boolean paused : new boolean[] {false, true}) {
        for (boolean empty : new boolean[] {false, true}) {
          int expected = 0;
          if (state == ConnectionState.CONNECTING) {
            expected = SelectionKey.OP_CONNECT;
          } else if (state != ConnectionState.CLOSED) {
            if (state.name().startsWith("OPEN") && !paused) {
              expected |= SelectionKey.OP_READ;
            }
            if (!empty) {
              expected |= SelectionKey.OP_WRITE;
            }
          }
          assertEquals(
              expected,
              state.interest(paused, empty),
              state + " paused=" + paused + " empty=" + empty);
        }
      }
    }
  }

  /** What each state allows, by name, as it stands beside the states in the documentation. */
  @Test
  void whatEveryStateAllows() {
    assertEquals(
        EnumSet.of(ConnectionState.OPEN, ConnectionState.OPEN_ENDING, ConnectionState.OPEN_ENDED),
        where(ConnectionState::isReading));
    assertEquals(
        EnumSet.of(ConnectionState.OPEN_DRAINING, ConnectionState.OPEN_LINGERING),
        where(ConnectionState::isDiscarding));
    assertEquals(
        EnumSet.of(ConnectionState.OPEN, ConnectionState.ENDED_OPEN),
        where(ConnectionState::isWritable));
    assertEquals(
        EnumSet.of(
            ConnectionState.OPEN_ENDING,
            ConnectionState.OPEN_DRAINING,
            ConnectionState.ENDED_ENDING,
            ConnectionState.ENDED_DRAINING),
        where(ConnectionState::isEndingOutput));
    assertEquals(
        EnumSet.of(
            ConnectionState.OPEN_DRAINING,
            ConnectionState.OPEN_LINGERING,
            ConnectionState.ENDED_DRAINING,
            ConnectionState.CLOSED),
        where(ConnectionState::isClosing));
  }

  /** Only where a FIN is due can sending it be an event. */
  @Test
  void theFinIsSentWhereItIsDue() {
    assertEquals(
        where(ConnectionState::isEndingOutput), where(state -> state.next(Event.FLUSHED) != null));
  }

  private static Set<ConnectionState> where(Predicate<ConnectionState> allows) {
    Set<ConnectionState> states = EnumSet.noneOf(ConnectionState.class);
    for (ConnectionState state : ConnectionState.values()) {
      if (allows.test(state)) {
        states.add(state);
      }
    }
    return states;
  }
}
