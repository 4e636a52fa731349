package dev.millrace.bench.compare;

import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.probe.ProcessCost;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Several servers under one workload, round by round: what they cost by the clock. */
final class Contest {
  /** Connections come up and caches fill: some thousand requests at the least. */
  private static final Duration LEAD_IN = Duration.ofMillis(200);

  /** Long enough that the 0.5 % the compiler may use of it is more than one tick of the kernel. */
  private static final Duration WARMUP_PIECE = Duration.ofSeconds(1);

  /** A compiler may rest for a moment between two methods. */
  private static final int QUIET_PIECES = 2;

  private final Lineup lineup;
  private final Settings settings;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();

  /**
   * A contest.
   *
   * @param progress is told in a line what happens
   */
  Contest(Lineup lineup, Settings settings, Consumer<String> progress) {
    this.lineup = lineup;
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Warms all servers up and measures them.
   *
   * @return the rounds of each, all of the same number: those of one number are to be compared
   * @throws IOException if a server fails, or answers a wrong byte
   */
  Map<Peer, List<Round>> run() throws IOException, InterruptedException {
    Map<Peer, List<Round>> rounds = new EnumMap<>(Peer.class);
    for (Peer peer : lineup.peers()) {
      rounds.put(peer, new ArrayList<>());
      warmUp(peer);
    }
    for (int i = 1; i <= settings.rounds(); i++) {
      progress.accept("round %d of %d".formatted(i, settings.rounds()));
      for (Peer peer : lineup.shuffled()) {
        rounds.get(peer).add(round(peer));
      }
    }
    return rounds;
  }

  /** What has to be said about the figures, in sentences. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  private void warmUp(Peer peer) throws IOException, InterruptedException {
    int quiet = 0;
    int pieces = 0;
    long most = Math.max(1, settings.warmup().dividedBy(WARMUP_PIECE));
    while (quiet < QUIET_PIECES && pieces < most) {
      CostWindow window = new CostWindow(lineup.probe(peer));
      lineup.load(peer, Duration.ZERO, WARMUP_PIECE, window);
      quiet = window.cost().isQuiet() ? quiet + 1 : 0;
      pieces++;
    }
    long seconds = pieces * WARMUP_PIECE.toSeconds();
    boolean isQuiet = quiet == QUIET_PIECES;
    progress.accept(
        "%s is warm after %d s%s"
            .formatted(peer.title(), seconds, isQuiet ? "" : ", its compiler still at work"));
    if (!isQuiet) {
      notes.add(
          "%s: its compiler had not come to rest after %d s of warm-up."
              .formatted(peer.title(), seconds));
    }
  }

  private Round round(Peer peer) throws IOException, InterruptedException {
    CostWindow window = new CostWindow(lineup.probe(peer));
    LoadResult result = lineup.load(peer, LEAD_IN, settings.measure(), window);
    ProcessCost cost = window.cost();
    Optional<String> disturbance = window.disturbance();
    disturbance.ifPresent(reason -> progress.accept(peer.title() + ": " + reason));
    long ticks = cost.userNanos() + cost.systemNanos();
    return new Round(
        result.requests(),
        cost.elapsedNanos(),
        cost.cpuNanos() - cost.jitNanos(),
        (double) cost.systemNanos() / Math.max(1, ticks),
        cost.voluntarySwitches(),
        result.latency().getValueAtPercentile(50),
        result.latency().getValueAtPercentile(99),
        result.busy(),
        disturbance.isPresent());
  }
}
