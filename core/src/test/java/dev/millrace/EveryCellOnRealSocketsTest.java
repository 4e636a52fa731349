package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.millrace.ConnectionState.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every cell of the table of states, gone through on real sockets: the connection is brought to the
 * row's state, the column's event is provoked, and what it is in then must be the cell.
 *
 * <p>Every cell that is not "impossible" can be provoked. In five of them the machine does not ask
 * the table, because the call returns before that: {@code close()} in DRAINING, LINGERING and
 * CLOSED, and {@code abort()} in CLOSED. What can be seen from outside is the same: the state
 * stays. The events of the impossible cells have no cause in those states; where a method of the
 * connection is that cause, CONNECTING x END_OUTPUT, it refuses.
 */
@Timeout(120)
class EveryCellOnRealSocketsTest {
  @TestFactory
  List<DynamicTest> everyPossibleCell() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ConnectionState state : ConnectionState.values()) {
      for (Event event : Event.values()) {
        if (state.next(event) != null) {
          tests.add(dynamicTest(state + " x " + event, () -> walk(state, event)));
        }
      }
    }
    assertEquals(39, tests.size(), "cells that are not impossible");
    return tests;
  }

  private static void walk(ConnectionState state, Event event) throws IOException {
    try (EndingFixture f = new EndingFixture();
        ServerSocketChannel listening = ServerSocketChannel.open()) {
      if (state == ConnectionState.CONNECTING) {
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var recorder = f.recorder();
        Connection c =
            Connector.connect(f.loop, listening.getLocalAddress(), Duration.ofSeconds(3), recorder);
        recorder.connection = c;
        assertEquals(state, c.currentState());
        assertThrows(IllegalStateException.class, c::shutdownOutput);
        provoke(f, c, null, event);
        assertEquals(state.next(event), c.currentState());
        return;
      }
      // Reading goes on while output waits, and the handler does nothing by itself.
      f.limits = f.limits.withHighWaterBytes(1 << 20);
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      Connection c = peer.recorder.connection;
      bring(f, peer, c, state);
      assertEquals(state, c.currentState(), "the row's state");
      provoke(f, c, peer, event);
      assertEquals(state.next(event), c.currentState());
    }
  }

  private static void bring(
      EndingFixture f, EndingFixture.Peer peer, Connection c, ConnectionState state)
      throws IOException {
    switch (state) {
      case OPEN -> {}
      case OPEN_ENDING -> {
        f.fill(peer.recorder);
        c.shutdownOutput();
      }
      case OPEN_ENDED -> c.shutdownOutput();
      case OPEN_DRAINING -> {
        f.fill(peer.recorder);
        c.close();
      }
      case OPEN_LINGERING -> c.close();
      case ENDED_OPEN -> peer.fin();
      case ENDED_ENDING -> {
        f.fill(peer.recorder);
        c.shutdownOutput();
        peer.fin();
      }
      case ENDED_DRAINING -> {
        f.fill(peer.recorder);
        c.close();
        peer.fin();
      }
      case CLOSED -> c.abort();
      default -> throw new AssertionError(state);
    }
    f.turns(5);
  }

  private static void provoke(EndingFixture f, Connection c, EndingFixture.Peer peer, Event event)
      throws IOException {
    ConnectionState before = c.currentState();
    switch (event) {
      case CONNECTED -> f.turnUntil("connected", () -> c.currentState() != before);
      case INPUT_END -> {
        peer.fin();
        f.turnUntil("the FIN is read", () -> c.currentState() != before);
      }
      case END_OUTPUT -> c.shutdownOutput();
      case CLOSE -> c.close();
      case FLUSHED ->
          f.turnUntil(
              "the queue is drained",
              () -> {
                peer.readSome();
                return c.currentState() != before;
              });
      case TERMINATE -> c.abort();
    }
  }
}
