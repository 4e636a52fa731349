package dev.millrace.bench.probe;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Counts the system calls of a process in a window, by {@code strace -c}: exact, and a way of
 * looking that changes what it looks at. Each call stops its thread twice, so the server is slower
 * by a factor of some dozen, more is ready each time it waits, and it waits less often: the count
 * of calls that do something for a request holds, the count of waits is a lower bound. No time is
 * to be taken in such a window.
 *
 * <p>A call that a thread waits in when the window opens is interrupted and may be made again, and
 * one that it waits in when the window ends may be missing: one or two a thread.
 */
public final class SyscallCounter {
  private SyscallCounter() {}

  /**
   * Why it cannot be used here, as one line; it is tried on a small program, which is a child of
   * this process as a server would be.
   */
  public static Optional<String> unavailable() {
    Optional<String> missing = Tool.missing("strace");
    if (missing.isPresent()) {
      return missing.map(reason -> "strace: " + reason);
    }
    Process cat;
    try {
      cat = Tool.builder(List.of("cat")).redirectOutput(new File("/dev/null")).start();
    } catch (IOException e) {
      return Optional.of("strace: no program to try it on: " + e.getMessage());
    }
    try (Window window = open(cat.pid())) {
      window.end();
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    } finally {
      Tool.kill(cat);
    }
  }

  /**
   * Begins to count.
   *
   * @param pid an own process; all its threads count, and those that they start
   * @return once everything from now on counts
   * @throws IllegalStateException if it cannot be counted, with the reason
   */
  public static Window open(long pid) {
    Window window = new Window(pid);
    try {
      window.awaitAttached();
      return window;
    } catch (RuntimeException e) {
      window.close();
      throw e;
    }
  }

  /** A window in which system calls are counted. */
  public static final class Window implements AutoCloseable {
    private final List<String> command;
    private final Path directory = Tool.directory();
    private final Path summary = directory.resolve("summary");
    private final Path log = directory.resolve("log");
    private final Process strace;
    private boolean ended;

    private Window(long pid) {
      command = List.of("strace", "-f", "-c", "-o", summary.toString(), "-p", Long.toString(pid));
      try {
        strace =
            Tool.builder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(log.toFile())
                .start();
      } catch (IOException e) {
        Tool.delete(directory);
        throw new IllegalStateException("strace: cannot be started: " + e.getMessage(), e);
      }
    }

    /** It says so when it has all threads. */
    private void awaitAttached() {
      boolean isDecided =
          Tool.await(
              Tool.ANSWER_LIMIT, () -> Tool.read(log).contains(" attached") || !strace.isAlive());
      String said = Tool.read(log);
      if (!isDecided || !said.contains(" attached")) {
        throw new IllegalStateException(refusal(said));
      }
    }

    /**
     * Ends the count; once only.
     *
     * @throws IllegalStateException if there is no count, with the reason
     */
    public Syscalls end() {
      if (ended) {
        throw new IllegalStateException("strace: the window has ended before");
      }
      try {
        strace.destroy(); // it lets go of the process, writes the summary and ends by the signal
        Tool.await(strace, Tool.ANSWER_LIMIT, command);
        return Syscalls.parse(Tool.read(summary));
      } finally {
        close();
      }
    }

    /** Gives the count up, if it was not ended. */
    @Override
    public void close() {
      if (!ended) {
        ended = true;
        // Asked first: killed, it could leave a thread of the process stopped.
        strace.destroy();
        try {
          Tool.await(strace, Tool.ANSWER_LIMIT, command);
        } finally {
          Tool.delete(directory);
        }
      }
    }
  }

  /** What strace says it refuses, as one line. */
  static String refusal(String log) {
    String line = Tool.firstLine(log).orElse("strace: it did not attach and gave no reason");
    return line.contains("Operation not permitted")
        ? line + " (see ptrace_scope in ptrace(2); a container may forbid it too)"
        : line;
  }
}
