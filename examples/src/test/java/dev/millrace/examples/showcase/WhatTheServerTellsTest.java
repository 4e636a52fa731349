package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.EventLoop;
import dev.millrace.Server;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON of the page, read by somebody who did not write it. */
@Timeout(60)
class WhatTheServerTellsTest {
  private static final String NASTY =
      "\"quoted\" back\\slash </script> line\nbreak \r tab\t nul\0 bell\u0007 del\u007f"
          + " Grüße 日本語 \u2028\u2029 \uD83D\uDE00 half\uD83D end";

  @Test
  void everyTextComesBackAsItWas() {
    Json json = new Json().object().member(NASTY, NASTY).name("all").array();
    for (char c = 0; c < 0x300; c++) {
      json.value(String.valueOf(c));
    }
    json.value((String) null).value(Long.MIN_VALUE).value(true).endArray().endObject();
    String text = json.toString();
    assertTrue(text.chars().allMatch(c -> c >= ' ' && c <= '~'), "not plain ASCII in one line");
    Object read = JsonText.read(text);
    assertEquals(NASTY, JsonText.at(read, NASTY));
    for (char c = 0; c < 0x300; c++) {
      assertEquals(String.valueOf(c), JsonText.at(read, "all", (int) c));
    }
    assertEquals(null, JsonText.at(read, "all", 0x300));
    assertEquals(Long.MIN_VALUE, JsonText.at(read, "all", 0x301));
    assertEquals(true, JsonText.at(read, "all", 0x302));
  }

  @Test
  void theTableOfStatesIsTheCores() {
    Json json = new Json().object();
    Snapshot.model(json);
    Object states = JsonText.at(JsonText.read(json.endObject().toString()), "states");
    Map<String, Map<String, String>> expected = new LinkedHashMap<>();
    for (ConnectionState state : ConnectionState.values()) {
      Map<String, String> row = new LinkedHashMap<>();
      state.row().forEach((event, next) -> row.put(event, next.name()));
      expected.put(state.name(), row);
    }
    assertEquals(expected, states);
    // A look at one row, so that not everything can be wrong together.
    assertEquals("OPEN_LINGERING", JsonText.at(states, "OPEN_DRAINING", "FLUSHED"));
  }

  @Test
  void aRecordWhoseTextsWereChosenByThePeer() throws Exception {
    Object snapshot = snapshot(record(1, FailureKind.ECONNRESET, NASTY, new IOException(NASTY)));
    assertEquals(NASTY, JsonText.at(snapshot, "records", 0, "reason"));
    String cause = (String) JsonText.at(snapshot, "records", 0, "cause");
    assertTrue(cause.startsWith("java.io.IOException: \"quoted\""), cause);
    assertTrue(cause.length() <= 121, cause);
    assertEquals("127.0.0.1:9", JsonText.at(snapshot, "records", 0, "peer"));
  }

  @Test
  void aPeerThatNeverWasKnown() throws Exception {
    CloseRecord known = record(1, FailureKind.ECONNREFUSED, null, null);
    CloseRecord unknown = withAddress(known, null);
    assertEquals("null", JsonText.at(snapshot(unknown), "records", 0, "peer"));
  }

  @Test
  void ofManyRecordsTheLastFiftyTheNewestFirst() throws Exception {
    CloseRecord[] many = new CloseRecord[1_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = record(i, i % 2 == 0 ? FailureKind.ECONNRESET : FailureKind.NONE, null, null);
    }
    Object snapshot = snapshot(many);
    List<?> records = (List<?>) JsonText.at(snapshot, "records");
    assertEquals(History.RECORDS, records.size());
    assertEquals(1_000, JsonText.numberAt(records, 0, "number"));
    assertEquals(951, JsonText.numberAt(records, 49, "number"));
    assertEquals(500, JsonText.numberAt(snapshot, "failures", "totals", "ECONNRESET"));
    assertEquals(500, JsonText.numberAt(snapshot, "failures", "totals", "NONE"));
    assertEquals(20_000, JsonText.numberAt(snapshot, "bytes", "out"));
  }

  @Test
  void aKindIsCountedWhereItHappenedAndMovesOn() {
    History history = new History(1_000);
    CloseRecord reset = record(1, FailureKind.ECONNRESET, null, null);
    history.ended("echo", reset, 1_000);
    history.ended("echo", reset, 1_000 + History.BIN_NANOS);
    history.ended("echo", reset, 1_000 + History.BIN_NANOS);
    long now = 1_000 + 3 * History.BIN_NANOS;
    assertEquals(0, history.count(0, FailureKind.ECONNRESET, now));
    assertEquals(2, history.count(2, FailureKind.ECONNRESET, now));
    assertEquals(1, history.count(3, FailureKind.ECONNRESET, now));
    assertEquals(0, history.count(2, FailureKind.EPIPE, now));
    // The oldest bar goes when the 60th comes after it.
    now = 1_000 + (History.BINS - 1) * History.BIN_NANOS;
    assertEquals(1, history.count(History.BINS - 1, FailureKind.ECONNRESET, now));
    now += History.BIN_NANOS;
    assertEquals(2, history.count(History.BINS - 1, FailureKind.ECONNRESET, now));
    // A century later nothing is left of it, but the total.
    now += Duration.ofDays(36_500).toNanos();
    for (int ago = 0; ago < History.BINS; ago++) {
      assertEquals(0, history.count(ago, FailureKind.ECONNRESET, now));
    }
    assertEquals(3, history.total(FailureKind.ECONNRESET));
  }

  @Test
  void aLongReasonIsCut() throws Exception {
    CloseRecord[] many = new CloseRecord[100];
    String text = "長い".repeat(5_000);
    for (int i = 0; i < many.length; i++) {
      many[i] = record(i, FailureKind.ECONNRESET, text, new IOException(text));
    }
    Object snapshot = snapshot(many);
    String reason = (String) JsonText.at(snapshot, "records", 0, "reason");
    assertEquals(text.substring(0, 120) + "…", reason);
  }

  /** What is told when these have ended, by a loop that is driven here. */
  private static Object snapshot(CloseRecord... records) throws IOException {
    try (EventLoop loop = new EventLoop()) {
      loop.turn(0);
      History history = new History(loop.nowNanos());
      for (CloseRecord record : records) {
        history.ended("echo", record, loop.nowNanos());
      }
      Json json = new Json().object();
      new Snapshot(loop, Map.<String, Server>of(), history, loop.nowNanos()).write(json);
      return JsonText.read(json.endObject().toString());
    }
  }

  private static CloseRecord record(long id, FailureKind kind, String reason, Throwable cause) {
    return new CloseRecord(
        id,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
        EndedBy.PEER,
        kind,
        Certainty.CERTAIN,
        ConnectionState.OPEN,
        Operation.READ,
        10,
        20,
        30,
        40,
        0,
        Duration.ofMillis(50),
        Duration.ofMillis(60),
        reason,
        cause);
  }

  private static CloseRecord withAddress(CloseRecord r, SocketAddress address) {
    return new CloseRecord(
        r.connectionId(),
        address,
        r.endedBy(),
        r.kind(),
        r.certainty(),
        r.state(),
        r.operation(),
        r.bytesReceived(),
        r.bytesHandedToKernel(),
        r.bytesUnsent(),
        r.bytesUnconsumed(),
        r.writesFailed(),
        r.age(),
        r.sinceProgress(),
        r.reason(),
        r.cause());
  }
}
