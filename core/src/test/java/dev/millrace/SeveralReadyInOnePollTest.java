package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The poll finds several connections ready, and the callback of the first ends the others: what was
 * ready for those is never told, and the descriptors may be somebody else's by then.
 */
@Timeout(60)
class SeveralReadyInOnePollTest {
  private static final int CONNECTIONS = 50;

  @ParameterizedTest(name = "aborted: {0}")
  @ValueSource(booleans = {true, false})
  void theFirstEndsTheOthers(boolean aborted) throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      List<EndingFixture.Recorder> first = new ArrayList<>();
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    x.take(data);
                    first.add(x);
                    for (EndingFixture.Recorder other : List.copyOf(f.recorders)) {
                      if (other != x && aborted) {
                        other.connection.abort();
                      } else if (other != x) {
                        other.connection.close();
                      }
                    }
                  });
      List<EndingFixture.Peer> peers = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        peers.add(f.connect());
      }
      for (EndingFixture.Peer peer : peers) {
        peer.send("x");
      }
      f.turnUntil("one is served", () -> !first.isEmpty());
      // Their descriptors are given to these, which nobody has anything to say to.
      f.script(r -> {});
      List<EndingFixture.Peer> late = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        late.add(f.connect());
      }
      f.turns(5);
      assertEquals(1, first.size(), "only the first was told of its data");
      for (EndingFixture.Peer peer : peers) {
        if (peer.recorder != first.get(0)) {
          assertEquals("", peer.recorder.text());
          assertTrue(!peer.recorder.events.contains("onData"), peer.recorder::toString);
          peer.channel.close();
          assertEquals(EndedBy.US, peer.record().endedBy());
        }
      }
      for (EndingFixture.Peer peer : late) {
        assertEquals(List.of("onOpen"), peer.recorder.events);
      }
      first.get(0).write(HandTurned.bytes("still here"));
      EndingFixture.Peer survivor =
          peers.stream().filter(p -> p.recorder == first.get(0)).findFirst().orElseThrow();
      survivor.readUntil(10);
    }
  }
}
