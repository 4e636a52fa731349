package dev.millrace.link;

import java.util.EnumMap;
import java.util.Map;

/**
 * The state of a {@link Link}. The table is all there is; what is not in it can't happen.
 *
 * <pre>
 * state       OPEN        WELCOME     LOST        RETRY       END
 * IDLE        CONNECTING  -           -           -           CLOSED
 * CONNECTING  -           UP          WAITING     -           CLOSED
 * UP          -           -           WAITING     -           CLOSED
 * WAITING     -           -           -           CONNECTING  CLOSED
 * CLOSED      -           -           -           -           -
 * </pre>
 *
 * <p>The events: {@code OPEN} {@link Link#open} was called; {@code WELCOME} the peer knows the
 * session; {@code LOST} the attempt failed or the connection ended, and it is worth a retry; {@code
 * RETRY} the wait is over; {@code END} closed, or given up.
 *
 * <p>That a link is closing, and only waits for what is under way to be acknowledged, is no state:
 * it connects, waits and sends as before, and merely takes nothing more.
 */
public enum LinkState {
  /** Made, and not opened. Messages may be queued already. */
  IDLE,
  /** A connection is being made, or it is there and the peer has not answered the greeting. */
  CONNECTING,
  /** Messages are sent and acknowledged. */
  UP,
  /** Not connected; a timer is armed for the next attempt. */
  WAITING,
  /** Over. */
  CLOSED;

  /** What can happen to a link; the columns of the table. */
  enum Event {
    OPEN,
    WELCOME,
    LOST,
    RETRY,
    END
  }

  private static final Map<LinkState, Map<Event, LinkState>> TABLE = new EnumMap<>(LinkState.class);

  static {
    row(IDLE, CONNECTING, null, null, null, CLOSED);
    row(CONNECTING, null, UP, WAITING, null, CLOSED);
    row(UP, null, null, WAITING, null, CLOSED);
    row(WAITING, null, null, null, CONNECTING, CLOSED);
    row(CLOSED, null, null, null, null, null);
  }

  private static void row(LinkState state, LinkState... nextByEvent) {
    Map<Event, LinkState> row = new EnumMap<>(Event.class);
    for (Event event : Event.values()) {
      row.put(event, nextByEvent[row.size()]);
    }
    TABLE.put(state, row);
  }

  /** The table's cell: the next state, or null where the event is impossible. */
  LinkState next(Event event) {
    return TABLE.get(this).get(event);
  }
}
