package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultPlan;
import dev.millrace.guard.LogGuard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** In every callback every method of the link may be called; none is called inside of another. */
@Timeout(120)
class CallbackDoesAnythingToLinkTest {
  private static final int SEEDS = 400;

  private interface Deed {
    void on(Link link);
  }

  private static final List<Deed> DEEDS =
      List.of(
          Link::open,
          link -> link.send(ByteBuffer.allocate(10)),
          link -> link.close(Duration.ZERO),
          link -> link.close(Duration.ofSeconds(3)),
          link -> {
            throw new IllegalStateException("from a callback");
          });

  /** How many tens there are of each deed, by {@link #DEEDS}; the rest of a hundred is nothing. */
  private static final int[] SHARES = {5, 15, 2, 4, 3};

  @Test
  void whateverIsDoneInThemTheEndComesOnceAndLast() throws IOException {
    LogGuard.allow(Level.ERROR, "threw");
    int ended = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      try (Ground g = new Ground(seed)) {
        run(g);
        ended++;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertEquals(SEEDS, ended);
  }

  private static void run(Ground g) throws IOException {
    g.host.faults(FaultPlan.parse("reset-at=0.5:0..600 short-read=0.1 short-write=0.1"));
    g.serve();
    boolean[] isInside = {false};
    g.onTold =
        line -> {
          assertFalse(isInside[0], () -> "inside of another callback: " + line);
          isInside[0] = true;
          try {
            deed(g);
          } finally {
            isInside[0] = false;
          }
        };
    Link.Builder builder =
        g.link(g.host.address(7007))
            .queue(5, 40_000)
            .retry(RetryPolicy.defaults().withWaits(Duration.ofMillis(10), Duration.ofMillis(100)));
    g.link = builder.build(g.loop);
    deedFromOutside(g);
    g.link.open();
    deedFromOutside(g);
    for (int n = 0; n < 20 && g.report == null; n++) {
      g.pass(Duration.ofNanos(g.world.dice().skewed(0, 50_000_000)));
      deedFromOutside(g);
    }
    g.host.faults(FaultPlan.none());
    g.onTold = line -> {};
    g.link.close(Duration.ofMinutes(1));
    g.until("the end", () -> g.report != null);
    long last = g.link.lastId();
    assertEquals(last, g.report.accepted());
    assertEquals(last, g.report.acknowledged() + g.report.unacknowledged().size());
    for (int i = 0; i < g.got.size(); i++) {
      assertTrue(g.got.get(i).startsWith((i + 1) + " "), g.got::toString);
    }
    assertTrue(g.got.size() >= g.report.acknowledged(), "acknowledged and not taken");
    g.pass(Duration.ofSeconds(1)); // a second end would be seen by the notes
    g.checkNothingIsLeft();
  }

  private static void deedFromOutside(Ground g) {
    int before = g.told.size();
    int which = g.world.dice().below(DEEDS.size() - 1);
    if (g.world.dice().below(100) < 2 * SHARES[which]) {
      DEEDS.get(which).on(g.link);
    }
    assertEquals(before, g.told.size(), "told from inside of a call");
  }

  private static void deed(Ground g) {
    int ticket = g.world.dice().below(100);
    for (int i = 0; i < SHARES.length; i++) {
      ticket -= SHARES[i];
      if (ticket < 0) {
        DEEDS.get(i).on(g.link);
        return;
      }
    }
  }
}
