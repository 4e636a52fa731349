package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

@Timeout(120)
class DescriptorsRunOutTest {
  @Test
  @ExpectedLog(level = Level.WARN, containing = "kind=EMFILE certainty=CERTAIN")
  void withoutACapTheServerLivesAtTheLimitAndServesAgainAfterIt() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serveWithDescriptors(120, "--max-connections", "0")) {
      try (Crowd crowd = new Crowd(echo, 300)) {
        // One that was turned away shows that the limit was reached.
        crowd.driveUntil(c -> c.served() >= 60 && c.closed() >= 5);
        assertTrue(crowd.waiting() > 0, crowd::toString);
        assertStaysCalm(echo, crowd);
        crowd.assertServedOnesAreStillServed();
      }
      awaitServedAgain(echo);
      for (int i = 0; i < 20; i++) {
        try (Socket next = echo.connect()) {
          ExampleProcess.assertEchoes(next, "after the crowd");
        }
      }
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
      List<String> told = echo.err().stream().filter(l -> l.contains("accept failed")).toList();
      assertEquals(1, told.size(), echo::toString);
      assertTrue(told.get(0).contains("kind=EMFILE certainty=CERTAIN"), echo::toString);
      // It backed off: with no pause between them there would be a million of attempts.
      assertTrue(ExampleProcess.valueOf(told.get(0), "count") <= 500, told.get(0));
      // Listening, that failures are logged, this, shut down.
      assertEquals(4, echo.err().size(), echo::toString);
    }
  }

  /**
   * The crowd has left, but the server may not have seen it yet: it still sheds then, as it should.
   * Whoever is served stood behind all of the crowd in the backlog, so from then on there is room.
   */
  private static void awaitServedAgain(ExampleProcess echo) {
    for (int attempts = 0; attempts < 1000; attempts++) {
      try (Socket next = echo.connect()) {
        ExampleProcess.assertEchoes(next, "is there room");
        return;
      } catch (IOException | AssertionError e) {
        // Shed, with a reset or with a FIN: once more.
      }
    }
    fail("nobody was served in 1000 attempts");
  }

  /**
   * The listener stays ready all the while, so a server without a pause would use a whole
   * processor. A loaded machine gives the child less, never more.
   */
  private static void assertStaysCalm(ExampleProcess echo, Crowd crowd) throws IOException {
    int closed = crowd.closed();
    Duration cpu = echo.cpu();
    long start = System.nanoTime();
    crowd.driveUntil(c -> c.closed() >= closed + 3); // three more pauses, each twice the last
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    Duration used = echo.cpu().minus(cpu);
    assertTrue(used.compareTo(wall.dividedBy(2)) < 0, () -> used + " of CPU in " + wall);
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "kind=EMFILE certainty=CERTAIN")
  void aSignalAtTheLimitEndsInGoodOrder() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serveWithDescriptors(120, "--max-connections", "0");
        Crowd crowd = new Crowd(echo, 300)) {
      crowd.driveUntil(c -> c.served() >= 60 && c.closed() >= 3);
      echo.terminate();
      crowd.driveUntilAllAreClosed();
      assertEquals(0, echo.awaitExit(), echo::toString);
      assertEquals(2, echo.out().size(), echo::toString);
      String report = echo.out().get(1);
      assertTrue(report.startsWith("shut down: idleClosed="), echo::toString);
      assertTrue(report.contains(" lingerCut=0 cut=0 unsent=0 "), echo::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({"120, 56", "200, 136"})
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached")
  void theDefaultCapKeepsAwayFromTheLimit(int limit, int cap) throws Exception {
    try (ExampleProcess echo = ExampleProcess.serveWithDescriptors(limit)) {
      try (Crowd crowd = new Crowd(echo, cap + 20)) {
        crowd.driveUntil(c -> c.waiting() == 0);
        assertEquals(cap, crowd.served());
        assertEquals(20, crowd.closed());
        crowd.assertServedOnesAreStillServed();
      }
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
      assertTrue(echo.err().stream().noneMatch(l -> l.contains("accept failed")), echo::toString);
      assertEquals(
          1,
          echo.err().stream()
              .filter(l -> l.contains("cap reached") && l.contains("cap=" + cap))
              .count(),
          echo::toString);
    }
  }

  private interface Condition {
    boolean holds(Crowd crowd);
  }

  /** Many clients, that each have sent one byte and wait for it. */
  private static final class Crowd implements AutoCloseable {
    private final Selector selector;
    private final List<SocketChannel> served = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(16);
    private int waiting;
    private int closed;
    private boolean ending;

    Crowd(ExampleProcess echo, int size) throws IOException {
      selector = Selector.open();
      for (int i = 0; i < size; i++) {
        SocketChannel client = echo.connectChannel();
        client.configureBlocking(false);
        client.register(selector, SelectionKey.OP_READ);
        waiting++;
        try {
          client.write(ByteBuffer.wrap(new byte[] {42}));
        } catch (IOException e) {
          leave(client); // turned away already
        }
      }
    }

    int served() {
      return served.size();
    }

    int closed() {
      return closed;
    }

    int waiting() {
      return waiting;
    }

    void driveUntil(Condition condition) throws IOException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ExampleProcess.PATIENCE_SECONDS);
      while (!condition.holds(this)) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertTrue(millis > 0, () -> "too late: " + this);
        selector.select(millis);
        for (SelectionKey key : selector.selectedKeys()) {
          read((SocketChannel) key.channel());
        }
        selector.selectedKeys().clear();
      }
    }

    void driveUntilAllAreClosed() throws IOException {
      ending = true;
      driveUntil(c -> c.served() + c.waiting() == 0);
    }

    private void read(SocketChannel client) throws IOException {
      int n;
      try {
        n = client.read(buffer.clear());
      } catch (IOException e) {
        n = -1; // closed with our byte unread is a reset
      }
      if (n > 0) {
        served.add(client);
        waiting--;
      } else if (n < 0) {
        if (served.remove(client)) {
          assertTrue(ending, "one that was served lost its connection");
          waiting++;
        }
        leave(client);
      }
    }

    private void leave(SocketChannel client) throws IOException {
      client.close();
      waiting--;
      closed++;
    }

    void assertServedOnesAreStillServed() throws IOException {
      for (SocketChannel client : List.copyOf(served)) {
        client.keyFor(selector).cancel();
      }
      selector.selectNow(); // only now is the cancelling done, and blocking allowed again
      for (SocketChannel client : served) {
        client.configureBlocking(true);
        client.socket().setSoTimeout(ExampleProcess.PATIENCE_SECONDS * 1000);
        ExampleProcess.assertEchoes(client.socket(), "still there");
      }
    }

    @Override
    public void close() throws IOException {
      for (SelectionKey key : List.copyOf(selector.keys())) {
        key.channel().close();
      }
      for (SocketChannel client : served) {
        client.close();
      }
      selector.close();
    }

    @Override
    public String toString() {
      return "served=" + served() + " closed=" + closed + " waiting=" + waiting;
    }
  }
}
