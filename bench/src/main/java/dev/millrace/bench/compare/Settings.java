package dev.millrace.bench.compare;

import dev.millrace.bench.probe.Cpus;
import java.time.Duration;
import java.util.List;

/**
 * What is the same for all servers.
 *
 * @param rounds how often each is measured
 * @param measure how long a server is measured in a round
 * @param warmup how long a server is warmed up at the most; it ends when its compiler rests
 * @param readTimeout of the servers that have one
 * @param jvmOptions for each server's JVM
 * @param seed draws the order of the servers in each round, and the bytes
 */
record Settings(
    int rounds,
    Duration measure,
    Duration warmup,
    Duration readTimeout,
    List<String> jvmOptions,
    long seed) {
  /** The servers' processor, which they have for themselves where there are two. */
  List<Integer> serverCpus(Cpus cpus) {
    return cpus.allowed().subList(0, 1);
  }

  /** The load generator's. */
  List<Integer> loadCpus(Cpus cpus) {
    return cpus.allowed().subList(cpus.count() - 1, cpus.count());
  }
}
