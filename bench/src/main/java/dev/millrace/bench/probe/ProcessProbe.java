package dev.millrace.bench.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Reads what a process has cost so far out of {@code /proc/PID}, without a hand in the process: it
 * runs neither slower nor otherwise for it, but in {@link #residentBytes()}.
 */
public final class ProcessProbe {
  /** USER_HZ, the unit in which proc(5) tells ticks, is 100 on all machines that have a JDK. */
  static final long TICK_NANOS = 10_000_000;

  /** What proc(5) calls kB. */
  private static final long KILOBYTE = 1024;

  private static final Path PROC = Path.of("/proc");

  private final long pid;
  private final Path process;
  private final long startTicks;
  private final CpuClock clock;

  private ProcessProbe(Path proc, long pid) {
    this.pid = pid;
    this.process = proc.resolve(Long.toString(pid));
    this.clock = clock(proc);
    try {
      this.startTicks = stat(process).startTicks();
    } catch (IOException e) {
      throw failed(e, !Files.exists(process));
    }
  }

  /**
   * A probe for a process that runs, an own one or another of the same user.
   *
   * @throws ProcessEndedException if there is none of that number
   */
  public static ProcessProbe of(long pid) {
    return new ProcessProbe(PROC, pid);
  }

  /** A probe in a copy of {@code /proc}. */
  static ProcessProbe of(Path proc, long pid) {
    return new ProcessProbe(proc, pid);
  }

  /**
   * What the process has used up to now. It reads some hundred small files, which takes
   * milliseconds on a CPU of the caller's: as long at the beginning of a window as at its end, so a
   * caller that counts requests counts them at the same side of both samples.
   *
   * @throws ProcessEndedException if it has ended, also if another has its number by now
   */
  public ProcessSample sample() {
    try {
      long rssBytes = number(read(process.resolve("status")), "VmRSS:") * KILOBYTE;
      OptionalLong readCalls = calls("syscr:");
      OptionalLong writeCalls = calls("syscw:");
      Stat stat = stat(process);
      long atNanos = System.nanoTime();
      List<ThreadSample> threads = threads();
      if (threads.isEmpty() || hasEnded()) {
        throw new ProcessEndedException(pid);
      }
      return new ProcessSample(
          atNanos,
          clock,
          threads,
          stat.userTicks() * TICK_NANOS,
          stat.systemTicks() * TICK_NANOS,
          readCalls,
          writeCalls,
          rssBytes);
    } catch (IOException e) {
      throw failed(e, hasEnded());
    }
  }

  /**
   * Memory in RAM, shared libraries with it, counted page by page where the kernel does that (4.14
   * and later): the counter beside them, {@link ProcessSample#rssBytes()}, is wrong by up to some
   * dozen pages a CPU in many kernels, which matters beside a thousand connections. It takes some
   * milliseconds, in which the process gets no new memory: not for a window's edge.
   *
   * @throws ProcessEndedException if the process has ended, also if another has its number by now
   */
  public long residentBytes() {
    try {
      if (hasEnded()) {
        throw new ProcessEndedException(pid);
      }
      Path pages = process.resolve("smaps_rollup");
      return Files.exists(pages)
          ? number(read(pages), "Rss:") * KILOBYTE
          : number(read(process.resolve("status")), "VmRSS:") * KILOBYTE;
    } catch (IOException e) {
      throw failed(e, hasEnded());
    }
  }

  /**
   * The kernel's clock, told by this very thread: it has run, so its figure is 0 only if the
   * scheduler adds nothing up (then the file has zeros, or is not there at all). What a process has
   * used that was started just now tells nothing.
   */
  private static CpuClock clock(Path proc) {
    try {
      String own = read(proc.resolve("thread-self/schedstat"));
      return own.startsWith("0 ") ? CpuClock.TICKS : CpuClock.SCHEDSTAT;
    } catch (IOException e) {
      return CpuClock.TICKS;
    }
  }

  private List<ThreadSample> threads() throws IOException {
    List<ThreadSample> threads = new ArrayList<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        try {
          threads.add(thread(task));
        } catch (IOException e) {
          // A thread may end between being listed and being read; then its directory is gone.
          if (Files.exists(task)) {
            throw e;
          }
        }
      }
    }
    return threads;
  }

  private ThreadSample thread(Path task) throws IOException {
    Stat stat = stat(task);
    String status = read(task.resolve("status"));
    long userNanos = stat.userTicks() * TICK_NANOS;
    long systemNanos = stat.systemTicks() * TICK_NANOS;
    long cpuNanos = userNanos + systemNanos;
    OptionalLong runDelayNanos = OptionalLong.empty();
    if (clock == CpuClock.SCHEDSTAT) {
      String[] schedstat = read(task.resolve("schedstat")).trim().split(" ", -1);
      cpuNanos = Long.parseLong(schedstat[0]);
      runDelayNanos = OptionalLong.of(Long.parseLong(schedstat[1]));
    }
    return new ThreadSample(
        Long.parseLong(task.getFileName().toString()),
        stat.startTicks(),
        stat.name(),
        cpuNanos,
        userNanos,
        systemNanos,
        runDelayNanos,
        number(status, "voluntary_ctxt_switches:"),
        number(status, "nonvoluntary_ctxt_switches:"));
  }

  private OptionalLong calls(String key) throws IOException {
    try {
      return OptionalLong.of(number(read(process.resolve("io")), key));
    } catch (IOException e) {
      if (hasEnded()) {
        throw e;
      }
      return OptionalLong.empty(); // not counted by this kernel, or not told to this user
    }
  }

  private boolean hasEnded() {
    try {
      Stat stat = stat(process);
      // A zombie has ended and only waits for its parent to hear of it.
      return stat.startTicks() != startTicks || stat.state() == 'Z' || stat.state() == 'X';
    } catch (IOException e) {
      return !Files.exists(process);
    }
  }

  private RuntimeException failed(IOException e, boolean ended) {
    if (ended) {
      RuntimeException gone = new ProcessEndedException(pid);
      gone.addSuppressed(e);
      return gone;
    }
    return new UncheckedIOException(
        "cannot read what process " + pid + " has used: " + e.getMessage(), e);
  }

  /** What is used of the line that proc(5) has about a process or a thread. */
  record Stat(String name, char state, long userTicks, long systemTicks, long startTicks) {
    static Stat parse(String text) {
      // The name stands in parentheses and may have any in it, and spaces: the last one ends it.
      int end = text.lastIndexOf(')');
      String name = text.substring(text.indexOf('(') + 1, end);
      String[] fields = text.substring(end + 2).trim().split(" ", -1);
      // proc(5) counts from 1, with the number and the name: state is its field 3.
      return new Stat(
          name,
          fields[0].charAt(0),
          Long.parseLong(fields[14 - 3]),
          Long.parseLong(fields[15 - 3]),
          Long.parseLong(fields[22 - 3]));
    }
  }

  private static Stat stat(Path directory) throws IOException {
    return Stat.parse(read(directory.resolve("stat")));
  }

  /** The first number behind a key that begins a line. */
  private static long number(String text, String key) throws IOException {
    Predicate<String> hasKey = line -> line.startsWith(key);
    String line =
        text.lines()
            .filter(hasKey)
            .findFirst()
            .orElseThrow(() -> new IOException("there is no line '" + key + "'"));
    return Long.parseLong(line.substring(key.length()).trim().split(" ", -1)[0]);
  }

  /**
   * A name is cut by bytes, so it may end within a character: whatever is there has to be readable.
   */
  private static String read(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    if (text.isEmpty()) {
      throw new IOException(file + " is empty"); // of one that ended while the file was open
    }
    return text;
  }
}
