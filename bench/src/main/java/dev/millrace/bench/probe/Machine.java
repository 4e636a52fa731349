package dev.millrace.bench.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What the whole machine did in a window: whether a round was disturbed, and by whom. */
public final class Machine {
  private Machine() {}

  /** What its CPUs have done up to now. */
  public static Sample sample() {
    try {
      return Sample.parse(System.nanoTime(), Files.readString(Path.of("/proc/stat")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the CPUs did: " + e.getMessage(), e);
    }
  }

  /**
   * What the kernel holds in its own objects, of all processes together: sockets, descriptors and
   * epoll's entries among them.
   *
   * @return bytes; empty if the kernel does not tell
   */
  public static OptionalLong kernelBytes() {
    try {
      return kernelBytes(Files.readString(Path.of("/proc/meminfo")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the kernel holds: " + e.getMessage(), e);
    }
  }

  /** Of a line such as {@code Slab: 103508 kB}. */
  static OptionalLong kernelBytes(String meminfo) {
    return meminfo
        .lines()
        .filter(line -> line.startsWith("Slab:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst();
  }

  /**
   * What all CPUs have done, summed up, since the machine began.
   *
   * @param atNanos {@link System#nanoTime()} of the sample
   * @param busyNanos they ran something, in user mode or in the kernel, by ticks of 10 ms
   * @param stealNanos they had something to run, and the hypervisor ran something else
   */
  public record Sample(long atNanos, long busyNanos, long stealNanos) {
    /** Of the first line of {@code /proc/stat}. */
    static Sample parse(long atNanos, String text) {
      // cpu user nice system idle iowait irq softirq steal guest guest_nice (proc(5)); a guest's
      // time is in user's already. Very old kernels end earlier.
      String[] fields = text.lines().findFirst().orElse("").trim().split(" +", -1);
      if (fields.length < 5 || !fields[0].equals("cpu")) {
        throw new IllegalArgumentException("not what /proc/stat begins with: " + text);
      }
      long busy = 0;
      for (int field : new int[] {1, 2, 3, 6, 7}) {
        busy += ticks(fields, field);
      }
      return new Sample(
          atNanos, busy * ProcessProbe.TICK_NANOS, ticks(fields, 8) * ProcessProbe.TICK_NANOS);
    }

    private static long ticks(String[] fields, int field) {
      return field < fields.length ? Long.parseLong(fields[field]) : 0;
    }

    /** What they did since an earlier sample. */
    public Window minus(Sample earlier) {
      return new Window(
          atNanos - earlier.atNanos,
          busyNanos - earlier.busyNanos,
          stealNanos - earlier.stealNanos);
    }
  }

  /**
   * What all CPUs did in a window, summed up: two busy ones are twice as long as the window.
   *
   * @param elapsedNanos how long the window was
   * @param busyNanos they ran something
   * @param stealNanos the hypervisor ran something else
   */
  public record Window(long elapsedNanos, long busyNanos, long stealNanos) {
    /**
     * How much may be stolen: one percent of one CPU. Many kernels charge stolen time to the thread
     * that it was stolen from, so CPU time per request is wrong by as much.
     */
    public static final double STEAL_SHARE = 0.01;

    /**
     * How much others may run: five percent of one CPU. They take CPU and caches from what is
     * measured; less than that is not told apart from the errors of two counts by ticks, which are
     * one or two percent each in a window of some seconds.
     */
    public static final double FOREIGN_SHARE = 0.05;

    /** How many CPUs were busy on average. */
    public double load() {
      return (double) busyNanos / elapsedNanos;
    }

    /**
     * What ran beside the processes that were measured. It may come out a little below 0, since
     * these are counted more finely.
     *
     * @param ownNanos CPU time in the window of the server, the load on it and the caller
     */
    public long foreignNanos(long ownNanos) {
      return busyNanos - ownNanos;
    }

    /**
     * What disturbed the window, as one line for a note; empty if nothing did. A disturbed round is
     * to be marked and not to be left out: who leaves out what does not please has no measurement.
     *
     * @param ownNanos as for {@link #foreignNanos}
     */
    public Optional<String> disturbance(long ownNanos) {
      double steal = (double) stealNanos / elapsedNanos;
      double foreign = (double) foreignNanos(ownNanos) / elapsedNanos;
      if (steal <= STEAL_SHARE && foreign <= FOREIGN_SHARE) {
        return Optional.empty();
      }
      return Optional.of(
          String.format(
              Locale.ROOT,
              "disturbed: of one CPU's time, %.1f %% was stolen by the hypervisor and %.1f %%"
                  + " taken by other processes",
              100 * steal,
              100 * Math.max(0, foreign)));
    }
  }
}
