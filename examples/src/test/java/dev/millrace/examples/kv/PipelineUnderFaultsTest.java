package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pipelines through a network that delivers bytes as it likes: every reply comes, once, and in the
 * order of the commands; and of a client that is gone, nobody else notices anything.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PipelineUnderFaultsTest {
  @Test
  void everyReplyInOrderHoweverTheBytesCome() {
    Trials.of(
            trial -> {
              KvSettings settings = KvSettings.defaults();
              trial.limits(settings.limits().withLowWaterBytes(1024).withHighWaterBytes(4096));
              trial.server(new KvService(settings));
              trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 latency=0.3:1ms..50ms"));
              List<Talk> talks = new ArrayList<>();
              int clients = 1 + trial.dice().below(4);
              for (int i = 0; i < clients; i++) {
                talks.add(new Talk(trial, "client" + i));
              }
              for (Talk talk : talks) {
                SimPeer peer =
                    trial.peer(
                        p -> {
                          if (trial.dice().below(3) == 0) {
                            p.readAtMost(20_000);
                          }
                          for (String piece : talk.pieces) {
                            p.send(piece);
                            if (trial.dice().below(4) == 0) {
                              p.pause(Duration.ofMillis(trial.dice().below(20)));
                            }
                          }
                          p.awaitReceived(talk.expected.length()).shutdownOutput();
                        });
                trial.check(() -> assertEquals(talk.expected, peer.receivedText()));
              }
            })
        .seeds(1, 300);
  }

  @Test
  void repliesUpToAResetAreInOrderToo() {
    Trials.of(
            trial -> {
              KvSettings settings = KvSettings.defaults();
              trial.limits(settings.limits());
              trial.server(new KvService(settings));
              trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 reset-at=0.3:1..5000"));
              for (int i = 0; i < 4; i++) {
                Talk talk = new Talk(trial, "client" + i);
                SimPeer peer =
                    trial.peer(
                        p -> {
                          talk.pieces.forEach(p::send);
                          if (trial.dice().below(3) == 0) {
                            p.awaitReceived(trial.dice().below(talk.expected.length())).reset();
                          } else {
                            p.awaitReceived(talk.expected.length()).shutdownOutput();
                          }
                        });
                trial.check(
                    () ->
                        assertTrue(
                            talk.expected.startsWith(peer.receivedText()),
                            () -> "not in order: " + peer.receivedText()));
              }
            })
        .seeds(1, 300);
  }

  /** What one client sends, in pieces, and what it has to be answered. */
  private static final class Talk {
    final List<String> pieces = new ArrayList<>();
    final String expected;

    Talk(Trial trial, String name) {
      StringBuilder commands = new StringBuilder();
      StringBuilder replies = new StringBuilder();
      int count = 1 + trial.dice().below(60);
      for (int i = 0; i < count; i++) {
        String value = name + ":" + i + "x".repeat(trial.dice().below(8) == 0 ? 3000 : 3);
        switch (trial.dice().below(4)) {
          case 0 -> {
            commands.append(bulk("SET", name, value)).append(bulk("GET", name));
            replies.append("+OK\r\n$").append(value.length()).append("\r\n");
            replies.append(value).append("\r\n");
          }
          case 1 -> {
            commands.append(bulk("ECHO", value));
            replies.append('$').append(value.length()).append("\r\n").append(value).append("\r\n");
          }
          case 2 -> {
            commands.append("PING ").append(value).append("\r\n");
            replies.append('$').append(value.length()).append("\r\n").append(value).append("\r\n");
          }
          default -> {
            commands.append(bulk("NOTHING"));
            replies.append("-ERR unknown command 'NOTHING', with args beginning with: \r\n");
          }
        }
      }
      expected = replies.toString();
      for (int from = 0; from < commands.length(); ) {
        int to = Math.min(commands.length(), from + 1 + trial.dice().below(2000));
        pieces.add(commands.substring(from, to));
        from = to;
      }
    }

    private static String bulk(String... args) {
      return new String(RespClient.encode(args), StandardCharsets.ISO_8859_1);
    }
  }
}
