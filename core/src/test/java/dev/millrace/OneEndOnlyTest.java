package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two reasons to end meet in one event, and corners where bytes are easily counted twice or lost.
 */
@Timeout(60)
class OneEndOnlyTest {
  @TempDir Path directory;

  @Test
  void finAndThenAFailedWriteInOneEvent() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withHighWaterBytes(12 << 20).withLowWaterBytes(1);
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      assertEquals(WriteResult.ACCEPTED, peer.recorder.write(10 << 20));
      f.turns(100);
      assertTrue(peer.recorder.connection.queuedBytes() > 0);
      // FIN first and then a reset: the read says -1, and the write of the same event says EPIPE.
      peer.fin();
      peer.rst();
      CloseRecord record = peer.record();
      f.turns(4);
      assertEquals(FailureKind.EPIPE, record.kind(), record::toString);
      assertEquals(EndedBy.PEER, record.endedBy());
    }
  }

  @Test
  void finAndThenAnAbortByACompletionInOneEvent() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      f.fill(peer.recorder);
      peer.recorder.write(10, (r, ok) -> r.connection.abort());
      // The peer takes all there is before the loop turns: room for the rest and the FIN are found
      // by one and the same poll.
      f.takeAllWithoutATurn(peer);
      peer.fin();
      f.turn();
      f.turns(4);
      assertEquals(FailureKind.ABORTED, peer.recorder.record.kind());
    }
  }

  /** A message a time, and more of them than one event may offer. */
  @Test
  void smallOffersStillDueWhenTheFinComes() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onData = (x, data) -> x.input.write(data.get()));
      var peer = f.connect();
      peer.send(new byte[60_000]).fin();
      f.turn();
      int inOneTurn = peer.recorder.input.size();
      assertTrue(inOneTurn > 0 && inOneTurn < 30_000, () -> "offers in one turn: " + inOneTurn);
      peer.readToEnd();
      assertEquals(60_000, peer.recorder.input.size());
      assertEquals(0, peer.recorder.unconsumed);
      peer.channel.close();
      assertTrue(peer.record().isOrderly());
    }
  }

  @Test
  void manySmallMessagesAreNotOneTooLarge() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withMaxKeptBytes(32 << 10);
      f.script(r -> r.onData = (x, data) -> x.input.write(data.get()));
      var peer = f.connect();
      for (int i = 0; i < 10; i++) {
        peer.send(new byte[30_000]);
        f.turn();
      }
      peer.fin();
      peer.readToEnd();
      assertEquals(300_000, peer.recorder.input.size());
      peer.channel.close();
      assertEquals(FailureKind.NONE, peer.record().kind());
    }
  }

  @Test
  void keptInputIsTheHandlersUntilItsCallbackIsOver() throws IOException {
    List<Integer> differing = new ArrayList<>();
    try (EndingFixture f = new EndingFixture()) {
      var other = f.connect();
      byte[] fill = new byte[16 << 10];
      java.util.Arrays.fill(fill, (byte) 'x');
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    if (data.remaining() < 10_000) {
                      return;
                    }
                    x.connection.close();
                    // Another connection takes a chunk of the pool that this one's bytes must not
                    // be in yet.
                    other.recorder.write(ByteBuffer.wrap(fill));
                    for (int i = data.position(); i < data.limit(); i++) {
                      if (data.get(i) != 'm') {
                        differing.add(i);
                      }
                    }
                  });
      var peer = f.connect();
      byte[] message = new byte[10_000];
      java.util.Arrays.fill(message, (byte) 'm');
      peer.send(java.util.Arrays.copyOf(message, 5_000));
      f.turns(4);
      peer.send(java.util.Arrays.copyOf(message, 5_000));
      peer.readToEnd();
      other.readUntil(fill.length);
      peer.channel.close();
      assertEquals(10_000, peer.record().bytesUnconsumed());
    }
    assertEquals(List.of(), differing.stream().limit(3).toList(), "borrowed bytes changed");
  }

  /** Without a bound the first of them would keep the loop to itself for good. */
  @Test
  void emptyWritesWithoutEndInTheirOwnCompletions() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var other = f.connect();
      var peer = f.connect();
      int[] count = new int[1];
      write(peer.recorder, count);
      f.turns(3);
      assertTrue(count[0] > 100, "they go on");
      assertTrue(count[0] < 100_000, () -> "and leave room for others: " + count[0]);
      other.send("x");
      f.turnUntil("the other is served", () -> other.recorder.input.size() == 1);
      peer.rst();
      other.rst();
      other.record();
      peer.record();
    }
  }

  private static void write(EndingFixture.Recorder recorder, int[] count) {
    recorder.write(
        0,
        (r, ok) -> {
          if (++count[0] < 10_000_000 && ok) {
            write(r, count);
          }
        });
  }

  @Test
  void aRegionThatIsShortAfterOneThatIsSent() throws IOException {
    Path whole = Files.write(directory.resolve("whole"), new byte[5_000]);
    Path shrunk = Files.write(directory.resolve("shrunk"), new byte[7_000]);
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      FileRegion second = FileRegion.open(shrunk);
      try (var file = java.nio.channels.FileChannel.open(shrunk, StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
      peer.recorder.write(FileRegion.open(whole));
      peer.recorder.write(second);
      CloseRecord record = peer.record();
      assertEquals(FailureKind.FILE_TRUNCATED, record.kind());
      assertEquals(5_000, record.bytesHandedToKernel(), "the first region was handed over");
      assertEquals(7_000, record.bytesUnsent());
      assertEquals("RESET", peer.readToEnd());
    }
  }

  @Test
  void whatWasSentWhileConnectingCompletesAfterOnOpen() throws IOException {
    try (EndingFixture f = new EndingFixture();
        ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var recorder = f.recorder();
      Connection c =
          Connector.connect(f.loop, listening.getLocalAddress(), Duration.ofSeconds(3), recorder);
      recorder.connection = c;
      assertEquals(
          WriteResult.ACCEPTED,
          c.sender().send(ByteBuffer.allocateDirect(10), recorder.completion((r, ok) -> {})));
      recorder.asked++;
      recorder.accepted += 10;
      try (SocketChannel accepted = listening.accept()) {
        f.turnUntil("completed", () -> recorder.trues == 1);
        assertEquals(List.of("onOpen", "completion true"), recorder.events);
        assertTrue(accepted.isConnected());
      }
    }
  }

  @Test
  void aReconnectInOnClosedWhileTheLoopEnds() throws IOException {
    SocketChannelCounting provider = new SocketChannelCounting();
    try (EndingFixture f = new EndingFixture(provider, o -> o)) {
      Server server = f.server();
      var again = f.recorder();
      f.script(
          r ->
              r.onClosed =
                  x -> {
                    if (again.connection == null) {
                      again.connection =
                          Connector.connect(
                              f.loop, server.addresses().get(0), Duration.ofSeconds(3), again);
                    }
                  });
      f.connect();
      f.loop.stop();
      f.turn();
      assertTrue(f.loop.isStopped());
      assertEquals(FailureKind.LOOP_STOPPED, again.record.kind());
    }
    for (SocketChannel opened : provider.opened) {
      assertFalse(opened.isOpen(), "a channel was left open");
    }
  }

  /** Bytes that another thread sent, accepted and then lost, must not look like a clean end. */
  @Test
  void bytesOfASenderAreLostWithAReset() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.connection.sender();
      f.turn();
      f.loop.execute(
          () -> {
            // In the last turn, after its tasks are counted: nothing takes it over any more.
            peer.recorder.connection.sender().send(ByteBuffer.allocateDirect(100));
            peer.recorder.accepted += 100;
            f.loop.stop();
          });
      f.turn();
      assertTrue(f.loop.isStopped());
      assertEquals(100, peer.recorder.record.bytesUnsent());
      assertEquals("RESET", peer.readToEnd());
    }
  }

  @Test
  void waitingForAServerWhoseLoopWasStopped() throws Exception {
    try (EndingFixture f = new EndingFixture()) {
      Server server = f.server();
      f.connect();
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(server::awaitStopped);
      f.loop.stop();
      f.turn();
      waiting.get(10, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  /** Remembers what was opened. */
  private static final class SocketChannelCounting extends EndingProvider {
    final List<SocketChannel> opened = new ArrayList<>();

    @Override
    public SocketChannel openSocketChannel() throws IOException {
      SocketChannel channel = super.openSocketChannel();
      opened.add(channel);
      return channel;
    }
  }
}
