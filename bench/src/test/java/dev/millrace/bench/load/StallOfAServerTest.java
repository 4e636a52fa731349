package dev.millrace.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the two loops make of a server that stalls, with time driven by hand. */
@Timeout(60)
class StallOfAServerTest {
  private static final long MILLI = 1_000_000;

  /**
   * A server that answers at once, but for one second in which it answers nothing. At 1,000
   * requests a second, 1,000 fall into it, and wait 1,000 ms, 999 ms and so on.
   */
  @Test
  void openLoopChargesItToEveryRequestThatWasDueInIt() throws Exception {
    Tally tally = new Tally(true);
    Flight flight = new Flight(4_096);
    Schedule schedule = new Schedule(0, 1_000, 1, 0, 1);
    for (long now = 0; now < 10_000 * MILLI; now += MILLI) {
      while (schedule.isDue(now)) {
        assertTrue(flight.due(schedule.nextNanos()));
        schedule.advance();
      }
      flight.begin(1, now);
      boolean stalls = now >= 5_000 * MILLI && now < 6_000 * MILLI;
      while (!stalls && flight.inFlight() > 0) {
        flight.answered(1, now, tally);
        flight.begin(1, now);
      }
    }
    assertEquals(10_000, tally.latency.getTotalCount());
    assertEquals(10_000, tally.uncorrected.getTotalCount());
    // One in ten waited: their median is half of the stall.
    assertNear(500, tally.latency.getValueAtPercentile(95));
    assertNear(900, tally.latency.getValueAtPercentile(99));
    assertNear(1_000, tally.latency.getMaxValue());
    // The same, as it looks to who counts from the moment of sending: one slow request.
    assertEquals(0, tally.uncorrected.getValueAtPercentile(99.98));
    assertNear(1_000, tally.uncorrected.getMaxValue());
  }

  @Test
  void closedLoopChargesItToTheRequestsInFlightAlone() throws Exception {
    Tally tally = new Tally(false);
    Flight flight = new Flight(16);
    for (long now = 0; now < 10_000 * MILLI; now += MILLI) {
      boolean stalls = now >= 5_000 * MILLI && now < 6_000 * MILLI;
      if (!stalls) {
        flight.answered(flight.inFlight(), now, tally);
      }
      while (flight.queued() + flight.inFlight() < 16) {
        flight.due(now);
      }
      flight.begin(16, now);
    }
    Histogram latency = tally.latency;
    assertEquals(16, latency.getTotalCount() - latency.getCountBetweenValues(0, 2 * MILLI));
    assertNear(1_001, latency.getMaxValue());
  }

  @Test
  void whatIsDueBeyondTheDepthWaitsAndKeepsItsStart() throws Exception {
    Tally tally = new Tally(true);
    Flight flight = new Flight(8);
    for (int i = 0; i < 5; i++) {
      assertTrue(flight.due(i * MILLI));
    }
    assertEquals(2, flight.begin(2, 10 * MILLI));
    assertEquals(0, flight.begin(2, 11 * MILLI));
    assertEquals(3, flight.queued());
    flight.answered(2, 20 * MILLI, tally);
    assertNear(20, tally.latency.getMaxValue());
    assertNear(10, tally.uncorrected.getMaxValue());
    assertEquals(28 * MILLI, flight.oldestNanos(30 * MILLI));
  }

  @Test
  void aQueueThatIsFullRefusesAndTakesAgainWhenThereIsRoom() throws Exception {
    Flight flight = new Flight(4);
    for (int i = 0; i < 4; i++) {
      assertTrue(flight.due(i));
    }
    assertFalse(flight.due(4));
    flight.begin(1, 5);
    assertFalse(flight.due(5), "what is in flight takes room, too");
    flight.answered(1, 6, new Tally(true));
    assertTrue(flight.due(6));
    assertFalse(flight.due(7));
  }

  @Test
  void moreAnswersThanRequestsAreAnError() {
    Flight flight = new Flight(4);
    flight.due(0);
    flight.begin(4, 0);
    WrongAnswerException wrong =
        assertThrows(WrongAnswerException.class, () -> flight.answered(2, 1, new Tally(false)));
    assertEquals("2 answers came to 1 requests in flight", wrong.getMessage());
  }

  @Test
  void whatWasInFlightOnALostConnectionIsGoneAndTheQueueStays() {
    Flight flight = new Flight(8);
    for (int i = 0; i < 5; i++) {
      flight.due(i);
    }
    flight.begin(3, 9);
    assertEquals(3, flight.lost());
    assertEquals(0, flight.inFlight());
    assertEquals(2, flight.queued());
    assertEquals(7, flight.oldestNanos(10));
  }

  /** To the histogram's three digits. */
  private static void assertNear(double millis, long nanos) {
    assertEquals(millis, nanos / (double) MILLI, millis * 0.003 + 0.002);
  }
}
