package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.EndedBy;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On the simulation's clock, which stands still while nothing waits. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RequestsThatTakeTooLongTest {
  private static final HttpSettings SETTINGS = HttpSettings.defaults();

  private static final String GET = "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n";

  private static void run(Consumer<Trial> scenario) {
    Trials.of(
            trial -> {
              trial.timeouts(
                  SETTINGS.timeouts(Timeouts.defaults().withReadIdle(Duration.ofSeconds(3))));
              trial.limits(SETTINGS.limits());
              trial.server(new HttpService(SETTINGS, () -> 1_700_000_000_000L, record -> {}));
              scenario.accept(trial);
            })
        .seeds(1, 20);
  }

  private static Answer only(SimPeer peer) {
    Answer.Reader reader = new Answer.Reader(peer.receivedText());
    Answer answer = reader.next("GET");
    assertTrue(reader.isAtEnd(), reader::rest);
    return answer;
  }

  private static void assertEndedAfter(Trial trial, SimPeer peer, long seconds, FailureKind kind) {
    CloseRecord record = trial.recordOf(peer);
    assertEquals(kind, record.kind());
    assertEquals(seconds, record.age().plusMillis(500).toSeconds(), record::toString);
  }

  /** A byte a second, which by itself would never be idle. */
  private static void trickle(SimPeer peer, String text) {
    for (int i = 0; i < text.length(); i++) {
      peer.send(text.substring(i, i + 1)).pause(Duration.ofSeconds(1));
    }
  }

  @Test
  void aHeadThatTricklesInIsAnswered408AfterTenSeconds() {
    run(
        trial -> {
          SimPeer peer = trial.peer(p -> trickle(p, "GET / HTTP/1.1\r\nHost: h\r\nX: slow"));
          trial.check(() -> assertEquals(408, only(peer).status()));
          trial.check(() -> assertTrue(only(peer).isLast()));
          trial.check(() -> assertEquals(EndedBy.TIMER, trial.recordOf(peer).endedBy()));
          trial.check(() -> assertEquals(FailureKind.DEADLINE, trial.recordOf(peer).kind()));
        });
  }

  @Test
  void aBodyHasAsLongAgain() {
    String head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";
    run(
        trial -> {
          SimPeer peer =
              trial.peer(
                  p ->
                      p.send(head.substring(0, 9))
                          .pause(Duration.ofSeconds(8))
                          .send(head.substring(9))
                          .awaitEnd());
          trial.check(() -> assertEquals(408, only(peer).status()));
          trial.check(() -> assertEndedAfter(trial, peer, 18, FailureKind.DEADLINE));
        });
  }

  @Test
  void aBodyThatStopsInTheMiddleOfItsEchoEndsItWithoutASecondAnswer() {
    String head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";
    run(
        trial -> {
          SimPeer peer = trial.peer(p -> p.send(head + "abc").awaitEnd());
          trial.check(() -> assertTrue(peer.receivedText().endsWith("\r\n\r\nabc")));
          trial.check(() -> assertEndedAfter(trial, peer, 10, FailureKind.DEADLINE));
        });
  }

  @Test
  void aBodyThatNobodyWantsHasNoLonger() {
    String head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";
    run(
        trial -> {
          SimPeer peer = trial.peer(p -> p.send(head + "abc").awaitEnd());
          trial.check(() -> assertEquals(405, only(peer).status()));
          trial.check(() -> assertEndedAfter(trial, peer, 10, FailureKind.DEADLINE));
        });
  }

  @Test
  void eachHeadHasItsOwnTime() {
    String get = String.format(GET, "healthz");
    run(
        trial -> {
          SimPeer peer =
              trial.peer(
                  p -> {
                    p.send(get.substring(0, 5));
                    for (int i = 0; i < 4; i++) {
                      p.pause(Duration.ofSeconds(9)).send(get.substring(5) + get.substring(0, 5));
                    }
                    p.awaitEnd();
                  });
          trial.check(
              () -> {
                Answer.Reader reader = new Answer.Reader(peer.receivedText());
                for (int i = 0; i < 4; i++) {
                  assertEquals(200, reader.next("GET").status());
                }
                assertEquals(408, reader.next("GET").status());
              });
          trial.check(() -> assertEndedAfter(trial, peer, 46, FailureKind.DEADLINE));
        });
  }

  @Test
  void anIdleConnectionIsClosedAndToldNothing() {
    run(
        trial -> {
          SimPeer silent = trial.peer(p -> p.awaitEnd());
          SimPeer asked =
              trial.peer(
                  p -> p.pause(Duration.ofSeconds(2)).send(String.format(GET, "")).awaitEnd());
          SimPeer emptyLine = trial.peer(p -> p.send("\r\n").awaitEnd());
          trial.check(() -> assertEndedAfter(trial, silent, 3, FailureKind.READ_IDLE));
          trial.check(() -> assertEquals(0, silent.receivedBytes()));
          trial.check(() -> assertEndedAfter(trial, asked, 5, FailureKind.READ_IDLE));
          trial.check(() -> assertEquals(200, only(asked).status()));
          trial.check(() -> assertEndedAfter(trial, emptyLine, 3, FailureKind.READ_IDLE));
          trial.check(() -> assertEquals(0, emptyLine.receivedBytes()));
        });
  }

  @Test
  void anAnswerMayTakeLongerThanAnyTimeOut() {
    run(
        trial -> {
          SimPeer peer = trial.peer(p -> p.send(String.format(GET, "slow/400000")).awaitEnd());
          trial.check(() -> assertEquals("waited 400000 ms\n", only(peer).body()));
          trial.check(() -> assertEndedAfter(trial, peer, 403, FailureKind.READ_IDLE));
        });
  }

  @Test
  void neitherDoesTheRequestBehindItCutItOff() {
    run(
        trial -> {
          String requests = String.format(GET, "slow/400000") + String.format(GET, "healthz");
          SimPeer peer = trial.peer(p -> p.send(requests).awaitEnd());
          trial.check(
              () -> {
                Answer.Reader reader = new Answer.Reader(peer.receivedText());
                assertEquals("waited 400000 ms\n", reader.next("GET").body());
                assertEquals("ok\n", reader.next("GET").body());
              });
          trial.check(() -> assertEndedAfter(trial, peer, 403, FailureKind.READ_IDLE));
        });
  }

  @Test
  void whatWeDoNotReadForWantOfRoomIsNotLate() {
    String body = "x".repeat(600_000);
    String head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 600000\r\n\r\n";
    String last = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    run(
        trial -> {
          // Its client sends at once and takes its answer for longer than a request may take.
          SimPeer peer = trial.peer(p -> p.readAtMost(2_000).send(head + body + last).awaitEnd());
          trial.timeLimit(Duration.ofMinutes(10));
          trial.check(() -> assertTrue(peer.receivedBytes() > body.length() + 200)); // two heads
          trial.check(() -> assertEquals(0, trial.recordOf(peer).bytesUnsent()));
          trial.check(() -> assertNotEquals(FailureKind.DEADLINE, trial.recordOf(peer).kind()));
          trial.check(
              () ->
                  assertTrue(
                      trial.recordOf(peer).age().compareTo(SETTINGS.requestTimeout()) > 0,
                      trial.recordOf(peer)::toString));
        });
  }

  @Test
  void aSteadyReaderMayTakeAsLongAsItNeeds() {
    long[] received = new long[1];
    run(
        trial -> {
          // At the end most of a high water mark is queued, and its client takes half a minute for
          // it: longer than a close would wait by itself.
          SimPeer peer =
              trial.peer(
                  p ->
                      p.readAtMost(2_000)
                          .send(
                              "GET /bytes/400000 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                          .awaitEnd());
          trial.check(() -> assertEquals(SimPeer.End.END_OF_INPUT, peer.end()));
          trial.check(() -> assertEquals(0, trial.recordOf(peer).bytesUnsent()));
          trial.check(() -> received[0] = peer.receivedBytes());
        });
    assertTrue(received[0] > 400_000, "received " + received[0]);
  }

  @Test
  void aClientThatGoesAwayEndsItsTimer() {
    run(
        trial -> {
          SimPeer peer =
              trial.peer(
                  p ->
                      p.send(String.format(GET, "slow/300000"))
                          .pause(Duration.ofSeconds(20))
                          .close());
          trial.peer(p -> p.pause(Duration.ofSeconds(21)).close()); // or it would be over before
          trial.check(() -> assertEndedAfter(trial, peer, 20, FailureKind.NONE));
          trial.check(() -> assertEquals(EndedBy.PEER, trial.recordOf(peer).endedBy()));
        });
  }

  @Test
  void aClientThatReadsNothingIsCutByTheStall() {
    run(
        trial -> {
          SimPeer peer =
              trial.peer(p -> p.stopReading().send(String.format(GET, "bytes/9000000")).awaitEnd());
          trial.timeLimit(Duration.ofMinutes(2));
          trial.check(() -> assertEndedAfter(trial, peer, 30, FailureKind.WRITE_STALL));
        });
  }
}
