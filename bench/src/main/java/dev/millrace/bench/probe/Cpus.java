package dev.millrace.bench.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The CPUs that this process may use, and how to tie a process to some of them: a server and the
 * load on it, on CPUs of their own, do not take them from each other, and the scheduler does not
 * move them about, which is worth more than the CPUs that stay unused.
 *
 * <p>It is a picture of the moment: after {@link #pin} an own process may use fewer.
 *
 * @param allowed their numbers, in order
 * @param unpinnable why nothing can be pinned here, as one line
 */
public record Cpus(List<Integer> allowed, Optional<String> unpinnable) {
  /** It has one system call to do. */
  private static final Duration TASKSET_LIMIT = Duration.ofSeconds(10);

  /** CPUs that stay as they are. */
  public Cpus {
    allowed = List.copyOf(allowed);
  }

  /** Those of this process, now. */
  public static Cpus here() {
    try {
      String status = Files.readString(Path.of("/proc/self/status"));
      // The quota of a container counts too: it may be less than the CPUs it is spread over.
      return of(status, Runtime.getRuntime().availableProcessors(), Tool.missing("taskset"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read which CPUs may be used: " + e.getMessage(), e);
    }
  }

  static Cpus of(String status, int available, Optional<String> noTaskset) {
    List<Integer> allowed =
        status
            .lines()
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .findFirst()
            .map(line -> list(line.substring(line.indexOf(':') + 1).trim()))
            .orElseThrow(() -> new IllegalStateException("no Cpus_allowed_list in\n" + status));
    if (allowed.size() < 2) {
      return new Cpus(
          allowed,
          Optional.of("not pinned: there is one CPU only, so server and load have to share it"));
    }
    if (available < 2) {
      return new Cpus(
          allowed,
          Optional.of(
              "not pinned: the time of one CPU only is granted, so server and load share it"));
    }
    return new Cpus(allowed, noTaskset.map(reason -> "not pinned: " + reason));
  }

  /** How many there are. */
  public int count() {
    return allowed.size();
  }

  /**
   * What to put before a command to tie its process to some CPUs; nothing where nothing can be
   * pinned. The process is the command's own: {@code taskset} becomes it.
   *
   * @param cpus numbers of {@link #allowed()}
   */
  public List<String> prefix(List<Integer> cpus) {
    check(cpus);
    return unpinnable.isPresent() ? List.of() : List.of("taskset", "-c", join(cpus));
  }

  /**
   * Ties a process to some CPUs: all threads it has, and with them those that they will start. Does
   * nothing where nothing can be pinned.
   *
   * @param pid the own process or another of the same user
   * @param cpus numbers of {@link #allowed()}
   * @throws IllegalStateException if the kernel refuses
   */
  public void pin(long pid, List<Integer> cpus) {
    check(cpus);
    if (unpinnable.isPresent()) {
      return;
    }
    Tool.Output output =
        Tool.run(
            TASKSET_LIMIT, List.of("taskset", "-a", "-p", "-c", join(cpus), Long.toString(pid)));
    if (output.exit() != 0) {
      throw new IllegalStateException(
          "cannot pin process " + pid + " to CPU " + join(cpus) + ": " + output.line());
    }
  }

  private void check(List<Integer> cpus) {
    if (cpus.isEmpty() || !allowed.containsAll(cpus)) {
      throw new IllegalArgumentException("CPUs " + cpus + " are not some of " + allowed);
    }
  }

  private static String join(List<Integer> cpus) {
    return cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Such as {@code 0-2,5}. */
  private static List<Integer> list(String text) {
    List<Integer> cpus = new ArrayList<>();
    for (String range : text.split(",", -1)) {
      String[] ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }
}
