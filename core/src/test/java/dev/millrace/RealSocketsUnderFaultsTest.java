package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.slf4j.event.Level.WARN;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import dev.millrace.failure.Operation;
import dev.millrace.fault.FaultPlan;
import dev.millrace.fault.FaultSelectorProvider;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server on the kernel's own sockets, which a provider makes go wrong by a plan. */
@Timeout(120)
class RealSocketsUnderFaultsTest {
  /** An echo that keeps its records. */
  private static final class Echo extends LoopFixture.Recorder {
    @Override
    public void onData(Connection c, ByteBuffer data) {
      c.write(data);
      events.add("data");
    }
  }

  private static LoopFixture fixture(String plan) throws IOException {
    return fixture(plan, LoopFixture.options());
  }

  private static LoopFixture fixture(String plan, LoopOptions options) throws IOException {
    return new LoopFixture(
        new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.parse(plan)), options);
  }

  private static void send(SocketChannel client, int bytes) throws IOException {
    assertEquals(bytes, client.write(ByteBuffer.allocate(bytes)));
  }

  private static CloseRecord recordOf(LoopFixture f, LoopFixture.Recorder recorder) {
    f.until("the record", () -> !recorder.records.isEmpty());
    return recorder.record();
  }

  /** A client that sends as fast as it is taken, and compares what comes back. */
  private static final class Verifier {
    final SocketChannel channel;
    final byte[] sent;
    final ByteBuffer toSend;
    final ByteBuffer back;
    boolean ended;

    Verifier(SocketChannel channel, byte[] data) throws IOException {
      this.channel = channel;
      this.sent = data;
      this.toSend = ByteBuffer.wrap(data);
      this.back = ByteBuffer.allocate(data.length + 1);
      channel.configureBlocking(false);
    }

    void move() throws IOException {
      if (toSend.hasRemaining() && channel.write(toSend) >= 0 && !toSend.hasRemaining()) {
        channel.shutdownOutput();
      }
      ended |= channel.read(back) < 0;
    }
  }

  @Test
  @ExpectedLog(level = WARN, containing = "accept failed on 127.0.0.1", atLeast = 0)
  void theEchoIsExactToTheByte() throws IOException {
    long seed = LoopFixture.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 8; round++) {
      String plan =
          "seed="
              + random.nextLong()
              + " short-read=0.7 short-write=0.7 spurious-ready=0.3 null-accept=0.5"
              + " accept-emfile=0.2";
      try (LoopFixture f = fixture(plan)) {
        Server server = f.server(new ClosingEcho());
        List<Verifier> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          byte[] data = new byte[20_000];
          random.nextBytes(data);
          clients.add(new Verifier(f.client(server), data));
        }
        f.until(
            "every end, -Dmillrace.seed=" + seed + " plan " + plan,
            () -> {
              f.clock.moveMillis(1); // the listener backs off by the clock
              return moveAll(clients);
            });
        for (Verifier client : clients) {
          assertEquals(
              ByteBuffer.wrap(client.sent),
              client.back.flip(),
              () -> "-Dmillrace.seed=" + seed + " plan " + plan);
        }
      }
    }
  }

  private static final class ClosingEcho implements ConnectionHandler {
    @Override
    public void onData(Connection c, ByteBuffer data) {
      c.write(data);
    }
  }

  private static boolean moveAll(List<Verifier> clients) {
    boolean all = true;
    try {
      for (Verifier client : clients) {
        client.move();
        all &= client.ended;
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return all;
  }

  @Test
  void aResetThatAReadMeetsIsCertain() throws IOException {
    try (LoopFixture f = fixture("reset-at=1:100")) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Server server = f.server(recorder);
      SocketChannel client = f.client(server);
      send(client, 150);
      CloseRecord record = recordOf(f, recorder);
      assertEquals(FailureKind.ECONNRESET, record.kind());
      assertEquals(Certainty.CERTAIN, record.certainty());
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(Operation.READ, record.operation());
      assertEquals(100, record.bytesReceived());
      f.turns(2);
      client.configureBlocking(true);
      assertThrows(
          SocketException.class, () -> client.read(ByteBuffer.allocate(1)), "a real reset");
    }
  }

  @Test
  void aResetThatAWriteMeetsIsNamedByItsTextIfThisJvmSpeaksEnglish() throws IOException {
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());
    boolean isNamed =
        texts.match("Connection reset by peer").orElse(null) == FailureKind.ECONNRESET;
    try (LoopFixture f = fixture("reset-at=1:100", LoopFixture.options().withFailureTexts(texts))) {
      Echo echo = new Echo();
      send(f.client(f.server(echo)), 100);
      CloseRecord record = recordOf(f, echo);
      assertEquals(isNamed ? FailureKind.ECONNRESET : FailureKind.UNKNOWN, record.kind());
      assertEquals(isNamed ? Certainty.BY_TEXT : Certainty.UNKNOWN, record.certainty());
      assertEquals(Operation.WRITE, record.operation());
      assertEquals(100, record.bytesUnsent());
    }
  }

  @Test
  void aPeerThatVanishesIsNoReset() throws IOException {
    for (String plan : List.of("read-error=1", "write-error=1")) {
      try (LoopFixture f = fixture(plan)) {
        Echo echo = new Echo();
        send(f.client(f.server(echo)), 10);
        CloseRecord record = recordOf(f, echo);
        assertEquals(FailureKind.UNKNOWN, record.kind(), plan);
        assertFalse(record.isOrderly());
        assertEquals(EndedBy.FAULT, record.endedBy());
        assertEquals(IOException.class, record.cause().getClass());
        assertEquals(plan.startsWith("read") ? 0 : 10, record.bytesReceived());
      }
    }
  }

  @Test
  void anInputThatEndsEarlyIsInOrder() throws IOException {
    try (LoopFixture f = fixture("half-close-at=1:7")) {
      Echo echo = new Echo();
      SocketChannel client = f.client(f.server(echo));
      send(client, 20);
      CloseRecord record = recordOf(f, echo);
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(7, record.bytesReceived());
      assertEquals(7, record.bytesHandedToKernel());
      assertEquals(7, f.readFully(client, 7).length);
    }
  }

  @Test
  void whatStallsIsEndedByATimeOut() throws IOException {
    Duration patience = Duration.ofSeconds(5);
    try (LoopFixture f = fixture("stall-at=1:30")) {
      Echo echo = new Echo();
      Server server =
          f.server(
              Server.builder()
                  .timeouts(LoopFixture.noTimeouts().withWriteStall(patience))
                  .handler(() -> echo));
      SocketChannel client = f.client(server);
      send(client, 20);
      f.until("the echo's first part", () -> echo.events.contains("data"));
      assertEquals(10, f.readFully(client, 10).length);
      client.close();
      f.turns(20);
      assertEquals(List.of(), echo.records, "the end of the stream was heard");
      f.clock.moveMillis(patience.toMillis() + 10);
      CloseRecord record = recordOf(f, echo);
      assertEquals(FailureKind.WRITE_STALL, record.kind());
      assertEquals(10, record.bytesUnsent());
    }
  }

  @Test
  void anIdleConnectionOutlivesOddSpuriousReadiness() throws IOException {
    try (LoopFixture f =
        fixture("seed=4 spurious-ready=0.5", LoopFixture.options().withSpinLimit(100))) {
      Echo echo = new Echo();
      SocketChannel client = f.client(f.server(echo));
      f.until("open", () -> echo.connection != null);
      f.turns(2_000);
      assertEquals(List.of(), echo.records);
      send(client, 5);
      assertEquals(5, f.readFully(client, 5).length);
    }
  }

  @Test
  @ExpectedLog(level = WARN, containing = "culprit=Connection[1 /127.0.0.1")
  @ExpectedLog(level = WARN, containing = "culprit=Listener", atLeast = 0)
  void oneThatIsReadyForNothingInEveryPollIsASpin() throws IOException {
    try (LoopFixture f = fixture("spurious-ready=1", LoopFixture.options().withSpinLimit(100))) {
      Echo echo = new Echo();
      f.client(f.server(echo));
      assertEquals(FailureKind.SPIN, recordOf(f, echo).kind());
    }
  }

  @Test
  @ExpectedLog(level = WARN, containing = "accept failed on 127.0.0.1")
  void acceptsThatFailEndNeitherTheServerNorTheClients() throws IOException {
    try (LoopFixture f = fixture("seed=12 accept-emfile=0.6")) {
      Server server = f.server(new ClosingEcho());
      for (int i = 0; i < 10; i++) {
        SocketChannel client = f.client(server);
        send(client, 3);
        client.configureBlocking(false);
        ByteBuffer back = ByteBuffer.allocate(3);
        f.until(
            "the echo",
            () -> {
              f.clock.moveMillis(100);
              return read(client, back);
            });
      }
      // The probe finds that descriptors are not what is missing, so nobody is shed.
      assertEquals(0, server.stats().shed());
    }
  }

  private static boolean read(SocketChannel client, ByteBuffer buffer) {
    try {
      assertTrue(client.read(buffer) >= 0, "shed, though descriptors were there");
      return !buffer.hasRemaining();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void connectsThatComeToNothing() throws IOException {
    assertConnectEnds("connect-refused=1", FailureKind.ECONNREFUSED, 0);
    assertConnectEnds("connect-pending=1", FailureKind.CONNECT_TIMEOUT, 3_010);
    // Failed for good, and too late for a refusal; without texts, nobody can say of what.
    assertConnectEnds("connect-fails-late=1:1ms", FailureKind.UNKNOWN, 2_000);
    assertConnectEnds("open-emfile=1", FailureKind.UNKNOWN, 0);
  }

  private static void assertConnectEnds(String plan, FailureKind kind, long afterMillis)
      throws IOException {
    try (LoopFixture f = fixture(plan);
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(LoopFixture.loopback(0));
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.turn();
      Connector.connect(f.loop, listener.getLocalAddress(), Duration.ofSeconds(3), recorder);
      f.turn(); // arms the deadline
      f.clock.moveMillis(afterMillis);
      CloseRecord record = recordOf(f, recorder);
      assertEquals(kind, record.kind(), plan);
      assertEquals(List.of("closed"), recorder.events, plan);
    }
  }
}
