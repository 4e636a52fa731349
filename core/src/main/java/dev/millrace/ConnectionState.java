package dev.millrace;

import java.nio.channels.SelectionKey;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a connection: a pair of what its input and what its output is doing, and the moments
 * before and after. The table below is all there is; a transition that is not in it is a fault of
 * Millrace and ends that connection.
 *
 * <pre>
 * state            CONNECTED     INPUT_END       END_OUTPUT      CLOSE           FLUSHED         TERMINATE
 * CONNECTING       OPEN          -               -               CLOSED          -               CLOSED
 * OPEN             -             ENDED_OPEN      OPEN_ENDING     OPEN_DRAINING   -               CLOSED
 * OPEN_ENDING      -             ENDED_ENDING    OPEN_ENDING     OPEN_DRAINING   OPEN_ENDED      CLOSED
 * OPEN_ENDED       -             CLOSED          OPEN_ENDED      OPEN_DRAINING   -               CLOSED
 * OPEN_DRAINING    -             ENDED_DRAINING  OPEN_DRAINING   OPEN_DRAINING   OPEN_LINGERING  CLOSED
 * OPEN_LINGERING   -             CLOSED          OPEN_LINGERING  OPEN_LINGERING  -               CLOSED
 * ENDED_OPEN       -             -               ENDED_ENDING    ENDED_DRAINING  -               CLOSED
 * ENDED_ENDING     -             -               ENDED_ENDING    ENDED_DRAINING  CLOSED          CLOSED
 * ENDED_DRAINING   -             -               ENDED_DRAINING  ENDED_DRAINING  CLOSED          CLOSED
 * CLOSED           -             -               CLOSED          CLOSED          -               CLOSED
 * </pre>
 *
 * <p>The events: {@code CONNECTED} the connect finished; {@code INPUT_END} the peer's FIN was read;
 * {@code END_OUTPUT} {@link Connection#shutdownOutput()} was asked; {@code CLOSE} {@link
 * Connection#close()} was asked, by us or by a rule; {@code FLUSHED} the kernel took the last
 * queued byte and the FIN was sent; {@code TERMINATE} the connection is to end now: abort, failure,
 * or a deadline.
 *
 * <p>A TLS handshake would stand between CONNECTING and OPEN; it comes with TLS, not before.
 */
public enum ConnectionState {
  /** A connect is under way; nothing else may happen yet. */
  CONNECTING(Input.NONE, Output.NONE),
  /** Both directions are open. */
  OPEN(Input.OPEN, Output.OPEN),
  /** Half-close asked by us: the queue drains, then the FIN is sent; input goes on. */
  OPEN_ENDING(Input.OPEN, Output.ENDING),
  /** Our FIN is sent; input goes on. */
  OPEN_ENDED(Input.OPEN, Output.ENDED),
  /** Close asked: the queue drains, input is discarded. */
  OPEN_DRAINING(Input.OPEN, Output.DRAINING),
  /**
   * All is handed to the kernel and the FIN is sent; input is discarded until the peer's FIN, a
   * byte cap or a deadline.
   */
  OPEN_LINGERING(Input.OPEN, Output.LINGERING),
  /** The peer half-closed; we may go on writing. */
  ENDED_OPEN(Input.ENDED, Output.OPEN),
  /** The peer half-closed and so do we: the queue drains. */
  ENDED_ENDING(Input.ENDED, Output.ENDING),
  /** The peer half-closed and a close was asked: the queue drains. */
  ENDED_DRAINING(Input.ENDED, Output.DRAINING),
  /** Over. */
  CLOSED(Input.NONE, Output.NONE);

  /** What the input side of a connection does. */
  enum Input {
    NONE,
    OPEN,
    ENDED
  }

  /** What the output side of a connection does. */
  enum Output {
    NONE,
    OPEN,
    ENDING,
    ENDED,
    DRAINING,
    LINGERING
  }

  /** What can happen to a connection; the columns of the table. */
  enum Event {
    CONNECTED,
    INPUT_END,
    END_OUTPUT,
    CLOSE,
    FLUSHED,
    TERMINATE
  }

  private static final Map<ConnectionState, Map<Event, ConnectionState>> TABLE =
      new EnumMap<>(ConnectionState.class);

  static {
    row(CONNECTING, OPEN, null, null, CLOSED, null, CLOSED);
    row(OPEN, null, ENDED_OPEN, OPEN_ENDING, OPEN_DRAINING, null, CLOSED);
    row(OPEN_ENDING, null, ENDED_ENDING, OPEN_ENDING, OPEN_DRAINING, OPEN_ENDED, CLOSED);
    row(OPEN_ENDED, null, CLOSED, OPEN_ENDED, OPEN_DRAINING, null, CLOSED);
    row(OPEN_DRAINING, null, ENDED_DRAINING, OPEN_DRAINING, OPEN_DRAINING, OPEN_LINGERING, CLOSED);
    row(OPEN_LINGERING, null, CLOSED, OPEN_LINGERING, OPEN_LINGERING, null, CLOSED);
    row(ENDED_OPEN, null, null, ENDED_ENDING, ENDED_DRAINING, null, CLOSED);
    row(ENDED_ENDING, null, null, ENDED_ENDING, ENDED_DRAINING, CLOSED, CLOSED);
    row(ENDED_DRAINING, null, null, ENDED_DRAINING, ENDED_DRAINING, CLOSED, CLOSED);
    row(CLOSED, null, null, CLOSED, CLOSED, null, CLOSED);
  }

  private final Input input;
  private final Output output;
  private final boolean reading;
  private final boolean discarding;
  private final boolean writable;

  ConnectionState(Input input, Output output) {
    this.input = input;
    this.output = output;
    boolean discards = output == Output.DRAINING || output == Output.LINGERING;
    this.reading = input == Input.OPEN && !discards;
    this.discarding = input == Input.OPEN && discards;
    this.writable = output == Output.OPEN;
  }

  private static void row(ConnectionState state, ConnectionState... nextByEvent) {
    Map<Event, ConnectionState> row = new EnumMap<>(Event.class);
    for (Event event : Event.values()) {
      row.put(event, nextByEvent[row.size()]);
    }
    TABLE.put(state, row);
  }

  /** The table's cell: the next state, or null where the event is impossible. */
  ConnectionState next(Event event) {
    return TABLE.get(this).get(event);
  }

  /**
   * This state's row of the table above, for whoever draws it.
   *
   * @return the next state by the event's name, in the order of the columns; events that are
   *     impossible in this state are left out; unmodifiable
   */
  public Map<String, ConnectionState> row() {
    Map<String, ConnectionState> row = new LinkedHashMap<>();
    for (Event event : Event.values()) {
      ConnectionState next = next(event);
      if (next != null) {
        row.put(event.name(), next);
      }
    }
    return Collections.unmodifiableMap(row);
  }

  /** Whether the peer's FIN has been read. */
  boolean isInputEnded() {
    return input == Input.ENDED;
  }

  /** Whether input is for the handler. */
  boolean isReading() {
    return reading;
  }

  /** Whether input is read only to be thrown away. */
  boolean isDiscarding() {
    return discarding;
  }

  /** Whether new writes are taken. */
  boolean isWritable() {
    return writable;
  }

  /** Whether the FIN is due once the queue is empty. */
  boolean isEndingOutput() {
    return output == Output.ENDING || output == Output.DRAINING;
  }

  /**
   * Whether a close is under way, or over: the handler hears nothing more but completions and the
   * end.
   *
   * @return true in the draining and lingering states and in {@code CLOSED}
   */
  public boolean isClosing() {
    return output == Output.DRAINING || output == Output.LINGERING || this == CLOSED;
  }

  /**
   * The one place that decides what the selector is asked for.
   *
   * @param readPaused whether reading is paused, by the handler or by a bound
   * @param outboundEmpty whether the kernel took all that was written
   */
  int interest(boolean readPaused, boolean outboundEmpty) {
    if (this == CONNECTING) {
      return SelectionKey.OP_CONNECT;
    }
    int read = input == Input.OPEN && !readPaused ? SelectionKey.OP_READ : 0;
    int write = this == CLOSED || outboundEmpty ? 0 : SelectionKey.OP_WRITE;
    return read | write;
  }
}
