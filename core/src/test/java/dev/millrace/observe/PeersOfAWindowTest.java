package dev.millrace.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Beside exact counts: no bound is ever wrong. */
@Timeout(60)
class PeersOfAWindowTest {
  @Test
  void boundsHoldWhoeverComes() {
    Seeds.each(300, PeersOfAWindowTest::anyPeers);
  }

  private static void anyPeers(SplittableRandom random) {
    Peers peers = new Peers();
    int different = 1 + random.nextInt(random.nextBoolean() ? 20 : 6_000);
    for (int round = 0; round < 2; round++) {
      Map<String, Long> exact = new HashMap<>();
      int failures = random.nextInt(5_000);
      for (int i = 0; i < failures; i++) {
        // Some come far more often than others.
        int peer = random.nextInt(1 + random.nextInt(different));
        peers.count(Ends.peer(peer, i));
        exact.merge("10.0." + (peer >> 8) + "." + (peer & 255), 1L, Long::sum);
      }
      assertTrue(peers.atLeast() <= exact.size(), () -> peers.atLeast() + " " + exact.size());
      assertTrue(peers.atMost() >= exact.size(), () -> peers.atMost() + " " + exact.size());
      Map<String, Long> told = new HashMap<>();
      for (String share : peers.toString().split(" ", -1)) {
        if (share.isEmpty()) {
          continue;
        }
        String[] pair = share.split("=", -1);
        String[] bounds = pair[1].split("\\.\\.", -1);
        long atLeast = Long.parseLong(bounds[0]);
        long atMost = Long.parseLong(bounds[bounds.length - 1]);
        long is = exact.getOrDefault(pair[0], 0L);
        assertTrue(atLeast <= is && is <= atMost, () -> share + " is " + is);
        told.put(pair[0], atMost);
      }
      if (exact.size() <= Peers.PLACES) {
        assertEquals(exact, told);
        assertEquals(exact.size(), peers.atMost());
      }
      exact.forEach(
          (peer, is) ->
              assertTrue(is * Peers.PLACES <= failures || told.containsKey(peer), peer + " " + is));
      peers.clear();
    }
  }
}
