package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(60)
class ConnectionFailsInTheMiddleTest {
  private static void assertFails(Class<? extends IOException> with, Executable call) {
    assertEquals(with, assertThrows(IOException.class, call).getClass());
  }

  @Test
  void aReadThatSeesTheResetFirstSeesItAgain() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:5")) {
      pair.peerSends("abcdefgh");
      assertEquals("abc", pair.read(3));
      assertEquals(2, pair.write("xyz"));
      for (int i = 0; i < 2; i++) {
        assertEquals(SelectionKey.OP_READ, pair.awaitReady());
        assertFails(SocketException.class, () -> pair.read(10));
      }
      assertFails(IOException.class, () -> pair.write("z"));
      assertTrue(pair.own.isOpen());
      assertTrue(pair.own.isConnected());
      assertEquals("xy", pair.peerReads());
      pair.own.close();
      pair.selector.selectNow();
      assertFails(SocketException.class, pair::peerReads);
    }
  }

  @Test
  void aWriteThatSeesTheResetFirstLeavesAnEndOfStreamToTheReads() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:5")) {
      assertEquals(5, pair.write("abcdefgh"));
      assertFails(IOException.class, () -> pair.write("fgh"));
      assertNull(pair.read(10));
      assertFails(IOException.class, () -> pair.write("fgh"));
      assertNull(pair.read(10));
    }
  }

  @Test
  void aResetIsReadinessThoughNothingHasArrived() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:5")) {
      assertEquals(0, pair.selector.selectNow());
      assertEquals(5, pair.write("abcdefgh"));
      assertEquals(SelectionKey.OP_READ, pair.awaitReady());
      pair.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, pair.awaitReady());
      pair.key.interestOps(0);
      assertEquals(0, pair.selector.selectNow());
    }
  }

  @Test
  void aResetThatAnotherThreadReachesIsToldToASelectThatWaits() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:5")) {
      CompletableFuture<Integer> selected = new CompletableFuture<>();
      Thread selecting =
          new Thread(
              () -> {
                try {
                  selected.complete(pair.selector.select());
                } catch (IOException e) {
                  selected.completeExceptionally(e);
                }
              });
      selecting.start();
      // Not needed for the result; it makes it likely that the select waits already.
      while (selecting.getState() != Thread.State.RUNNABLE) {
        Thread.onSpinWait();
      }
      assertEquals(5, pair.write("abcdefgh"));
      assertEquals(1, selected.get(Loopback.PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
      selecting.join();
    }
  }

  @Test
  void aResetBeforeTheFirstByte() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:0")) {
      assertEquals(SelectionKey.OP_READ, pair.awaitReady());
      assertFails(SocketException.class, () -> pair.read(1));
    }
  }

  @Test
  void aReadFailsAsIfThePeerHadVanished() throws Exception {
    try (Loopback pair = new Loopback("read-error=1")) {
      pair.peerSends("abc");
      assertFails(IOException.class, () -> pair.read(10));
      assertNull(pair.read(10));
      assertFails(IOException.class, () -> pair.write("x"));
      assertEquals(SelectionKey.OP_READ, pair.awaitReady());
    }
  }

  @Test
  void aWriteFailsAsIfThePeerHadVanished() throws Exception {
    try (Loopback pair = new Loopback("write-error=1")) {
      pair.peerSends("abc");
      assertEquals("a", pair.read(1));
      assertFails(IOException.class, () -> pair.write("x"));
      assertNull(pair.read(10));
      pair.own.close();
      pair.selector.selectNow();
      assertFails(SocketException.class, pair::peerReads);
    }
  }

  @Test
  void theInputEndsAfterSoManyBytesAndTheOutputGoesOn() throws Exception {
    try (Loopback pair = new Loopback("half-close-at=1:3")) {
      pair.peerSends("abcdefgh");
      assertEquals("abc", pair.read(10));
      for (int i = 0; i < 2; i++) {
        assertEquals(SelectionKey.OP_READ, pair.awaitReady());
        assertNull(pair.read(10));
      }
      assertEquals(2, pair.write("xy"));
      assertEquals("xy", pair.peerReads());
    }
  }

  @Test
  void anInputThatEndsBeforeTheFirstByteIsReadiness() throws Exception {
    try (Loopback pair = new Loopback("half-close-at=1:0")) {
      assertEquals(SelectionKey.OP_READ, pair.awaitReady());
      assertNull(pair.read(10));
    }
  }

  @Test
  void aCloseWithoutAFaultIsACleanEnd() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:5")) {
      assertEquals(4, pair.write("abcd"));
      pair.own.close();
      pair.selector.selectNow();
      assertEquals("abcd", pair.peerReads());
      assertNull(pair.peerReads());
    }
  }

  @Test
  void whatTheProgramHasShutItselfAnswersAsThePlatformDoes() throws Exception {
    try (Loopback pair = new Loopback("reset-at=1:0 read-error=1 write-error=1")) {
      pair.own.shutdownInput();
      assertNull(pair.read(10));
      pair.own.shutdownOutput();
      assertThrows(ClosedChannelException.class, () -> pair.write("x"));
      pair.own.close();
      assertThrows(ClosedChannelException.class, () -> pair.read(10));
      assertThrows(ClosedChannelException.class, () -> pair.write("x"));
    }
  }
}
