package dev.millrace.bench.stub;

/**
 * How often each thing was asked of a {@link StubProvider}, exactly. What would be a system call on
 * a real provider is counted when it is made, also where it fails or moves nothing.
 *
 * @param selects polls of a selector, whether they wait or not
 * @param wakeups wake-ups of a selector, by any thread
 * @param registers registrations of channels
 * @param interestPuts calls that set the interest of a key, also those that set what it was: on a
 *     real selector each of them is work at the next poll
 * @param reads asked of sockets, whatever they gave
 * @param bytesRead what they gave
 * @param writes asked of sockets, whatever they took; a gathering one is one
 * @param bytesWritten what they took
 * @param accepts asked of listeners, also those that found nobody
 * @param opens sockets made: opened, or accepted from a listener
 * @param closes channels closed
 * @param halfCloses calls of {@code shutdownInput} and {@code shutdownOutput}
 * @param options calls that set or ask for a socket option or an address
 */
public record Calls(
    long selects,
    long wakeups,
    long registers,
    long interestPuts,
    long reads,
    long bytesRead,
    long writes,
    long bytesWritten,
    long accepts,
    long opens,
    long closes,
    long halfCloses,
    long options) {

  /**
   * What was called since.
   *
   * @param before an earlier count of the same provider
   * @return the difference of each
   */
  public Calls minus(Calls before) {
    return new Calls(
        selects - before.selects,
        wakeups - before.wakeups,
        registers - before.registers,
        interestPuts - before.interestPuts,
        reads - before.reads,
        bytesRead - before.bytesRead,
        writes - before.writes,
        bytesWritten - before.bytesWritten,
        accepts - before.accepts,
        opens - before.opens,
        closes - before.closes,
        halfCloses - before.halfCloses,
        options - before.options);
  }

  /**
   * All that would be system calls on a real provider, one each; bytes are not.
   *
   * @return the sum
   */
  public long all() {
    return selects
        + wakeups
        + registers
        + interestPuts
        + reads
        + writes
        + accepts
        + opens
        + closes
        + halfCloses
        + options;
  }
}
