package dev.millrace.bench.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A simulated processor, valgrind's callgrind: exact for what is in user mode, and blind for the
 * kernel. It needs no counters of the processor, so it works in virtual machines; the server has to
 * be started by it, and is slower by a factor of some dozen while it is counted (of four or so
 * while it is not).
 *
 * <p>What it does not show: it executes one thread at a time, so threads that wait for each other
 * wait otherwise than in earnest; and it tells a JVM of a processor that valgrind can execute, so
 * code for newer instructions (AVX-512) is never compiled.
 *
 * <p>The first window of a JVM is to be thrown away, whatever was served before: it is slower at
 * once, so other paths are taken than in the warm-up, and the compilers set to work (measured on an
 * echo loop after 1.5 million requests: 1,505 instructions a request without the compilers, which
 * took 5,000; from the second window on 728 to 759).
 */
public final class CallgrindCounter implements InstructionCounter {
  /** After this many an echo server's code is what it stays; found by windows that got no less. */
  private static final long WARMUP_REQUESTS = 1_500_000;

  /** Of {@code v.info scheduler}: valgrind's number of a thread, and the kernel's. */
  private static final Pattern THREAD =
      Pattern.compile("Thread (?<thread>\\d+): status = .*\\(lwpid (?<tid>\\d+)\\)");

  private final Path directory = Tool.directory();

  private CallgrindCounter() {}

  /**
   * The counter, if it works here: it is tried on a small program.
   *
   * @param whyNot gets the reason, one line, if it does not
   */
  public static Optional<CallgrindCounter> here(Consumer<String> whyNot) {
    Optional<String> missing = Tool.missing("valgrind").or(() -> Tool.missing("vgdb"));
    if (missing.isPresent()) {
      whyNot.accept("callgrind: " + missing.get());
      return Optional.empty();
    }
    CallgrindCounter counter = new CallgrindCounter();
    Optional<String> refused = counter.refusal();
    if (refused.isPresent()) {
      counter.close();
      whyNot.accept(refused.get());
      return Optional.empty();
    }
    return Optional.of(counter);
  }

  /** Tries a program that waits for input: to wake one that waits, valgrind has to trace it. */
  private Optional<String> refusal() {
    List<String> command = new ArrayList<>(prefix());
    command.add("cat");
    final Process cat;
    try {
      cat = Tool.builder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return Optional.of("callgrind: cannot be started: " + e.getMessage());
    }
    try (InputStream echo = cat.getInputStream()) {
      cat.getOutputStream().write('\n');
      cat.getOutputStream().flush();
      // Asked for how much is there: one that hangs would never be done with a read.
      boolean isDecided =
          Tool.await(Tool.ANSWER_LIMIT, () -> available(echo) > 0 || !cat.isAlive());
      if (!isDecided || echo.read() != '\n') {
        return Optional.of("callgrind: runs no program: " + log(cat.pid()).orElse("no reason"));
      }
      try (Window window = open(cat.pid())) {
        window.end();
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("callgrind: runs no program: " + e.getMessage());
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    } finally {
      Tool.kill(cat);
    }
  }

  private static int available(InputStream input) {
    try {
      return input.available();
    } catch (IOException e) {
      throw new IllegalStateException("callgrind: cannot hear its answer: " + e.getMessage(), e);
    }
  }

  @Override
  public String title() {
    return "callgrind: user only, by a simulated processor";
  }

  @Override
  public List<String> prefix() {
    return List.of(
        "valgrind",
        "-q",
        "--log-file=" + directory.resolve("log.%p"),
        "--tool=callgrind",
        // The warm-up runs uncounted, which is ten times as fast.
        "--instr-atstart=no",
        // So that the compilers' share can be told apart.
        "--separate-threads=yes",
        // A JVM writes code, and writes over it.
        "--smc-check=all-non-file",
        // Compiled code finds null by the fault of reading it, and the JVM goes on from the
        // registers
        // of that very instruction. Without this it gets older ones, and takes it for a crash.
        "--vex-iropt-register-updates=allregs-at-mem-access",
        "--vgdb-prefix=" + directory.resolve("vgdb"),
        "--callgrind-out-file=" + directory.resolve("out.%p"));
  }

  @Override
  public List<String> jvmOptions() {
    return List.of(
        // One thread runs at a time: collectors that work beside the others only cost here.
        "-XX:+UseSerialGC",
        // No counters in a file that is written to while nothing happens.
        "-XX:-UsePerfData",
        // A method thrown out of the code cache would be compiled again in a window.
        "-XX:-UseCodeCacheFlushing");
  }

  @Override
  public long warmupRequests() {
    return WARMUP_REQUESTS;
  }

  @Override
  public Window open(long pid) {
    vgdb(pid, "instrumentation on");
    vgdb(pid, "zero");
    return new CallgrindWindow(pid);
  }

  /** Takes the temporary directory away, with the pipes of servers that were killed. */
  @Override
  public void close() {
    Tool.delete(directory);
  }

  private final class CallgrindWindow implements Window {
    private final long pid;
    private boolean ended;

    CallgrindWindow(long pid) {
      this.pid = pid;
    }

    @Override
    public Instructions end() {
      if (ended) {
        throw new IllegalStateException("callgrind: the window has ended before");
      }
      vgdb(pid, "dump");
      Map<Long, ThreadInstructions> threads = threads(vgdb(pid, "v.info scheduler"), pid);
      List<ThreadInstructions> counts = new ArrayList<>();
      try (DirectoryStream<Path> dumps = Files.newDirectoryStream(directory, "out." + pid + ".*")) {
        for (Path file : dumps) {
          Dump dump = Dump.read(file);
          ThreadInstructions thread =
              threads.getOrDefault(
                  dump.thread(), new ThreadInstructions(0, "(ended)", 0, OptionalLong.empty()));
          counts.add(
              new ThreadInstructions(
                  thread.tid(), thread.name(), dump.instructions(), OptionalLong.empty()));
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("callgrind: cannot read its count: " + e.getMessage(), e);
      }
      if (counts.isEmpty()) {
        throw new IllegalStateException("callgrind: it wrote no count");
      }
      close();
      return new Instructions(counts, List.of("Instructions of the kernel are not counted."));
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        // A server that has ended needs no more counting off; one that has not is to be fast again.
        if (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
          vgdb(pid, "instrumentation off");
        }
      }
    }
  }

  /** What the simulated processor is told, and what it answers, once it is done. */
  private String vgdb(long pid, String command) {
    Tool.Output output =
        Tool.run(
            Tool.ANSWER_LIMIT,
            List.of("vgdb", "--vgdb-prefix=" + directory.resolve("vgdb"), "--pid=" + pid, command));
    if (output.exit() != 0) {
      throw new IllegalStateException(
          "callgrind: process "
              + pid
              + " does not answer to '"
              + command
              + "': "
              + log(pid).orElse(output.line()));
    }
    return output.text();
  }

  /** What valgrind complains of. */
  private Optional<String> log(long pid) {
    return Tool.firstLine(Tool.read(directory.resolve("log." + pid)));
  }

  /** Which thread is which; it has no name if it ended since. */
  private static Map<Long, ThreadInstructions> threads(String scheduler, long pid) {
    Map<Long, ThreadInstructions> threads = new HashMap<>();
    threads(scheduler)
        .forEach(
            (thread, tid) -> {
              Path comm = Path.of("/proc", Long.toString(pid), "task", tid.toString(), "comm");
              String name = Tool.read(comm).strip();
              threads.put(thread, new ThreadInstructions(tid, name, 0, OptionalLong.empty()));
            });
    return threads;
  }

  /** Valgrind's numbers of threads and the kernel's, out of {@code v.info scheduler}. */
  static Map<Long, Long> threads(String scheduler) {
    Map<Long, Long> tids = new HashMap<>();
    Matcher matcher = THREAD.matcher(scheduler);
    while (matcher.find()) {
      tids.put(Long.valueOf(matcher.group("thread")), Long.valueOf(matcher.group("tid")));
    }
    return tids;
  }

  /**
   * What one thread did, out of the file that callgrind writes of it.
   *
   * @param thread valgrind's number of it
   * @param instructions executed since the count was set to 0
   */
  record Dump(long thread, long instructions) {
    static Dump read(Path file) throws IOException {
      try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
        return parse(lines);
      }
    }

    static Dump parse(BufferedReader lines) throws IOException {
      long thread = -1;
      String events = "";
      // Between header and totals there are megabytes about functions.
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("thread:")) {
          thread = Long.parseLong(value(line));
        } else if (line.startsWith("events:")) {
          events = value(line);
        } else if (line.startsWith("totals:")) {
          if (!events.split(" ", -1)[0].equals("Ir")) {
            throw new IOException("not instructions (Ir) but '" + events + "' were counted");
          }
          return new Dump(thread, Long.parseLong(value(line).split(" ", -1)[0]));
        }
      }
      throw new IOException("there is no line 'totals:'");
    }

    private static String value(String line) {
      return line.substring(line.indexOf(':') + 1).trim();
    }
  }
}
