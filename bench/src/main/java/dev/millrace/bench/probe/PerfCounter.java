package dev.millrace.bench.probe;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processor's own counters, by {@code perf stat -p}: exact, in user mode and in the kernel, and
 * free of charge. Many virtual machines have none.
 */
public final class PerfCounter implements InstructionCounter {
  /** After this many an echo server's code is what it stays; found by windows that got no less. */
  private static final long WARMUP_REQUESTS = 1_500_000;

  /** Within rounding of all the time. */
  private static final double COUNTED_ALL_PERCENT = 99.99;

  private final boolean hasKernel;

  private PerfCounter(boolean hasKernel) {
    this.hasKernel = hasKernel;
  }

  /**
   * The counter, if it works here: it is tried on this very process.
   *
   * @param whyNot gets the reason, one line, if it does not, or not for the kernel
   */
  public static Optional<PerfCounter> here(Consumer<String> whyNot) {
    Optional<String> missing = Tool.missing("perf").or(() -> Tool.missing("mkfifo"));
    if (missing.isPresent()) {
      whyNot.accept("perf: " + missing.get());
      return Optional.empty();
    }
    Optional<String> refused = new PerfCounter(true).refusal();
    if (refused.isEmpty()) {
      return Optional.of(new PerfCounter(true));
    }
    // Whoever is not root may be allowed to count what is in user mode, and no more.
    Optional<String> refusedUser = new PerfCounter(false).refusal();
    whyNot.accept(refusedUser.isEmpty() ? refused.get() + "; user mode only" : refused.get());
    return refusedUser.isEmpty() ? Optional.of(new PerfCounter(false)) : Optional.empty();
  }

  private Optional<String> refusal() {
    try (Window window = open(ProcessHandle.current().pid())) {
      Instructions own = window.end();
      return hasKernel && own.kernel().isEmpty()
          ? Optional.of("perf counts no instructions of the kernel here")
          : Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public String title() {
    return hasKernel
        ? "perf stat: user and kernel, by the processor's counters"
        : "perf stat: user only, by the processor's counters";
  }

  @Override
  public List<String> prefix() {
    return List.of();
  }

  @Override
  public List<String> jvmOptions() {
    return List.of();
  }

  @Override
  public long warmupRequests() {
    return WARMUP_REQUESTS;
  }

  @Override
  public Window open(long pid) {
    PerfWindow window = new PerfWindow(pid, hasKernel);
    try {
      window.tell("enable");
      return window;
    } catch (RuntimeException e) {
      window.close();
      throw e;
    }
  }

  @Override
  public void close() {}

  private static final class PerfWindow implements Window {
    private final List<String> command;
    private final Path directory = Tool.directory();
    private final Path output = directory.resolve("output");
    private final Path log = directory.resolve("log");
    private final RandomAccessFile control;
    private final RandomAccessFile answer;
    private final Process perf;
    private boolean ended;

    PerfWindow(long pid, boolean hasKernel) {
      Path controlPipe = directory.resolve("control");
      Path answerPipe = directory.resolve("answer");
      command =
          List.of(
              "perf",
              "stat",
              // Not a comma: some locales write one into a number.
              "-x",
              ";",
              // The compilers' threads are to be told apart. A thread that is born in the window is
              // counted to the one that started it.
              "--per-thread",
              "-e",
              hasKernel ? "instructions:u,instructions:k" : "instructions:u",
              "-o",
              output.toString(),
              // Attach, but count from `enable` on, which is answered: nothing is lost or guessed.
              "-D",
              "-1",
              "--control",
              "fifo:" + controlPipe + "," + answerPipe,
              "-p",
              Long.toString(pid),
              // It counts for as long as this runs, which is until our end of its input closes: it
              // also ends if this JVM does.
              "--",
              "cat");
      RandomAccessFile controlFile = null;
      RandomAccessFile answerFile = null;
      try {
        Tool.Output pipes =
            Tool.run(
                Tool.ANSWER_LIMIT,
                List.of("mkfifo", controlPipe.toString(), answerPipe.toString()));
        if (pipes.exit() != 0) {
          throw new IOException(pipes.line());
        }
        // Both ways, or opening one would wait for perf, which may never come.
        controlFile = new RandomAccessFile(controlPipe.toFile(), "rw");
        answerFile = new RandomAccessFile(answerPipe.toFile(), "rw");
        control = controlFile;
        answer = answerFile;
        perf = Tool.builder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      } catch (IOException e) {
        closeFiles(controlFile, answerFile);
        Tool.delete(directory);
        throw new IllegalStateException("perf: cannot be started: " + e.getMessage(), e);
      }
    }

    /** Tells perf something and waits until it is so. */
    void tell(String word) {
      try {
        control.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
        // Asked for how much is there, since a read would wait for ever for a perf that has ended.
        FileInputStream answers = new FileInputStream(answer.getFD());
        boolean hasAnswered =
            Tool.await(Tool.ANSWER_LIMIT, () -> available(answers) > 0 || !perf.isAlive());
        if (!hasAnswered || available(answers) == 0) {
          throw new IllegalStateException("perf: " + reason(log));
        }
        // Nothing else than a plain read: the others seek, which a pipe can't.
        byte[] ack = new byte[available(answers)];
        if (answers.read(ack) != ack.length) {
          throw new IOException("it takes an answer back");
        }
      } catch (IOException e) {
        throw new IllegalStateException("perf: no way to talk to it: " + e.getMessage(), e);
      }
    }

    @Override
    public Instructions end() {
      if (ended) {
        throw new IllegalStateException("perf: the window has ended before");
      }
      try {
        tell("disable");
        perf.getOutputStream().close();
        Tool.await(perf, Tool.ANSWER_LIMIT, command);
        if (perf.exitValue() != 0) {
          throw new IllegalStateException("perf: " + reason(log));
        }
        return parse(Tool.read(output));
      } catch (IOException e) {
        throw new IllegalStateException("perf: cannot be stopped: " + e.getMessage(), e);
      } finally {
        close();
      }
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        // Its input ends first, and `cat` with it, which perf would leave behind.
        closeFiles(perf.getOutputStream(), control, answer);
        Tool.kill(perf);
        Tool.delete(directory);
      }
    }

    private static int available(FileInputStream input) {
      try {
        return input.available();
      } catch (IOException e) {
        throw new IllegalStateException("perf: cannot hear its answer: " + e.getMessage(), e);
      }
    }

    private static void closeFiles(AutoCloseable... files) {
      for (AutoCloseable file : files) {
        try {
          if (file != null) {
            file.close();
          }
        } catch (Exception e) {
          throw new IllegalStateException("perf: a pipe does not close: " + e.getMessage(), e);
        }
      }
    }

    /** Of many lines of advice, the first that says what is wrong. */
    private static String reason(Path log) {
      return Files.exists(log) ? refusal(Tool.read(log)) : "it said nothing";
    }
  }

  /** What perf says it refuses, as one line. */
  static String refusal(String log) {
    return log.lines()
        .map(String::trim)
        .filter(line -> !line.isEmpty() && !line.equals("Error:"))
        .filter(line -> !line.startsWith("Events disabled") && !line.startsWith("Events enabled"))
        .findFirst()
        .orElse("it gave no count and no reason");
  }

  /**
   * A line of {@code perf stat -x}: the thread if asked for, count, unit (none), event, how long it
   * counted, in percent of the time too, and what else is of no use here. The name of a thread may
   * have any character in it. Processors of two kinds of cores have two events of a name, {@code
   * cpu_core/instructions/u} and {@code cpu_atom/instructions/u}, of which the sum is wanted.
   */
  private static final Pattern LINE =
      Pattern.compile(
          "(?:(?<name>.*)-(?<tid>\\d+)(?<separator>[;,]))?"
              + "(?<count><not supported>|<not counted>|\\d+)[;,][^;,]*[;,]"
              + "(?:[^;,/]*/)?instructions[:/](?<mode>[uk])[^;,]*[;,]"
              + "\\d+[;,](?<percent>\\d+[.,]\\d+)(?:[;,].*)?");

  /** The counts of one thread while its lines come. */
  private static final class Counts {
    final String name;
    final Map<String, Long> byMode = new LinkedHashMap<>();

    Counts(String name) {
      this.name = name;
    }
  }

  /**
   * Reads what {@code perf stat -x} printed.
   *
   * @throws IllegalStateException if there is no count of instructions in user mode
   */
  static Instructions parse(String text) {
    Map<Long, Counts> threads = new LinkedHashMap<>();
    boolean starved = false;
    double least = 100;
    String unsupported = null;
    for (String line : text.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (line.isBlank() || line.startsWith("#")) {
        continue; // when it was started
      }
      if (!matcher.matches()) {
        throw new IllegalStateException("perf: prints what is not understood: " + line);
      }
      String mode = matcher.group("mode");
      String count = matcher.group("count");
      double percent = Double.parseDouble(matcher.group("percent").replace(',', '.'));
      if (count.equals("<not supported>")) {
        unsupported = mode.equals("u") || unsupported == null ? mode : unsupported;
        continue;
      }
      String tid = matcher.group("tid");
      Counts counts =
          threads.computeIfAbsent(
              tid == null ? 0 : Long.parseLong(tid),
              t -> new Counts(tid == null ? "" : matcher.group("name")));
      if (count.equals("<not counted>")) {
        // Either the thread did not run, and 100 % of nothing were counted; or it did, and others
        // had the counters all the time.
        starved |= percent < COUNTED_ALL_PERCENT;
        counts.byMode.merge(mode, 0L, Long::sum);
      } else {
        least = Math.min(least, percent);
        counts.byMode.merge(mode, Long.parseLong(count), Long::sum);
      }
    }
    List<ThreadInstructions> result = new ArrayList<>();
    threads.forEach(
        (tid, counts) -> {
          Long user = counts.byMode.get("u");
          if (user != null) {
            Long kernel = counts.byMode.get("k");
            result.add(
                new ThreadInstructions(
                    tid,
                    counts.name,
                    user,
                    kernel == null ? OptionalLong.empty() : OptionalLong.of(kernel)));
          }
        });
    if (result.isEmpty()) {
      throw new IllegalStateException(
          unsupported == null
              ? "perf: printed no count"
              : "perf: this machine counts no instructions (<not supported>), as many virtual"
                  + " machines do not");
    }
    List<String> notes = new ArrayList<>();
    if (least < COUNTED_ALL_PERCENT) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Others used the counters too: instructions were counted for %.0f %% of the time and"
                  + " scaled up.",
              least));
    }
    if (starved) {
      notes.add("For some threads no counter was free, and their instructions are missing.");
    }
    if (result.stream().anyMatch(thread -> thread.kernel().isEmpty())) {
      notes.add("Instructions of the kernel are not counted.");
    }
    return new Instructions(result, notes);
  }
}
