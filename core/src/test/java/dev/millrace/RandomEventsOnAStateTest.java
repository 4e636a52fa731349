package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ConnectionState.Event;
import java.nio.channels.SelectionKey;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random sequences of events, against a model that knows no table: a few facts about each
 * direction, and from them what may happen next and what each question is answered.
 */
@Timeout(60)
class RandomEventsOnAStateTest {
  private static final Event[] EVENTS = Event.values();

  /** What has happened to a connection, as somebody on the wire would tell it. */
  private static final class Wire {
    boolean connecting;
    boolean over;
    boolean peersFinRead;
    boolean endAsked;
    boolean closeAsked;
    boolean finSent;

    boolean isPossible(Event event) {
      return switch (event) {
        case CONNECTED -> connecting;
        case INPUT_END -> !connecting && !over && !peersFinRead;
        case FLUSHED -> !over && (endAsked || closeAsked) && !finSent;
        case END_OUTPUT -> !connecting;
        case CLOSE, TERMINATE -> true;
      };
    }

    void happens(Event event) {
      switch (event) {
        case CONNECTED -> connecting = false;
        case INPUT_END -> peersFinRead = true;
        case FLUSHED -> finSent = true;
        case END_OUTPUT -> endAsked = true;
        case CLOSE -> {
          // A close after the half-close has to see to the linger: it comes by way of draining, in
          // which there is nothing left to send.
          finSent &= closeAsked;
          over |= connecting;
          closeAsked = true;
        }
        case TERMINATE -> over = true;
      }
      over |= peersFinRead && finSent;
      connecting &= !over;
    }

    boolean isOpen() {
      return !connecting && !over;
    }
  }

  @Test
  void theTableAgreesWithTheWire() {
    Set<ConnectionState> visited = EnumSet.noneOf(ConnectionState.class);
    Seeds.each(
        20,
        random -> {
          for (int run = 0; run < 2_000; run++) {
            Wire wire = new Wire();
            wire.connecting = random.nextBoolean();
            ConnectionState state =
                wire.connecting ? ConnectionState.CONNECTING : ConnectionState.OPEN;
            // An end by force comes soon enough to stop most runs before the interesting states.
            boolean gentle = random.nextInt(4) != 0;
            for (int step = 0; step < 12; step++) {
              visited.add(state);
              assertAnswers(wire, state);
              Event event = EVENTS[random.nextInt(EVENTS.length - (gentle ? 1 : 0))];
              ConnectionState next = state.next(event);
              assertEquals(wire.isPossible(event), next != null, state + " x " + event);
              if (next != null) {
                wire.happens(event);
                state = next;
              }
            }
          }
        });
    if (System.getProperty("millrace.seed") == null) {
      assertEquals(EnumSet.allOf(ConnectionState.class), visited);
    }
  }

  private static void assertAnswers(Wire wire, ConnectionState state) {
    String where = state.name();
    assertEquals(wire.connecting, state == ConnectionState.CONNECTING, where);
    assertEquals(wire.over, state == ConnectionState.CLOSED, where);
    boolean hears = wire.isOpen() && !wire.peersFinRead;
    assertEquals(hears && !wire.closeAsked, state.isReading(), where);
    assertEquals(hears && wire.closeAsked, state.isDiscarding(), where);
    assertEquals(wire.isOpen() && wire.peersFinRead, state.isInputEnded(), where);
    assertEquals(wire.isOpen() && !wire.endAsked && !wire.closeAsked, state.isWritable(), where);
    assertEquals(
        wire.isOpen() && (wire.endAsked || wire.closeAsked) && !wire.finSent,
        state.isEndingOutput(),
        where);
    assertEquals(wire.over || wire.closeAsked, state.isClosing(), where);
    assertEquals(hears, (state.interest(false, true) & SelectionKey.OP_READ) != 0, where);
    assertEquals(wire.isOpen(), (state.interest(true, false) & SelectionKey.OP_WRITE) != 0, where);
  }

  @Test
  void everyEndIsReachedInSoManySteps() {
    // What the peer and the kernel do when nothing goes wrong ends every connection that was
    // closed.
    for (ConnectionState beginning : ConnectionState.values()) {
      ConnectionState state = beginning.next(Event.CLOSE);
      for (Event event : new Event[] {Event.FLUSHED, Event.INPUT_END}) {
        if (state.next(event) != null) {
          state = state.next(event);
        }
      }
      assertTrue(state == ConnectionState.CLOSED, beginning + " ends in " + state);
    }
  }
}
