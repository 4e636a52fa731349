package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the record of an end says, by the hand-moved clock and to the byte. */
@Timeout(60)
class RecordOfAnEndTest {
  @Test
  void ageAndTheTimeSinceTheLastProgress() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.timeouts = f.timeouts.withReadIdle(Duration.ZERO);
      var peer = f.connect();
      f.pass(Duration.ofSeconds(10));
      peer.send("x");
      f.turnUntil("heard", () -> peer.recorder.input.size() == 1);
      f.pass(Duration.ofSeconds(20));
      peer.recorder.write(5);
      f.turns(2);
      f.pass(Duration.ofSeconds(7));
      peer.recorder.connection.abort();
      CloseRecord record = peer.record();
      assertEquals(Duration.ofSeconds(37), record.age());
      assertEquals(Duration.ofSeconds(7), record.sinceProgress());
      assertEquals(1, record.bytesReceived());
      assertEquals(5, record.bytesHandedToKernel());
    }
  }

  @Test
  void inputIsProgressAsWell() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.write(5);
      f.turns(2);
      f.pass(Duration.ofSeconds(3));
      peer.send("x");
      f.turnUntil("heard", () -> peer.recorder.input.size() == 1);
      f.pass(Duration.ofSeconds(2));
      peer.rst();
      assertEquals(Duration.ofSeconds(2), peer.record().sinceProgress());
    }
  }

  @Test
  void reasonOfTheHandlerIsTheFirstThatItGave() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var closed = f.connect();
      closed.recorder.connection.close("no more");
      closed.recorder.connection.close("and again");
      closed.recorder.connection.abort("and cut");
      assertEquals("no more", closed.record().reason());
      assertEquals(FailureKind.ABORTED, closed.record().kind());
      var cut = f.connect();
      cut.recorder.connection.abort("too slow");
      assertEquals("too slow", cut.record().reason());
      var without = f.connect();
      without.recorder.connection.abort();
      assertNull(without.record().reason());
    }
  }

  @Test
  void itsLineHasAllKeysInOneLine() {
    CloseRecord record =
        new CloseRecord(
            17,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711),
            EndedBy.PEER,
            FailureKind.ECONNRESET,
            Certainty.CERTAIN,
            ConnectionState.OPEN,
            Operation.READ,
            1,
            2,
            3,
            4,
            5,
            Duration.ofMillis(6),
            Duration.ofMillis(7),
            "too \"slow\"\r\n",
            new IOException("text"));
    String line = record.toString();
    assertTrue(line.contains(" reason=\"too 'slow'??\" cause="), line);
    List<String> keys = new ArrayList<>();
    for (String part : line.substring(0, line.indexOf(" reason=")).split(" ", -1)) {
      keys.add(part.substring(0, part.indexOf('=')));
    }
    assertEquals(
        List.of(
            "conn",
            "remote",
            "endedBy",
            "kind",
            "certainty",
            "state",
            "op",
            "in",
            "out",
            "unsent",
            "unconsumed",
            "writesFailed",
            "ageMs",
            "idleMs"),
        keys);
    // One key for each component, reason and cause included.
    assertEquals(CloseRecord.class.getRecordComponents().length, keys.size() + 2);
    assertTrue(line.contains(" cause=\"java.io.IOException: text\""), line);
    assertTrue(line.contains("remote=localhost/127.0.0.1:4711"), line);
    assertFalse(line.contains("\n"));
  }

  @Test
  void onlyNoFailureAndNoLossIsOrderly() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var orderly = f.connect().fin();
      assertTrue(orderly.record().isOrderly());
      var aborted = f.connect();
      aborted.recorder.connection.abort();
      assertFalse(aborted.record().isOrderly());
      var reset = f.connect().rst();
      assertFalse(reset.record().isOrderly());
    }
  }
}
