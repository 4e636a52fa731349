package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionStallsTest {
  @Test
  void nothingMovesAndNothingIsReady() throws Exception {
    try (Loopback pair = new Loopback("stall-at=1:5 spurious-ready=0")) {
      pair.peerSends("abc");
      assertEquals("abc", pair.read(10));
      pair.peerSends("defgh");
      assertEquals("de", pair.read(10));
      pair.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      assertEquals(0, pair.selector.selectNow());
      assertEquals(0, pair.selector.select(1));
      assertEquals("", pair.read(10));
      assertEquals(0, pair.write("x"));
    }
  }

  @Test
  void aReadinessThatTheSelectWaitedForIsNotTold() throws Exception {
    try (Loopback pair = new Loopback("stall-at=1:5")) {
      // Registered for reading while nothing is hidden yet, then stalled by a write.
      assertEquals(0, pair.selector.selectNow());
      assertEquals(5, pair.write("abcdefgh"));
      pair.peer.write(Loopback.bytes("here"));
      assertEquals(0, pair.selector.select(20));
    }
  }

  @Test
  void neitherAnEndOfStreamNorAResetIsHeard() throws Exception {
    for (boolean reset : new boolean[] {false, true}) {
      try (Loopback pair = new Loopback("stall-at=1:2")) {
        assertEquals(2, pair.write("abc"));
        pair.peer.setOption(StandardSocketOptions.SO_LINGER, reset ? 0 : -1);
        pair.peer.close();
        pair.awaitArrival();
        assertEquals(0, pair.selector.selectNow());
        assertEquals(0, pair.selector.select(1));
        assertEquals("", pair.read(10));
        assertEquals(0, pair.write("c"));
      }
    }
  }

  @Test
  void spuriousReadinessSparesIt() throws Exception {
    try (Loopback pair = new Loopback("stall-at=1:0 spurious-ready=1")) {
      assertEquals(0, pair.selector.select(1));
    }
  }

  @Test
  void aBlockingReadWaitsUntilTheChannelIsClosed() throws Exception {
    try (Loopback pair = new Loopback("stall-at=1:0")) {
      CompletableFuture<Object> outcome = new CompletableFuture<>();
      Thread reader = blockedReader(pair, outcome);
      pair.own.close();
      Object result = outcome.get(Loopback.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      assertEquals(AsynchronousCloseException.class, result.getClass());
      reader.join();
    }
  }

  /** Often, for the thread and its channel hear of an interrupt in either order. */
  @RepeatedTest(50)
  void anInterruptEndsTheWaitAndTheChannel() throws Exception {
    try (Loopback pair = new Loopback("stall-at=1:0")) {
      CompletableFuture<Object> outcome = new CompletableFuture<>();
      Thread reader = blockedReader(pair, outcome);
      reader.interrupt();
      Object result = outcome.get(Loopback.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      assertEquals(ClosedByInterruptException.class, result.getClass());
      assertTrue(!pair.own.isOpen());
      reader.join();
    }
  }

  private static Thread blockedReader(Loopback pair, CompletableFuture<Object> outcome)
      throws Exception {
    pair.peerSends("there");
    pair.key.cancel();
    pair.own.configureBlocking(true);
    Thread reader =
        new Thread(
            () -> {
              try {
                outcome.complete(pair.read(10));
              } catch (Throwable t) {
                outcome.complete(t);
              }
            });
    reader.start();
    while (reader.getState() != Thread.State.TIMED_WAITING && !outcome.isDone()) {
      Thread.onSpinWait();
    }
    return reader;
  }
}
