package dev.millrace.bench.stub;

import java.util.concurrent.atomic.AtomicLong;

/** The counters behind {@link Calls}: plain fields, because one thread does all but waking up. */
final class Counts {
  long selects;
  long registers;
  long interestPuts;
  long reads;
  long bytesRead;
  long writes;
  long bytesWritten;
  long accepts;
  long opens;
  long closes;
  long halfCloses;
  long options;
  final AtomicLong wakeups = new AtomicLong();

  Calls snapshot() {
    return new Calls(
        selects,
        wakeups.get(),
        registers,
        interestPuts,
        reads,
        bytesRead,
        writes,
        bytesWritten,
        accepts,
        opens,
        closes,
        halfCloses,
        options);
  }
}
