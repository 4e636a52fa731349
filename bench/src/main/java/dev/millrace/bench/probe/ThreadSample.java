package dev.millrace.bench.probe;

import java.util.OptionalLong;

/**
 * What one thread has used since it began.
 *
 * @param tid the kernel's number of it; used again after it ended, so only with {@code startTicks}
 *     does it tell a thread from all others
 * @param startTicks when it began, in 10 ms since the machine did
 * @param name at most 15 bytes of it, which is what the kernel keeps
 * @param cpuNanos user and system, as finely as the {@link CpuClock} is
 * @param userNanos the user's share of it, by ticks of 10 ms
 * @param systemNanos the kernel's share of it, by ticks of 10 ms
 * @param runDelayNanos how long it was ready to run and had no CPU; missing without schedstat
 * @param voluntarySwitches how often it gave its CPU away: it waited for something
 * @param involuntarySwitches how often its CPU was taken from it
 */
public record ThreadSample(
    long tid,
    long startTicks,
    String name,
    long cpuNanos,
    long userNanos,
    long systemNanos,
    OptionalLong runDelayNanos,
    long voluntarySwitches,
    long involuntarySwitches) {

  /** What it used since an earlier sample of the same thread. */
  ThreadCost minus(ThreadSample earlier) {
    return new ThreadCost(
        tid,
        name,
        cpuNanos - earlier.cpuNanos,
        userNanos - earlier.userNanos,
        systemNanos - earlier.systemNanos,
        ProcessCost.minus(runDelayNanos, earlier.runDelayNanos),
        voluntarySwitches - earlier.voluntarySwitches,
        involuntarySwitches - earlier.involuntarySwitches);
  }

  /** What it used since it began, for one that began in the window. */
  ThreadCost sinceItBegan() {
    return new ThreadCost(
        tid,
        name,
        cpuNanos,
        userNanos,
        systemNanos,
        runDelayNanos,
        voluntarySwitches,
        involuntarySwitches);
  }
}
