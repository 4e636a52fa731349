package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import dev.millrace.sim.Trials;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pipelines of all kinds of requests, cut anywhere, over a network that cuts, delays and resets:
 * whatever comes back is framed as it has to be, in order, to the requests that were made; and a
 * connection that ends in good order has answered all of them.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PipelinesUnderFaultsTest {
  private static final long RUNS = Long.getLong("millrace.runs", 450);

  /** The request's method, and what has to come of it. */
  private record Expected(String method, int status, String body) {}

  /** One client: what it sends, and what it is to get. */
  private static final class Client {
    private final Dice dice;
    private final StringBuilder sent = new StringBuilder();
    private final List<Expected> expected = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final boolean mayReset;
    private final SimPeer peer;

    Client(Trial trial, boolean mayReset) {
      dice = trial.dice();
      this.mayReset = mayReset;
      int requests = (int) dice.skewed(1, 60);
      for (int i = 1; i <= requests; i++) {
        add(i == requests ? "Connection: close\r\n" : "");
      }
      Duration begin = Duration.ofMillis(dice.below(500));
      peer = trial.peer(begin, this::script);
      trial.check(this::check);
    }

    private void add(String field) {
      switch (dice.below(14)) {
        case 0, 1, 10, 11, 12, 13 -> get("/", 200, "Hello, World!\n", field);
        case 2 -> get("/healthz", 200, "ok\n", field);
        case 3 -> get("/nothing/here", 404, "404 Not Found\n", field);
        case 4 -> {
          long delay = dice.skewed(0, 3_000);
          get("/slow/" + delay, 200, "waited " + delay + " ms\n", field);
        }
        case 5 -> {
          int n = (int) dice.skewed(0, 300_000);
          String line = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n";
          get("/bytes/" + n, 200, line.repeat(n / 64 + 1).substring(0, n), field);
        }
        case 6 -> {
          sent.append("HEAD /bytes/77 HTTP/1.1\r\nHost: h\r\n").append(field).append("\r\n");
          expected.add(new Expected("HEAD", 200, ""));
        }
        case 7 -> {
          String body = body();
          sent.append("POST /echo HTTP/1.1\r\nHost: h\r\n").append(field);
          sent.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
          expected.add(new Expected("POST", 200, body));
        }
        case 8 -> {
          String body = body();
          sent.append("POST /echo HTTP/1.1\r\nHost: h\r\n").append(field).append(CHUNKED);
          chunks(body);
          expected.add(new Expected("POST", 200, body));
        }
        default -> {
          sent.append("POST /healthz HTTP/1.1\r\nHost: h\r\n").append(field).append(CHUNKED);
          chunks(body());
          expected.add(new Expected("POST", 405, "405 Method Not Allowed\n"));
        }
      }
    }

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

    private void get(String target, int status, String body, String field) {
      sent.append("GET ").append(target).append(" HTTP/1.1\r\nHost: h\r\n");
      sent.append(field).append("\r\n");
      expected.add(new Expected("GET", status, body));
    }

    private String body() {
      int n = (int) dice.skewed(0, 150_000);
      StringBuilder body = new StringBuilder(n);
      for (int i = 0; i < n; i++) {
        body.append((char) ('a' + (i * 31 + n) % 26));
      }
      return body.toString();
    }

    private void chunks(String body) {
      for (int at = 0; at < body.length(); ) {
        int n = (int) Math.min(body.length() - at, dice.skewed(1, 60_000));
        sent.append(Integer.toHexString(n)).append("\r\n").append(body, at, at + n).append("\r\n");
        at += n;
      }
      sent.append("0\r\n").append(dice.below(2) == 0 ? "" : "X-T: 1\r\n").append("\r\n");
    }

    private void script(SimPeer script) {
      script.onReceived(this::receive);
      if (dice.below(3) == 0) {
        script.readAtMost(dice.between(20_000, 200_000));
      }
      byte[] bytes = sent.toString().getBytes(StandardCharsets.ISO_8859_1);
      int resetAt = mayReset && dice.below(4) == 0 ? dice.below(bytes.length + 1) : -1;
      for (int at = 0; at < bytes.length; ) {
        int n = (int) Math.min(bytes.length - at, dice.skewed(1, bytes.length));
        if (resetAt >= at && resetAt <= at + n) {
          script.send(slice(bytes, at, resetAt - at));
          script.pause(Duration.ofMillis(dice.below(1_000))).reset();
          return;
        }
        script.send(slice(bytes, at, n));
        at += n;
        if (dice.below(2) == 0) {
          script.pause(Duration.ofMillis(dice.below(200)));
        }
      }
      script.awaitEnd();
    }

    private static byte[] slice(byte[] bytes, int at, int n) {
      return Arrays.copyOfRange(bytes, at, at + n);
    }

    private void receive(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      received.writeBytes(copy);
    }

    private void check() {
      Answer.Reader reader = new Answer.Reader(received.toByteArray());
      for (int i = 0; i < expected.size(); i++) {
        Expected next = expected.get(i);
        Answer answer = reader.next(next.method);
        if (answer == null) {
          assertTrue(peer.end() != SimPeer.End.END_OF_INPUT, "ended in good order at " + i);
          return;
        }
        assertEquals(next.status, answer.status());
        assertEquals(next.body, answer.body());
        assertEquals(i == expected.size() - 1, answer.isLast());
      }
      assertTrue(reader.isAtEnd(), reader::rest);
    }
  }

  private static Trials trials(boolean mayReset, boolean isRoomScarce) {
    return Trials.of(
        trial -> {
          trial.timeouts(Timeouts.defaults());
          HttpSettings settings = HttpSettings.defaults().withRequestTimeout(Duration.ofMinutes(5));
          Limits limits = settings.limits();
          trial.limits(isRoomScarce ? scarce(limits, trial.dice()) : limits);
          trial.server(new HttpService(settings, () -> 1_700_000_000_000L, record -> {}));
          trial.faults(
              FaultPlan.parse(
                  "short-read=0.3 short-write=0.3 latency=0.5:1ms..50ms"
                      + (mayReset ? " reset-at=0.2 read-error=0.001 write-error=0.001" : "")));
          int clients = 1 + trial.dice().below(4);
          for (int i = 0; i < clients; i++) {
            new Client(trial, mayReset);
          }
        });
  }

  @Test
  void nothingIsLostWhereNobodyResets() {
    assertEquals(RUNS, trials(false, false).seeds(1, RUNS));
  }

  @Test
  void whatArrivesBeforeAResetIsRight() {
    assertEquals(RUNS, trials(true, false).seeds(1, RUNS));
  }

  /**
   * Either room for some thirty short answers, so that writes are refused in the middle of a
   * pipeline; or more for each than the loop has for all.
   */
  private static Limits scarce(Limits limits, Dice dice) {
    int high = dice.below(2) == 0 ? 4 << 10 : 40 << 10;
    return limits
        .withLowWaterBytes(high / 4)
        .withHighWaterBytes(high)
        .withHardLimitBytes(high + (1 << 10));
  }

  @Test
  void nothingIsLostWhereThereIsHardlyRoom() {
    Trials trials =
        trials(false, true)
            .loopOptions(
                dice ->
                    LoopOptions.defaults()
                        .withFailureTexts(FailureTexts.none())
                        .withReadBufferBytes(1 << 10)
                        .withChunkBytes(4 << 10)
                        .withBudgetBytes(64 << 10));
    assertEquals(RUNS, trials.seeds(1, RUNS));
  }

  @Test
  void everybodyIsServedOnceTheFaultsHaveEnded() {
    assertEquals(RUNS / 3, trials(false, false).mode(TrialMode.LIVENESS).seeds(1, RUNS / 3));
  }
}
