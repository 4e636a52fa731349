package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.EndedBy;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reply of which only a part is out: all of it follows, or the client sees that it does not. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndInTheMiddleOfAReplyTest {
  private static final String VALUE = "x".repeat(2 << 20);
  private static final String SET_AND_GET =
      "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + VALUE.length() + "\r\n" + VALUE + "\r\nGET a\r\n";
  private static final long REPLY_BYTES =
      ("+OK\r\n$" + VALUE.length() + "\r\n\r\n").length() + (long) VALUE.length();

  @Test
  void aShutdownWaitsForTheReply() {
    Trials.of(
            trial -> {
              trial.limits(KvSettings.defaults().limits());
              trial.server(new KvService(KvSettings.defaults()));
              SimPeer reader =
                  trial.peer(
                      p ->
                          p.send(SET_AND_GET)
                              .awaitReceived(1000)
                              .then(
                                  () -> {
                                    var unused = trial.server().shutdown(Duration.ofSeconds(30));
                                  })
                              .awaitEnd()
                              .close());
              trial.check(
                  () -> {
                    assertEquals(REPLY_BYTES, reader.receivedBytes());
                    assertEquals(SimPeer.End.END_OF_INPUT, reader.end());
                  });
            })
        .seeds(1, 10);
  }

  @Test
  void whoIsKilledGetsAResetAndNoCleanEnd() {
    Trials.of(
            trial -> {
              trial.limits(KvSettings.defaults().limits());
              trial.server(new KvService(KvSettings.defaults()));
              SimPeer killed =
                  trial.peer(
                      p -> p.send(SET_AND_GET).awaitReceived(1000).readAtMost(1000).awaitEnd());
              SimPeer killer =
                  trial.peer(
                      Duration.ofSeconds(10),
                      p -> p.send("CLIENT KILL TYPE normal\r\n").awaitReceived(4).close());
              trial.check(
                  () -> {
                    assertEquals(":1\r\n", killer.receivedText());
                    assertTrue(killed.receivedBytes() < REPLY_BYTES);
                    CloseRecord record = trial.recordOf(killed);
                    assertEquals(EndedBy.US, record.endedBy());
                    assertTrue(record.reason().startsWith("killed by client"), record::toString);
                    assertEquals(SimPeer.End.RESET, killed.end());
                  });
            })
        .seeds(1, 10);
  }

  /** Its socket failed before anything was said: there is a record, but never was a client. */
  @Test
  void anEndBeforeTheBeginningIsPassedOn() {
    Trials.of(
            trial -> {
              List<CloseRecord> records = new ArrayList<>();
              KvService service = new KvService(KvSettings.defaults(), records::add, () -> 0);
              trial.limits(KvSettings.defaults().limits());
              trial.server(new KvService(KvSettings.defaults()));
              SimPeer peer = trial.peer(p -> p.send("PING\r\n").awaitReceived(7).close());
              trial.check(
                  () -> {
                    CloseRecord record = trial.recordOf(peer);
                    service.get().onClosed(null, record);
                    assertEquals(List.of(record), records);
                  });
            })
        .seeds(1, 1);
  }
}
