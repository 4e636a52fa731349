package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PipelineIsNotReadTest {
  private static final int REQUESTS = 3_000;

  /** More than a head and a body of {@code /healthz} take. */
  private static final int ONE_ANSWER_BYTES = 200;

  private static long mostQueued;

  @Test
  void noMoreWaitsThanTheHighWaterMarkAndOneAnswer() {
    HttpSettings settings = HttpSettings.defaults();
    mostQueued = 0;
    Trials.of(
            trial -> {
              trial.limits(settings.limits());
              HttpService service = new HttpService(settings, () -> 0, record -> {});
              trial.server(() -> new Watched(service.get()));
              String requests = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n".repeat(REQUESTS);
              SimPeer peer =
                  trial.peer(
                      p ->
                          p.readAtMost(50_000)
                              .send(requests + "GET / HTTP/1.0\r\n\r\n")
                              .awaitEnd());
              trial.timeLimit(Duration.ofMinutes(2));
              trial.check(
                  () -> {
                    // The simulation keeps the first of them only, and all are of one length.
                    String received = peer.receivedText();
                    long each = received.indexOf("ok\n") + 3L;
                    assertTrue(peer.receivedBytes() > REQUESTS * each, received);
                    assertEquals(SimPeer.End.END_OF_INPUT, peer.end());
                  });
            })
        .seeds(1, 10);
    int high = settings.limits().highWaterBytes();
    assertTrue(mostQueued >= high, "the mark was not reached: " + mostQueued);
    assertTrue(mostQueued < high + ONE_ANSWER_BYTES, "queued " + mostQueued);
  }

  /** Looks at the queue after each piece of input. */
  private record Watched(ConnectionHandler handler) implements ConnectionHandler {
    @Override
    public void onData(Connection connection, ByteBuffer data) {
      handler.onData(connection, data);
      mostQueued = Math.max(mostQueued, connection.queuedBytes());
    }

    @Override
    public void onWritable(Connection connection) {
      handler.onWritable(connection);
    }

    @Override
    public void onDeadline(Connection connection) {
      handler.onDeadline(connection);
    }

    @Override
    public void onInputEnd(Connection connection, int unconsumed) {
      handler.onInputEnd(connection, unconsumed);
    }

    @Override
    public void onShutdown(Connection connection) {
      handler.onShutdown(connection);
    }

    @Override
    public void onClosed(Connection connection, CloseRecord record) {
      handler.onClosed(connection, record);
    }
  }
}
