package dev.millrace.bench.compare;

import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.probe.InstructionCounter;
import dev.millrace.bench.probe.Instructions;
import dev.millrace.bench.probe.SyscallCounter;
import dev.millrace.bench.probe.Syscalls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a request costs in instructions and in system calls: counts, which a noisy machine does not
 * move. They are taken in windows of their own, in which the connections are up and silent at both
 * edges, so that exactly the requests between are counted; a tool that counts slows the server down
 * too much for any other figure.
 */
final class Counts {
  /** Servers under a simulated processor are warmed up in pieces of this length. */
  private static final Duration WARMUP_PIECE = Duration.ofSeconds(5);

  /** Where a simulated processor does a thousand requests a second, a window has to have some. */
  private static final Duration SHORTEST_SIMULATED = Duration.ofSeconds(3);

  /**
   * The first window of a server that was warmed up uncounted: all its code is translated anew
   * then, which takes seconds.
   */
  private static final Duration FIRST_SIMULATED = Duration.ofSeconds(15);

  private final Lineup lineup;
  private final Settings settings;
  private final Consumer<String> progress;
  private final Set<String> notes = new LinkedHashSet<>();

  /** Whose compilers were at work in a window that counts. */
  private final Set<Peer> compiling = EnumSet.noneOf(Peer.class);

  Counts(Lineup lineup, Settings settings, Consumer<String> progress) {
    this.lineup = lineup;
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * The instructions of a window.
   *
   * @param user per request in user mode, the compiler's left out
   * @param kernel per request in the kernel; NaN where nobody counts them
   */
  record InstructionRate(double user, double kernel) {}

  /**
   * Counts instructions, window by window, each server once in each.
   *
   * @param counter with whose prefix the servers were started
   * @param isWarm whether they have served under load for long enough already
   */
  Map<Peer, List<InstructionRate>> instructions(InstructionCounter counter, boolean isWarm)
      throws IOException, InterruptedException {
    Map<Peer, List<InstructionRate>> rates = new EnumMap<>(Peer.class);
    for (Peer peer : lineup.peers()) {
      rates.put(peer, new ArrayList<>());
      if (!isWarm) {
        // What is no JVM is as it stays from the first request on.
        if (peer.isJava()) {
          warmUp(peer, counter.warmupRequests());
        }
        // In the first one, what counts gets to know the code, and the compiler what counts.
        Set<String> before = Set.copyOf(notes);
        instructions(peer, counter, FIRST_SIMULATED);
        notes.retainAll(before);
        compiling.remove(peer);
      }
    }
    Duration window = longer(settings.measure(), SHORTEST_SIMULATED);
    for (int i = 1; i <= settings.rounds(); i++) {
      progress.accept("instructions, window %d of %d".formatted(i, settings.rounds()));
      for (Peer peer : lineup.shuffled()) {
        rates.get(peer).add(instructions(peer, counter, isWarm ? settings.measure() : window));
      }
    }
    return rates;
  }

  private void warmUp(Peer peer, long requests) throws IOException, InterruptedException {
    long done = 0;
    // Simulated, the time that is enough by the clock is a tenth of enough.
    long until = System.nanoTime() + 10 * settings.warmup().toNanos();
    while (done < requests && System.nanoTime() - until < 0) {
      done += lineup.load(peer, Duration.ZERO, WARMUP_PIECE, new LoadListener() {}).requests();
    }
    progress.accept("%s is warm after %,d requests".formatted(peer.title(), done));
    if (done < requests) {
      notes.add(
          "%s: warmed up with %,d requests where %,d were meant."
              .formatted(peer.title(), done, requests));
    }
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private InstructionRate instructions(Peer peer, InstructionCounter counter, Duration measure)
      throws IOException, InterruptedException {
    try (InstructionWindow window = new InstructionWindow(counter, lineup.pid(peer))) {
      lineup.load(peer, Duration.ZERO, measure, window);
      Instructions spent = window.spent;
      notes.addAll(spent.notes());
      if (!spent.isQuiet()) {
        progress.accept(
            "%s: %.1f %% of the instructions were the compiler's, which are left out"
                .formatted(peer.title(), 100.0 * spent.jit() / spent.user()));
        compiling.add(peer);
      }
      double kernel =
          spent.kernel().isPresent()
              ? (double) spent.kernel().getAsLong() / window.requests
              : Double.NaN;
      return new InstructionRate((double) spent.userWithoutJit() / window.requests, kernel);
    }
  }

  /**
   * System calls of a window.
   *
   * @param calls by name
   * @param requests answered in it
   */
  record SyscallRate(Syscalls calls, long requests) {
    double perRequest() {
      return (double) calls.total() / requests;
    }

    double perRequest(String name) {
      return (double) calls.calls(name) / requests;
    }
  }

  /** Counts the system calls of each server, once: they vary by nothing but how often it waits. */
  Map<Peer, SyscallRate> systemCalls() throws IOException, InterruptedException {
    Map<Peer, SyscallRate> rates = new EnumMap<>(Peer.class);
    for (Peer peer : lineup.peers()) {
      try (SyscallWindow window = new SyscallWindow(lineup.pid(peer))) {
        lineup.load(peer, Duration.ZERO, settings.measure(), window);
        rates.put(peer, new SyscallRate(window.calls, window.requests));
      }
    }
    return rates;
  }

  /** What has to be said about the figures, in sentences. */
  List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    if (!compiling.isEmpty()) {
      String names = compiling.stream().map(Peer::title).collect(Collectors.joining(", "));
      all.add(
          "Compilers were at work while instructions were counted (%s): their own are left out,"
                  .formatted(names)
              + " those of code not yet compiled are not.");
    }
    return all;
  }

  private static final class InstructionWindow implements LoadListener, AutoCloseable {
    private final InstructionCounter counter;
    private final long pid;
    private InstructionCounter.Window window;
    private Instructions spent;
    private long requests;

    InstructionWindow(InstructionCounter counter, long pid) {
      this.counter = counter;
      this.pid = pid;
    }

    @Override
    public void measuringBegins() {
      window = counter.open(pid);
    }

    @Override
    public void drained(long answered) {
      spent = window.end();
      requests = answered;
    }

    @Override
    public void close() {
      if (window != null) {
        window.close();
      }
    }
  }

  private static final class SyscallWindow implements LoadListener, AutoCloseable {
    private final long pid;
    private SyscallCounter.Window window;
    private Syscalls calls;
    private long requests;

    SyscallWindow(long pid) {
      this.pid = pid;
    }

    @Override
    public void measuringBegins() {
      window = SyscallCounter.open(pid);
    }

    @Override
    public void drained(long answered) {
      calls = window.end();
      requests = answered;
    }

    @Override
    public void close() {
      if (window != null) {
        window.close();
      }
    }
  }
}
