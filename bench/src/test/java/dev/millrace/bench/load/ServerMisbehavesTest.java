package dev.millrace.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerMisbehavesTest {
  /** The byte of each connection's stream that something happens to. */
  private static final long AT = 6_450;

  @Test
  void aFlippedByteIsFoundAndNamed() throws Exception {
    FreeServer.Change flips =
        (bytes, n, offset, out) -> {
          if (offset <= AT && AT < offset + n) {
            bytes[(int) (AT - offset)] ^= 1;
          }
          out.write(bytes, 0, n);
        };
    String message = wrong(flips);
    assertTrue(
        message.matches(
            "connection \\d \\(127\\.0\\.0\\.1:\\d+\\): byte 6450 of the answers is 0x.., "
                + "expected 0x.. \\(byte 50 of answer 100\\)"),
        message);
  }

  @Test
  void aLostByteIsFoundAndNamed() throws Exception {
    FreeServer.Change loses =
        (bytes, n, offset, out) -> {
          int keep = (int) Math.max(0, Math.min(n, AT - offset));
          out.write(bytes, 0, keep);
          int skip = offset <= AT && AT < offset + n ? 1 : 0;
          out.write(bytes, keep + skip, n - keep - skip);
        };
    assertTrue(wrong(loses).contains("byte 6450 of the answers"));
  }

  @Test
  void aDoubledByteIsFoundAndNamed() throws Exception {
    FreeServer.Change doubles =
        (bytes, n, offset, out) -> {
          int head = (int) Math.max(0, Math.min(n, AT - offset));
          out.write(bytes, 0, head);
          if (offset <= AT && AT < offset + n) {
            out.write(bytes, head, 1);
          }
          out.write(bytes, head, n - head);
        };
    assertTrue(wrong(doubles).contains("byte 6451 of the answers"));
  }

  private static String wrong(FreeServer.Change change) throws Exception {
    try (FreeServer server = new FreeServer(FreeServer.echo(change))) {
      LoadOptions options = Runs.closed(server.address(), 3, 4, 64);
      return assertThrows(WrongAnswerException.class, () -> Load.run(options, Runs.NOBODY))
          .getMessage();
    }
  }

  @Test
  void answersOfTwoConnectionsThatAreSwappedAreFound() throws Exception {
    AtomicLong taken = new AtomicLong();
    AtomicReferenceArray<byte[]> last = new AtomicReferenceArray<>(2);
    FreeServer.Behaviour swaps =
        (connection, in, out) -> {
          for (byte[] mine = in.readNBytes(64); mine.length == 64; mine = in.readNBytes(64)) {
            last.set(connection % 2, mine.clone());
            byte[] other = last.get(1 - connection % 2);
            // Few, so that a machine with much else to do comes to it within the window.
            out.write(taken.incrementAndGet() > 10 && other != null ? other : mine);
          }
        };
    try (FreeServer server = new FreeServer(swaps)) {
      LoadOptions options = Runs.closed(server.address(), 2, 1, 64);
      assertThrows(WrongAnswerException.class, () -> Load.run(options, Runs.NOBODY));
    }
  }

  @Test
  void aServerThatClosesInTheMiddleIsCountedAndAskedAgain() throws Exception {
    FreeServer.Behaviour tenAnswersAndAHalf =
        (connection, in, out) -> {
          for (int i = 0; i < 10; i++) {
            out.write(in.readNBytes(64));
          }
          byte[] last = in.readNBytes(64);
          out.write(last, 0, last.length / 2);
        };
    try (FreeServer server = new FreeServer(tenAnswersAndAHalf)) {
      LoadResult result = Load.run(Runs.closed(server.address(), 2, 1, 64), Runs.NOBODY);
      long lost = Tally.sum(result.lost());
      assertTrue(lost > 0, result::toString);
      assertEquals(lost, result.lostRequests(), "one in flight on each");
      assertTrue(result.errors() >= lost, result::toString);
      assertTrue(server.accepted() > 2, "it was connected to again");
      assertTrue(result.lost().containsKey("ended by the server"), result::toString);
      // The connections that ended answered ten each; those that were last, ten at the most.
      assertTrue(result.requests() >= 10, result::toString);
      assertTrue(result.requests() <= 10L * server.accepted(), result::toString);
    }
  }

  @Test
  void aServerThatClosesAtOnceIsNotFlooded() throws Exception {
    try (FreeServer server = new FreeServer((connection, in, out) -> {})) {
      long began = System.nanoTime();
      LoadResult result = Load.run(Runs.closed(server.address(), 2, 1, 64), Runs.NOBODY);
      long tries = (System.nanoTime() - began) / Worker.RETRY_NANOS + 2;
      assertEquals(0, result.requests());
      assertTrue(result.errors() > 0, result::toString);
      assertTrue(server.accepted() <= 2 * tries, () -> server.accepted() + " connections");
    }
  }

  @Test
  void aServerThatNeverAnswersEndsTheRunInTimeAndIsTold() throws Exception {
    FreeServer.Behaviour silent =
        (connection, in, out) -> {
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(silent)) {
      LoadResult result =
          Load.run(Runs.closed(server.address(), 3, 4, 64), Runs.NOBODY, Runs.NO_DRAIN);
      assertEquals(0, result.requests());
      assertEquals(12, result.inFlight());
      assertEquals(12, result.unanswered());
      assertEquals(12, result.errors());
      assertTrue(result.oldestNanos() > 0, result::toString);
      assertTrue(result.oldestNanos() <= result.elapsedNanos(), result::toString);
    }
  }

  @Test
  void inAnOpenLoopWhatHadToWaitForASilentServerIsToldToo() throws Exception {
    FreeServer.Behaviour silent =
        (connection, in, out) -> {
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(silent)) {
      LoadResult result =
          Load.run(Runs.open(server.address(), 2, 1_000), Runs.NOBODY, Runs.NO_DRAIN);
      assertEquals(0, result.requests());
      assertEquals(2, result.inFlight());
      // 500 were due in the window, which may have been longer.
      assertTrue(result.queued() >= 498, result::toString);
      assertEquals(0, result.latency().getTotalCount());
    }
  }

  @Test
  void aServerThatReadsNothingMakesWritesShortAndTheBytesAreStillRight() throws Exception {
    FreeServer.Behaviour slowToRead =
        (connection, in, out) -> {
          byte[] first = in.readNBytes(1);
          // By now the client has been told that its socket is full: 16 MiB fit into no socket.
          out.write(first);
          byte[] bytes = new byte[1 << 20];
          for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
            out.write(bytes, 0, n);
          }
        };
    try (FreeServer server = new FreeServer(slowToRead)) {
      LoadOptions options = Runs.closed(server.address(), 1, 4, 4 * 1024 * 1024);
      LoadResult result = Load.run(options, Runs.NOBODY);
      assertTrue(result.bytes() > 0, result::toString);
      assertEquals(Map.of(), result.lost());
    }
  }

  @Test
  void aServerThatRefusesGivesOneClearLine() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    for (boolean reconnect : new boolean[] {false, true}) {
      for (boolean allowErrors : new boolean[] {false, true}) {
        LoadOptions options =
            Runs.options(nobody, 8, 1, 64, OptionalDouble.empty(), reconnect, 2, allowErrors);
        IOException refused = assertThrows(IOException.class, () -> Load.run(options, Runs.NOBODY));
        // The reason is in the language of the system.
        String line =
            "cannot connect to localhost:%d: 8 of 8 connects failed: 8 × .+"
                .formatted(nobody.getPort());
        assertTrue(refused.getMessage().matches(line), refused::getMessage);
      }
    }
  }

  @Test
  void moreConnectionsThanDescriptorsGiveOneClearLineBeforeAnythingIsOpened() {
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    LoadOptions options = Runs.closed(anywhere, LoadOptions.MOST_CONNECTIONS, 1, 64);
    IOException tooMany = assertThrows(IOException.class, () -> Load.run(options, Runs.NOBODY));
    assertTrue(
        tooMany
            .getMessage()
            .matches(
                "--connections 1000000 need as many descriptors, and this process may open \\d+"
                    + " more \\(its limit is \\d+\\): use fewer, or raise it with ulimit -n"),
        tooMany::getMessage);
  }
}
