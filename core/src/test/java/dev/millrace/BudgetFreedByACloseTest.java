package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection holds the loop's whole budget and ends; another one waits for room. */
@Timeout(8)
class BudgetFreedByACloseTest {
  private final List<Connection> open = new ArrayList<>();
  private int writable;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection connection) {
          open.add(connection);
        }

        @Override
        public void onData(Connection connection, ByteBuffer data) {}

        @Override
        public void onWritable(Connection connection) {
          writable++;
        }
      };

  private SocketChannel prepare(HandTurned hand) throws IOException {
    Server server = hand.serve(HandTurned.TIGHT, handler);
    hand.dial(server);
    hand.until(() -> open.size() == 1);
    SocketChannel peer = hand.dial(server);
    hand.until(() -> open.size() == 2);
    HandTurned.hog(open.get(0));
    hand.turns(3);
    HandTurned.hog(open.get(0));
    hand.turns(3);
    return peer;
  }

  @Test
  void theWaitingOneIsToldWithoutFurtherEvents() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.tightBudget())) {
      prepare(hand);
      assertEquals(WriteResult.FULL, open.get(1).write(ByteBuffer.allocate(32 << 10)));
      hand.turns(3);
      assertEquals(0, writable);
      open.get(0).abort();
      hand.loop.turn(0); // the closes phase frees the memory
      hand.loop.turn(Long.MAX_VALUE); // must not wait for an event that may never come
      assertEquals(1, writable);
    }
  }

  @Test
  void whatOtherThreadsSentGoesOut() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.tightBudget())) {
      SocketChannel peer = prepare(hand);
      assertEquals(
          WriteResult.ACCEPTED, open.get(1).sender().send(ByteBuffer.allocateDirect(32 << 10)));
      hand.turns(3);
      open.get(0).abort();
      assertEquals(32 << 10, hand.read(peer, 32 << 10).length());
    }
  }

  @Test
  void whatOtherThreadsSentAndIsLostIsNoCleanEnd() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.tightBudget())) {
      SocketChannel peer = prepare(hand);
      open.get(1).sender().send(ByteBuffer.allocateDirect(32 << 10));
      hand.turns(3);
      hand.loop.stop();
      hand.loop.turn(0);
      assertThrows(IOException.class, () -> hand.readToEnd(peer));
    }
  }
}
