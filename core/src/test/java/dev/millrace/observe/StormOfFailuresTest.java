package dev.millrace.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Seeds;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.guard.LogGuard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Failures that keep coming are counted: in few lines, and none is missing. */
@Timeout(60)
class StormOfFailuresTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  private long nanos = 77 * SECOND;
  private final long origin = nanos;

  private FailureLog log(Duration window, int inFull) {
    InstantSource wall = () -> START.plusNanos(nanos - origin);
    return new FailureLog(window, inFull, () -> nanos, wall);
  }

  private static CloseRecord reset(int peer) {
    return Ends.end(FailureKind.ECONNRESET, Ends.peer(peer, 40_000));
  }

  @Test
  void tenThousandResetsASecondForAMinuteAreFourteenLines() {
    try (Ends ends = new Ends()) {
      FailureLog log = log(FailureLog.DEFAULT_WINDOW, FailureLog.DEFAULT_IN_FULL);
      for (int i = 0; i < 600_000; i++) {
        log.accept(reset(i % 7));
        nanos += SECOND / 10_000;
      }
      log.flush();
      assertEquals(8, ends.told("connection failed").size());
      List<Map<String, String>> counts = ends.counts();
      assertEquals(6, counts.size());
      assertEquals("99992", counts.get(0).get("count"));
      assertEquals("100000", counts.get(5).get("count"));
      assertEquals(
          600_000 - 8, counts.stream().mapToLong(c -> Long.parseLong(c.get("count"))).sum());
      assertEquals("7", counts.get(1).get("peersAtLeast"));
      assertEquals("7", counts.get(1).get("peersAtMost"));
      assertEquals("2026-11-21T12:00:10Z", counts.get(1).get("first"));
      assertEquals("2026-11-21T12:00:19.999Z", counts.get(1).get("last"));
      assertEquals("READ=100000", counts.get(1).get("ops"));
      assertEquals("300000", counts.get(1).get("unsent"));
    }
  }

  @Test
  void whatComesSeldomIsLoggedInFull() {
    try (Ends ends = new Ends()) {
      FailureLog log = log(Duration.ofSeconds(10), 2);
      for (int i = 0; i < 20; i++) {
        log.accept(reset(i));
        nanos += 5 * SECOND;
      }
      log.flush();
      assertEquals(20, ends.told("connection failed").size());
      assertEquals(List.of(), ends.counts());
    }
  }

  @Test
  void afterAQuietWindowTheNextIsInFullAgain() {
    try (Ends ends = new Ends()) {
      FailureLog log = log(Duration.ofSeconds(10), 1);
      log.accept(reset(1)); // 0 s, in full
      log.accept(reset(2)); // counted
      nanos += 10 * SECOND;
      log.accept(reset(3)); // the next window, counted on
      assertEquals(List.of("1"), ends.counts().stream().map(c -> c.get("count")).toList());
      nanos += 10 * SECOND; // its line comes with the next failure, which is counted as well
      log.accept(reset(4));
      nanos += 20 * SECOND; // a window without any between them
      log.accept(reset(5));
      assertEquals(
          List.of("10.0.0.1:40000", "10.0.0.5:40000"),
          ends.told("connection failed").stream().map(e -> e.get("remote")).toList());
      assertEquals(
          List.of("10.0.0.2=1", "10.0.0.3=1", "10.0.0.4=1"),
          ends.counts().stream().map(c -> c.get("peers")).toList());
    }
  }

  @Test
  void kindsAreCountedApartAndHaveTheirOwnLevels() {
    try (Ends ends = new Ends()) {
      FailureLog log = log(Duration.ofSeconds(10), 1);
      for (int i = 0; i < 3; i++) {
        log.accept(reset(1));
        log.accept(Ends.end(FailureKind.WRITE_STALL, null));
        log.accept(Ends.end(FailureKind.NONE, null));
      }
      log.flush();
      assertEquals(
          List.of("ECONNRESET", "WRITE_STALL"),
          ends.counts().stream().map(c -> c.get("kind")).toList());
      assertEquals("INFO", ends.last().getLevel().toString());
      assertEquals("unknown=2", ends.counts().get(1).get("peers"));
    }
  }

  @Test
  void allOfThemAreInTheLinesOnceWhateverComesWhen() {
    Seeds.each(200, this::anyFailures);
  }

  private void anyFailures(SplittableRandom random) {
    LogGuard.allow(Level.WARN, "connection");
    LogGuard.allow(Level.ERROR, "connection");
    try (Ends ends = new Ends()) {
      int inFull = 1 + random.nextInt(5);
      FailureLog log = log(Duration.ofSeconds(1 + random.nextInt(20)), inFull);
      FailureKind[] kinds = FailureKind.values();
      Operation[] ops = Operation.values();
      Map<FailureKind, Long> expected = new EnumMap<>(FailureKind.class);
      Map<String, Long> expectedOps = new TreeMap<>();
      int failures = random.nextInt(3_000);
      int few = 1 + random.nextInt(kinds.length);
      for (int i = 0; i < failures; i++) {
        FailureKind kind = kinds[random.nextInt(few)];
        Operation op = ops[random.nextInt(ops.length)];
        log.accept(Ends.end(kind, Ends.peer(random.nextInt(40), i), op, null, null));
        if (kind != FailureKind.NONE) {
          expected.merge(kind, 1L, Long::sum);
          expectedOps.merge(kind + " " + op, 1L, Long::sum);
        }
        nanos += random.nextInt(100) == 0 ? random.nextLong(60 * SECOND) : random.nextLong(SECOND);
        if (random.nextInt(500) == 0) {
          log.flush();
        }
      }
      log.flush();
      Map<FailureKind, Long> told = new EnumMap<>(FailureKind.class);
      Map<String, Long> toldOps = new TreeMap<>();
      for (Map<String, String> line : ends.told()) {
        FailureKind kind = FailureKind.valueOf(line.get("kind"));
        if (line.get("").equals("connection failed")) {
          told.merge(kind, 1L, Long::sum);
          toldOps.merge(kind + " " + line.get("op"), 1L, Long::sum);
        } else {
          told.merge(kind, Long.parseLong(line.get("count")), Long::sum);
          for (String share : line.get("ops").split(" ", -1)) {
            String[] pair = share.split("=", -1);
            toldOps.merge(kind + " " + pair[0], Long.parseLong(pair[1]), Long::sum);
          }
          assertTrue(Long.parseLong(line.get("count")) > 0, line::toString);
        }
      }
      assertEquals(expected, told);
      assertEquals(expectedOps, toldOps);
    }
  }
}
