package dev.millrace.bench.probe;

import java.util.OptionalLong;

/**
 * What one thread used in a window. The figures are those of {@link ThreadSample}.
 *
 * @param tid the kernel's number of it
 * @param name at most 15 bytes of it
 * @param cpuNanos user and system
 * @param userNanos by ticks of 10 ms
 * @param systemNanos by ticks of 10 ms
 * @param runDelayNanos ready to run, without a CPU; missing without schedstat
 * @param voluntarySwitches it waited for something
 * @param involuntarySwitches its CPU was taken from it
 */
public record ThreadCost(
    long tid,
    String name,
    long cpuNanos,
    long userNanos,
    long systemNanos,
    OptionalLong runDelayNanos,
    long voluntarySwitches,
    long involuntarySwitches) {

  /** What it is for, by its name. */
  public ThreadRole role() {
    return ThreadRole.of(name);
  }
}
