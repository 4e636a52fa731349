package dev.millrace.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

@Timeout(60)
class LineOfAFailureTest {
  @Test
  void holdsAllThatIsKnownInKeysAndValues() {
    try (Ends ends = new Ends()) {
      IOException cause = new IOException("Broken pipe");
      new FailureLog()
          .accept(Ends.end(FailureKind.EPIPE, Ends.peer(9, 1234), Operation.WRITE, "late", cause));
      assertEquals(
          "[{=connection failed, kind=EPIPE, certainty=CERTAIN, op=WRITE, state=OPEN, endedBy=PEER,"
              + " remote=10.0.0.9:1234, conn=42, in=1, out=2, unsent=3, unconsumed=4,"
              + " writesFailed=5, ageMs=6, idleMs=7, reason=late, cause=java.io.IOException: Broken"
              + " pipe}]",
          ends.told().toString());
      assertEquals("DEBUG", ends.last().getLevel().toString());
      assertEquals(null, ends.last().getThrowableProxy());
    }
  }

  @Test
  void keysAreThoseOfTheDocumentation() throws IOException {
    String doc = Files.readString(Path.of("src/main/java/dev/millrace/observe/package-info.java"));
    try (Ends ends = new Ends()) {
      FailureLog log = new FailureLog(Duration.ofHours(1), 1, () -> 0, InstantSource.system());
      for (int i = 0; i < 2; i++) {
        log.accept(
            Ends.end(
                FailureKind.EPIPE, Ends.peer(9, 1), Operation.WRITE, "why", new IOException()));
      }
      log.flush();
      assertEquals(documented(doc, 2), keys(ends.told().get(0)));
      assertEquals(documented(doc, 3), keys(ends.told().get(1)));
    }
  }

  private static List<String> keys(Map<String, String> line) {
    return line.keySet().stream().filter(key -> !key.isEmpty()).toList();
  }

  /** The first words of the lines of the document's nth block; a line may have several. */
  private static List<String> documented(String doc, int nth) {
    String block = doc.split("</?pre>", -1)[2 * nth - 1];
    List<String> keys = new ArrayList<>();
    for (MatchResult line :
        Pattern.compile("(?m)^ \\* {3}((?:\\w+, )*\\w+)(?: {2,}.*)?$")
            .matcher(block)
            .results()
            .toList()) {
      keys.addAll(List.of(line.group(1).split(", ")));
    }
    return keys;
  }

  @Test
  void nothingInATextEndsOrForgesALine() {
    try (Ends ends = new Ends()) {
      String reason = "bye\nkind=\"EMFILE\"\u2028\u0007" + "x".repeat(1_000);
      new FailureLog().accept(Ends.end(FailureKind.DEADLINE, null, Operation.TIMER, reason, null));
      String told = ends.told().get(0).get("reason");
      assertTrue(told.startsWith("bye kind='EMFILE'  xxx"), told);
      assertTrue(told.endsWith("x..."), told);
      assertEquals(303, told.length());
      assertEquals("unknown", ends.told().get(0).get("remote"));
    }
  }

  @Test
  void peerOfAUnixSocketIsItsPath() {
    try (Ends ends = new Ends()) {
      FailureLog log = new FailureLog(Duration.ofHours(1), 1, () -> 0, InstantSource.system());
      for (int i = 0; i < 3; i++) {
        log.accept(Ends.end(FailureKind.EPIPE, UnixDomainSocketAddress.of("/tmp/a b")));
      }
      log.flush();
      assertEquals("/tmp/a_b=2", ends.counts().get(0).get("peers"));
      assertEquals("tmp/a_b tmp/a_b", ends.counts().get(0).get("examples"));
    }
  }

  @Test
  void windowsOutOfRangeAreRefused() {
    for (Duration window : List.of(Duration.ZERO, Duration.ofDays(2), Duration.ofSeconds(-1))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new FailureLog(window, 1, () -> 0, InstantSource.system()));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new FailureLog(Duration.ofSeconds(1), 0, () -> 0, InstantSource.system()));
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "failure log lines lost")
  void whatTheBackendThrowsIsCountedAndTold() {
    try (Ends ends = new Ends()) {
      FailureLog log = new FailureLog(Duration.ofHours(1), 9, () -> 0, InstantSource.system());
      ch.qos.logback.core.AppenderBase<ch.qos.logback.classic.spi.ILoggingEvent> broken =
          new ch.qos.logback.core.AppenderBase<>() {
            @Override
            protected void append(ch.qos.logback.classic.spi.ILoggingEvent event) {
              // An Error, because logback itself swallows exceptions.
              throw new NoClassDefFoundError("no room");
            }
          };
      broken.start();
      ch.qos.logback.classic.Logger logger =
          (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(FailureLog.class);
      logger.addAppender(broken);
      log.accept(Ends.end(FailureKind.EPIPE, null));
      log.accept(Ends.end(FailureKind.EPIPE, null));
      logger.detachAppender(broken);
      log.accept(Ends.end(FailureKind.EPIPE, null));
      Map<String, String> lost = ends.told("failure log lines lost").get(0);
      assertEquals("2", lost.get("lost"));
      assertEquals("java.lang.NoClassDefFoundError: no room", lost.get("first"));
      log.accept(Ends.end(FailureKind.EPIPE, null));
      assertEquals(1, ends.told("failure log lines lost").size());
    }
  }

  @Test
  void kindsThatAreNotEnabledAreNotCounted() {
    try (Ends ends = new Ends()) {
      FailureLog log = new FailureLog(Duration.ofHours(1), 1, () -> 0, InstantSource.system());
      ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(FailureLog.class))
          .setLevel(ch.qos.logback.classic.Level.INFO);
      for (int i = 0; i < 5; i++) {
        log.accept(Ends.end(FailureKind.EPIPE, null));
        log.accept(Ends.end(FailureKind.DEADLINE, null));
      }
      log.flush();
      assertEquals(2, ends.told().size());
      assertFalse(ends.told().toString().contains("EPIPE"));
    }
  }
}
