package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ServerShutsDownWithAnswersUnderWayTest {
  @Test
  void theyAreFinishedAndAreTheLast() {
    Trials.of(
            trial -> {
              HttpSettings settings = HttpSettings.defaults();
              trial.limits(settings.limits());
              trial.server(new HttpService(settings, () -> 1_700_000_000_000L, record -> {}));
              String get = "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n";
              SimPeer idle = trial.peer(p -> p.send(String.format(get, "")).awaitEnd());
              SimPeer silent = trial.peer(p -> p.awaitEnd());
              SimPeer slow = trial.peer(p -> p.send(String.format(get, "slow/3000")).awaitEnd());
              SimPeer bytes =
                  trial.peer(
                      p ->
                          p.readAtMost(100_000)
                              .send(String.format(get, "bytes/400000"))
                              .awaitEnd());
              SimPeer head =
                  trial.peer(
                      p ->
                          p.send("GET /healthz HTTP/1.1\r\n")
                              .pause(Duration.ofSeconds(2))
                              .send("Host: h\r\n\r\n")
                              .awaitEnd());
              SimPeer echo =
                  trial.peer(
                      p ->
                          p.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
                              .pause(Duration.ofSeconds(2))
                              .send("ab")
                              .awaitEnd());
              trial.later(
                  Duration.ofSeconds(1),
                  () -> {
                    // The report is looked at through the trial, which asks for it again.
                    assertTrue(!trial.server().shutdown(Duration.ofSeconds(30)).isDone());
                  });
              trial.check(() -> assertEquals(0, silent.receivedBytes()));
              trial.check(() -> assertEquals(200, next(idle, "GET").status()));
              trial.check(() -> assertEnds(slow, "GET", 200, "waited 3000 ms\n"));
              trial.check(() -> assertEnds(head, "GET", 503, "503 Service Unavailable\n"));
              trial.check(() -> assertEnds(echo, "POST", 200, "ab"));
              trial.check(() -> assertTrue(bytes.receivedBytes() > 400_000));
              trial.check(() -> assertEquals(2, trial.report().idleClosed()));
              trial.check(() -> assertEquals(4, trial.report().drained()));
              trial.check(() -> assertEquals(0, trial.report().cut()));
            })
        .seeds(1, 50);
  }

  private static Answer next(SimPeer peer, String method) {
    return new Answer.Reader(peer.receivedText()).next(method);
  }

  private static void assertEnds(SimPeer peer, String method, int status, String body) {
    Answer answer = next(peer, method);
    assertEquals(status, answer.status());
    assertEquals(body, answer.body());
    assertTrue(answer.isLast());
    assertEquals(SimPeer.End.END_OF_INPUT, peer.end());
  }
}
