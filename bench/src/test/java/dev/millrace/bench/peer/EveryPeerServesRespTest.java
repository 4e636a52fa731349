package dev.millrace.bench.peer;

import static dev.millrace.bench.load.RespCommand.GET;
import static dev.millrace.bench.load.RespCommand.PING;
import static dev.millrace.bench.load.RespCommand.SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.Load;
import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.load.LoadOptions;
import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.ProtocolName;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each store in a process of its own, as it is measured. */
@Timeout(60)
class EveryPeerServesRespTest {
  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#ofResp")
  void everyCommandHasItsRightAnswer(Peer peer) throws Exception {
    Peers.require(peer);
    ServerOptions options = Peers.options(peer, ProtocolName.RESP, Peers.LONG);
    try (ServerProcess server = ServerProcess.start(options)) {
      for (int sizeBytes : new int[] {1, 64, 100_000}) {
        LoadOptions load =
            new LoadOptions(
                server.address(),
                16,
                16,
                sizeBytes,
                Duration.ZERO,
                Duration.ofMillis(500),
                OptionalDouble.empty(),
                false,
                Protocol.resp(1, List.of(GET, SET, PING), 100),
                1);
        LoadResult result = Load.run(load, new LoadListener() {});
        assertEquals(0, result.errors(), () -> result.lost().toString());
        assertTrue(result.requests() > 0, "with " + sizeBytes + " B");
      }
    }
  }
}
