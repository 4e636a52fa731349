package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients each send all of a large message but its end. */
@Timeout(60)
class KeptInputBudgetUsedUpTest {
  private static final int BUDGET = 256 << 10;

  private static EndingFixture withBudget() throws IOException {
    return new EndingFixture(
        SelectorProvider.provider(), options -> options.withKeptBudgetBytes(BUDGET));
  }

  @Test
  void whoHasMostIsClosedAndTheOthersAreServed() throws IOException {
    try (EndingFixture f = withBudget()) {
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    if (data.get(data.limit() - 1) == '.') {
                      x.take(data);
                      x.write(1);
                    } // else the message is not complete
                  });
      var small = f.connect();
      small.send("small");
      f.turns(2);
      List<EndingFixture.Peer> large = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        var peer = f.connect();
        large.add(peer);
        peer.send("x".repeat(20_000 + 1_000 * i)); // 40 to 64 KiB of buffer each
        f.turns(3);
        long kept = f.recorders.stream().mapToLong(r -> r.connection.keptBytes()).sum();
        assertEquals(true, kept <= BUDGET, "kept " + kept);
      }
      int closed = 0;
      for (EndingFixture.Peer peer : large) {
        if (peer.recorder.connection.state().isClosing()) {
          closed++;
          assertEquals("FIN", peer.readToEnd());
          peer.fin();
          CloseRecord record = peer.record();
          assertEquals(FailureKind.LOOP_BUDGET, record.kind());
          assertEquals(Operation.READ, record.operation());
          assertEquals(EndedBy.LIMIT, record.endedBy());
          assertEquals(record.bytesReceived(), record.bytesUnconsumed());
        } else {
          peer.send(".").readUntil(1);
        }
      }
      assertEquals(true, closed >= 12 && closed < 20, "closed " + closed);
      small.send(".").readUntil(1);
      assertNull(small.recorder.record);
    }
  }

  @Test
  void whatOneGrowsIntoWhileItReads() throws IOException {
    try (EndingFixture f = withBudget()) {
      f.limits = f.limits.withMaxKeptBytes(BUDGET);
      f.script(r -> r.onData = (x, data) -> {});
      var first = f.connect();
      first.send("x".repeat(BUDGET / 2));
      f.turns(3);
      var second = f.connect();
      second.send("x".repeat(BUDGET / 4));
      f.turns(3);
      first.send("x".repeat(BUDGET / 4)); // the buffer doubles, and with the other's it is too much
      f.turnUntil("the end", () -> first.recorder.connection.state().isClosing());
      first.fin();
      assertEquals(FailureKind.LOOP_BUDGET, first.record().kind());
      assertEquals(ConnectionState.OPEN, second.recorder.connection.state());
    }
  }

  @Test
  void budgetBelowOneMessageIsRefused() throws IOException {
    try (EndingFixture f = withBudget()) {
      f.limits = f.limits.withMaxKeptBytes(BUDGET + 1);
      assertThrows(IllegalArgumentException.class, f::server);
    }
  }
}
