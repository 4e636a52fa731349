package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel's sockets, the system's names, and a thread for the look-ups. */
@Timeout(60)
class DialOnLoopbackTest {
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final EventLoop loop =
      new EventLoop(
          SelectorProvider.provider(),
          System::nanoTime,
          LoopOptions.defaults().withName("dialler").withFailureTexts(FailureTexts.none()));

  DialOnLoopbackTest() throws Exception {
    loop.start();
  }

  @AfterEach
  void end() throws Exception {
    loop.close();
    executor.shutdown();
    assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
  }

  /** What came of a call, for the test's thread. */
  private static final class Outcome implements DialListener {
    final CompletableFuture<String> answer = new CompletableFuture<>();
    final CompletableFuture<DialFailure> failure = new CompletableFuture<>();
    final CompletableFuture<CloseRecord> record = new CompletableFuture<>();

    @Override
    public ConnectionHandler onConnected(Connection connection) {
      return new ConnectionHandler() {
        @Override
        public void onOpen(Connection c) {
          c.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void onData(Connection c, ByteBuffer data) {
          if (data.remaining() == 5) {
            byte[] bytes = new byte[5];
            data.get(bytes);
            answer.complete(new String(bytes, StandardCharsets.US_ASCII));
            c.close();
          }
        }

        @Override
        public void onClosed(Connection c, CloseRecord why) {
          record.complete(why);
        }
      };
    }

    @Override
    public void onFailed(DialFailure why) {
      failure.complete(why);
    }
  }

  private Outcome dial(Names names, String host, int port) {
    Dialer dialer = new Dialer(new Resolver(names, executor)).withDeadline(Duration.ofSeconds(30));
    Outcome outcome = new Outcome();
    loop.execute(() -> dialer.dial(loop, host, port, outcome));
    return outcome;
  }

  private Server echo() throws Exception {
    return Server.builder()
        .loop(loop)
        .listen("127.0.0.1", 0)
        .handler(() -> (c, data) -> c.write(data))
        .start();
  }

  @Test
  void byName() throws Exception {
    Server server = echo();
    Outcome outcome = dial(Names.system(), "localhost", server.port());
    assertEquals("hello", outcome.answer.get());
    assertTrue(outcome.record.get().isOrderly(), () -> outcome.record.join().toString());
    assertFalse(outcome.failure.isDone());
  }

  @Test
  void aFamilyThatIsNotListenedOnIsRefusedAndTheOtherTaken() throws Exception {
    Server server = echo();
    byte[] bytes = new byte[16];
    bytes[15] = 1;
    InetAddress six = InetAddress.getByAddress(bytes);
    InetAddress four = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    Outcome outcome = dial(host -> List.of(six, four), "both.example", server.port());
    assertEquals("hello", outcome.answer.get());
    InetSocketAddress remote = (InetSocketAddress) outcome.record.get().remoteAddress();
    assertEquals(four, remote.getAddress());
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0)) {
      port = gone.getLocalPort();
    }
    DialFailure failure = dial(Names.system(), "127.0.0.1", port).failure.get();
    assertEquals(FailureKind.ECONNREFUSED, failure.kind(), failure::toString);
    assertEquals("127.0.0.1:" + port, failure.target());
  }

  @Test
  void noSuchName() throws Exception {
    Names none =
        host -> {
          throw new java.net.UnknownHostException(host);
        };
    DialFailure failure = dial(none, "nowhere.invalid", 80).failure.get();
    assertEquals(FailureKind.UNRESOLVED, failure.kind(), failure::toString);
  }

  /** The thread that looks the name up hangs; the loop goes on, and its end is told at once. */
  @Test
  void theLoopIsClosedWhileALookupHangs() throws Exception {
    CompletableFuture<Void> release = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    Names hanging =
        host -> {
          asked.complete(null);
          release.join();
          return List.of(InetAddress.getLoopbackAddress());
        };
    Outcome outcome = dial(hanging, "slow.example", 80);
    asked.get();
    loop.close();
    assertEquals(FailureKind.LOOP_STOPPED, outcome.failure.get().kind());
    release.complete(null);
  }
}
