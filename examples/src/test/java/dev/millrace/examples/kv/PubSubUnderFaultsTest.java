package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Limits;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.guard.LogGuard;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Subscribers near and far, slow and gone: each gets its messages whole, in order, none twice. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PubSubUnderFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SUBSCRIBED = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n";

  private static String message(int i) {
    String text = "message " + i;
    return "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$" + text.length() + "\r\n" + text + "\r\n";
  }

  @Test
  void whoIsThereFromTheStartGetsEveryMessage() {
    Trials.of(
            trial -> {
              trial.limits(KvSettings.defaults().limits());
              trial.server(new KvService(KvSettings.defaults()));
              trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 latency=0.3:1ms..50ms"));
              int messages = 1 + trial.dice().below(100);
              StringBuilder all = new StringBuilder(SUBSCRIBED);
              StringBuilder publish = new StringBuilder();
              for (int i = 0; i < messages; i++) {
                all.append(message(i));
                publish.append("PUBLISH news \"message ").append(i).append("\"\r\n");
              }
              int count = 1 + trial.dice().below(5);
              for (int s = 0; s < count; s++) {
                SimPeer subscriber =
                    trial.peer(
                        p -> p.send("SUBSCRIBE news\r\n").awaitReceived(all.length()).close());
                trial.check(() -> assertEquals(all.toString(), subscriber.receivedText()));
              }
              // Others come and go meanwhile, by a reset as well.
              for (int s = trial.dice().below(4); s > 0; s--) {
                SimPeer passing =
                    trial.peer(
                        Duration.ofMillis(trial.dice().below(2000)),
                        p -> {
                          p.send("SUBSCRIBE news\r\n").awaitReceived(1 + trial.dice().below(200));
                          if (trial.dice().below(2) == 0) {
                            p.reset();
                          } else {
                            p.close();
                          }
                        });
                trial.check(
                    () ->
                        assertTrue(
                            isInOrder(passing.receivedText()),
                            () -> "not in order: " + passing.receivedText()));
              }
              // Later than any of them needs to get there.
              SimPeer publisher =
                  trial.peer(
                      Duration.ofSeconds(1),
                      p -> p.send(publish.toString()).awaitReceived(4L * messages).close());
              trial.check(
                  () -> {
                    List<String> receivers = publisher.receivedText().lines().toList();
                    assertEquals(messages, receivers.size());
                    for (String n : receivers) {
                      assertTrue(Integer.parseInt(n.substring(1)) >= count, n);
                    }
                  });
            })
        .seeds(1, 300);
  }

  /** A part of the messages without a gap, the last perhaps not whole. */
  private static boolean isInOrder(String received) {
    if (received.length() <= SUBSCRIBED.length()) {
      return SUBSCRIBED.startsWith(received);
    }
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 101; i++) {
      all.append(message(i));
    }
    String messages = received.substring(SUBSCRIBED.length());
    int at = all.indexOf(messages);
    return received.startsWith(SUBSCRIBED) && at >= 0 && messages.startsWith("*3");
  }

  @Test
  void oneThatDoesNotReadIsCutAndNobodyElseNotices() {
    Trials.of(
            trial -> {
              Limits limits = KvSettings.defaults().limits().withHardLimitBytes(128 << 10);
              trial.limits(limits);
              trial.server(new KvService(KvSettings.defaults()));
              trial.faults(FaultPlan.parse("short-write=0.3 latency=0.1:1ms..20ms"));
              // 1.6 MB: more than the windows of both sides and the limit together hold.
              int messages = 400;
              String text = "x".repeat(4000);
              SimPeer slow = trial.peer(p -> p.send("SUBSCRIBE news\r\n").stopReading().awaitEnd());
              // Longer than "message 0" by the text itself and by three digits of its length.
              long each = 3L + message(0).length() - "message 0".length() + text.length();
              long expected = SUBSCRIBED.length() + each * messages;
              SimPeer quick =
                  trial.peer(p -> p.send("SUBSCRIBE news\r\n").awaitReceived(expected).close());
              SimPeer publisher =
                  trial.peer(
                      Duration.ofSeconds(1),
                      p -> {
                        for (int i = 1; i <= messages; i++) {
                          p.send("PUBLISH news " + text + "\r\n").awaitReceived(4L * i);
                        }
                        p.close();
                      });
              LogGuard.expect(Level.WARN, "does not read as fast as others publish");
              trial.check(
                  () -> {
                    assertEquals(expected, quick.receivedBytes());
                    assertTrue(trial.recordOf(quick).isOrderly(), "quick");
                    assertTrue(trial.recordOf(publisher).isOrderly(), "publisher");
                    assertEquals(EndedBy.US, trial.recordOf(slow).endedBy());
                    assertTrue(trial.recordOf(slow).bytesUnsent() > 0, "all was sent");
                    assertTrue(
                        trial.recordOf(slow).reason().startsWith("does not read as fast"),
                        () -> trial.recordOf(slow).toString());
                    assertTrue(publisher.receivedText().endsWith(":1\r\n"), "still two of them");
                  });
            })
        .seeds(1, 20);
  }

  /** All in one offer: what ends one of them is found out in its middle. */
  @Test
  void oneThatIsCutIsNoReceiverAnyMore() {
    Trials.of(
            trial -> {
              trial.limits(KvSettings.defaults().limits().withHardLimitBytes(128 << 10));
              trial.server(new KvService(KvSettings.defaults()));
              trial.peer(p -> p.send("SUBSCRIBE news\r\n").stopReading().pause(PATIENCE));
              int messages = 600;
              String publish = "PUBLISH news " + "x".repeat(4000) + "\r\n";
              SimPeer publisher =
                  trial.peer(
                      Duration.ofSeconds(1),
                      p -> p.send(publish.repeat(messages)).awaitReceived(4L * messages).close());
              LogGuard.expect(Level.WARN, "does not read as fast as others publish");
              trial.check(
                  () -> {
                    String receivers = publisher.receivedText();
                    int cut = receivers.indexOf(":0");
                    assertTrue(cut > 0, receivers);
                    assertEquals(":1\r\n".repeat(cut / 4), receivers.substring(0, cut));
                    assertEquals(":0\r\n".repeat(messages - cut / 4), receivers.substring(cut));
                  });
            })
        .seeds(1, 10);
  }

  @Test
  void whoResetsItselfMayNotBeSilentForEver() {
    Trials.of(
            trial -> {
              trial.limits(KvSettings.defaults().limits());
              trial.timeouts(Timeouts.defaults().withReadIdle(Duration.ofSeconds(5)));
              trial.server(new KvService(KvSettings.defaults()));
              SimPeer subscriber =
                  trial.peer(p -> p.send("SUBSCRIBE news\r\n").pause(PATIENCE).close());
              SimPeer reset = trial.peer(p -> p.send("SUBSCRIBE news\r\nRESET\r\n").awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(FailureKind.NONE, trial.recordOf(subscriber).kind());
                    assertEquals(FailureKind.READ_IDLE, trial.recordOf(reset).kind());
                  });
            })
        .seeds(1, 5);
  }
}
