package dev.millrace.examples.sim;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What became of the messages of links in all runs of a campaign. Any thread. */
final class Tally {
  final LongAdder links = new LongAdder();
  final LongAdder accepted = new LongAdder();
  final LongAdder acknowledged = new LongAdder();
  final LongAdder delivered = new LongAdder();
  final LongAdder reconnects = new LongAdder();

  /** Given to the receiver again after its session was lost, which both sides had been told. */
  final LongAdder repeatedAsTold = new LongAdder();

  /** Acknowledged and never given to the receiver, or passed over. */
  final LongAdder lost = new LongAdder();

  /** Given to the receiver again, and nobody had been told that it may be. */
  final LongAdder doubled = new LongAdder();

  /** One line; null if no link was there. */
  String line() {
    return links.sum() == 0
        ? null
        : String.format(
            Locale.ROOT,
            "%d links, %d reconnects; of %d messages accepted %d were acknowledged, %d delivered,"
                + " %d repeated as told: %d lost, %d doubled",
            links.sum(),
            reconnects.sum(),
            accepted.sum(),
            acknowledged.sum(),
            delivered.sum(),
            repeatedAsTold.sum(),
            lost.sum(),
            doubled.sum());
  }
}
