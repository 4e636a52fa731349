package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.Connector;
import dev.millrace.EndedBy;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.TextsInEnglish;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One run of a situation: a server whose connections keep diaries, peers, and a network that is
 * drawn. {@link #play} runs it once a seed, in both modes.
 */
final class Stage {
  /** The pattern of what the server writes. */
  static final long TO_PEER = 1;

  /** The pattern of what peers send. */
  static final long TO_SERVER = 2;

  /** A run that is not told otherwise goes on for so long after its peers have done their part. */
  private static final Duration ENOUGH = Duration.ofSeconds(200);

  private static final Duration LONG = Duration.ofMinutes(5);

  /** For who closes and must deliver: in a slow network the usual five seconds are a cut. */
  static final Timeouts PATIENT = Timeouts.defaults().withDrain(LONG).withLinger(LONG);

  /** A plan may call a key ready again and again; the world itself sees a loop that spins. */
  private static final LoopOptions OPTIONS =
      LoopOptions.defaults()
          .withName("sim")
          .withSpinLimit(1 << 30)
          .withFailureTexts(TextsInEnglish.LEARNED);

  final Trial trial;
  final Dice dice;

  /** In the order of their making, those of the server and those that connected themselves. */
  final List<Diary> diaries = new ArrayList<>();

  private final Map<SocketAddress, Diary> byPeer = new HashMap<>();

  private boolean hasEnd;
  private boolean isLate;

  private Stage(Trial trial) {
    this.trial = trial;
    this.dice = trial.dice();
  }

  // ---- running

  /**
   * Runs with the seeds from 1 on, or with the one of {@code -Dmillrace.seed}, with and without an
   * end of the faults.
   *
   * @return true if all of them ran, so that what they saw together can be asked
   */
  static boolean play(int seeds, Consumer<Stage> situation) {
    return play(seeds, dice -> smallBuffers(OPTIONS, dice), situation);
  }

  static boolean play(int seeds, Function<Dice, LoopOptions> options, Consumer<Stage> situation) {
    String one = System.getProperty("millrace.seed");
    for (TrialMode mode : TrialMode.values()) {
      Trials trials =
          Trials.of(trial -> new Stage(trial).set(situation))
              .loopOptions(options)
              .mode(mode)
              .replayHint("-Dmillrace.seed=%d, " + mode);
      if (one != null) {
        trials.run(Long.parseLong(one));
      } else {
        trials.seeds(1, seeds);
      }
    }
    return one == null;
  }

  private void set(Consumer<Stage> situation) {
    situation.accept(this);
    if (!hasEnd) {
      lasts(ENOUGH);
    }
  }

  /** Sizes at which buffers change hands often; the usual ones among them. */
  static LoopOptions smallBuffers(LoopOptions options, Dice dice) {
    int[] sizes = {1 << 10, 1 << 10, 4 << 10, 64 << 10};
    return options
        .withReadBufferBytes(sizes[dice.below(4)])
        .withStagingBytes(sizes[dice.below(4)])
        .withChunkBytes(Math.max(4 << 10, Math.min(16 << 10, sizes[dice.below(4)])));
  }

  static LoopOptions options() {
    return OPTIONS;
  }

  /** What was seen in any of the runs, so that a test can say that each case was met. */
  static final class Seen {
    private final Set<String> cases = new TreeSet<>();

    void add(String what) {
      cases.add(what);
    }

    /** All of these were met, and nothing else. */
    void exactly(boolean allRan, String... expected) {
      if (allRan) {
        assertEquals(new TreeSet<>(List.of(expected)), cases, "the cases that were met");
      }
    }

    /** At least so many different cases were met. */
    void atLeast(boolean allRan, int count) {
      assertTrue(!allRan || cases.size() >= count, () -> "only these cases were met: " + cases);
    }
  }

  // ---- the network

  /**
   * Latencies, pieces and false alarms as every network has them; nothing that ends a connection.
   * The queues of both kernels are small.
   *
   * @return how many bytes it makes sense to send through them
   */
  long network() {
    trial.faults(pieces());
    return queues();
  }

  /** The faults of {@link #network}, for those who want more. */
  FaultPlan pieces() {
    FaultPlan plan = FaultPlan.none();
    for (FaultKind kind :
        List.of(
            FaultKind.SHORT_READ,
            FaultKind.SHORT_WRITE,
            FaultKind.SPURIOUS_READY,
            FaultKind.NULL_ACCEPT)) {
      if (dice.below(2) == 0) {
        plan = plan.with(kind, dice.skewed(1, 500_000) / 1e6);
      }
    }
    if (dice.below(2) == 0) {
      plan = plan.with(FaultKind.LATENCY, 1, 0, dice.skewed(1_000, 50_000_000));
    }
    return plan;
  }

  /** Draws the sizes of the kernels' queues; a few dozen of the smallest make a long run. */
  long queues() {
    int[] sizes = new int[4];
    long smallest = Long.MAX_VALUE;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (int) dice.skewed(100, 16_384);
      smallest = Math.min(smallest, sizes[i]);
    }
    trial.serverHost().buffers(sizes[0], sizes[1]);
    trial.clientHost().buffers(sizes[2], sizes[3]);
    return 40 * smallest;
  }

  // ---- who is there

  Server serve(Consumer<Diary> script) {
    return serve(script, builder -> {});
  }

  Server serve(Consumer<Diary> script, Limits limits) {
    trial.limits(limits);
    return serve(script);
  }

  Server serve(Consumer<Diary> script, Consumer<Server.Builder> settings) {
    trial.server(
        () -> {
          Diary diary = diary();
          if (!isLate) {
            script.accept(diary);
          }
          return diary;
        },
        settings);
    return trial.server();
  }

  /** Takes what comes and answers nothing. */
  Server echoless() {
    return serve(d -> {});
  }

  /** Serves an echo. */
  Server echo() {
    return serve(d -> d.onData = (x, data) -> echo(x, data));
  }

  static void echo(Diary d, ByteBuffer data) {
    d.taken += data.remaining();
    d.connection.write(data);
  }

  private Diary diary() {
    Diary diary = new Diary(this);
    diaries.add(diary);
    return diary;
  }

  /** Connects to a port of the clients' machine, some time later, as a task of the loop. */
  Diary connect(Duration after, InetSocketAddress to, Duration deadline, Consumer<Diary> then) {
    Diary diary = diary();
    trial.later(
        after,
        () -> {
          diary.connection = Connector.connect(trial.loop(), to, deadline, trial.watched(diary));
          then.accept(diary);
        });
    return diary;
  }

  SimPeer peer(Consumer<SimPeer> script) {
    return peer(Duration.ZERO, script);
  }

  SimPeer peer(Duration after, Consumer<SimPeer> script) {
    return trial.peer(after, p -> script.accept(checked(p)));
  }

  /** What it is sent has to be the pattern of what the server writes. */
  SimPeer checked(SimPeer peer) {
    return checked(peer, TO_PEER);
  }

  SimPeer checked(SimPeer peer, long key) {
    long[] position = {0};
    return peer.onReceived(
        bytes -> {
          int wrong = BytePattern.mismatch(bytes, key, position[0]);
          if (wrong >= 0) {
            trial.violated("the peer got a wrong byte at " + (position[0] + wrong) + ": " + peer);
          }
          position[0] += bytes.remaining();
        });
  }

  /** Keeps the run going for so long: a peer comes late, to an empty diary, and goes. */
  void lasts(Duration time) {
    hasEnd = true;
    trial.peer(
        time,
        p -> {
          isLate = true;
          p.close();
        });
  }

  void opened(Connection c, Diary diary) {
    byPeer.put(c.remoteAddress(), diary);
  }

  // ---- drawing

  long now() {
    return trial.world().nowNanos();
  }

  /** A time up to so many milliseconds; short ones more often. */
  Duration soon(long mostMillis) {
    return Duration.ofNanos(dice.skewed(0, mostMillis * 1_000_000));
  }

  /** Such marks that output waits, and reading with it, as soon as the kernel is full. */
  static Limits lowMarks(int high) {
    return Limits.defaults()
        .withLowWaterBytes(0)
        .withHighWaterBytes(high)
        .withHardLimitBytes(high + (64 << 10));
  }

  /** 1 to so many; small ones more often. */
  long amount(long most) {
    return dice.skewed(1, Math.max(1, most));
  }

  boolean flip() {
    return dice.below(2) == 0;
  }

  // ---- asking

  /** The diary of the connection with that peer; there has to be one. */
  Diary of(SimPeer peer) {
    Diary diary = byPeer.get(peer.localAddress());
    assertTrue(diary != null, () -> "nobody was told of " + peer);
    return diary;
  }

  boolean isKnown(SimPeer peer) {
    return byPeer.containsKey(peer.localAddress());
  }

  /** It has ended like this, and its bytes add up. */
  static void assertEnd(EndedBy by, FailureKind kind, Diary diary) {
    CloseRecord r = diary.record;
    assertTrue(r != null, () -> "no record: " + diary);
    assertEquals(List.of(by, kind), List.of(r.endedBy(), r.kind()), diary::toString);
    assertTrue(diary.addsUp(), () -> "accepted " + diary.accepted + ": " + diary);
  }

  static void assertEvents(Diary diary, String... events) {
    assertEquals(List.of(events), diary.events, diary::toString);
  }

  /** The peer got so much, and then a clean end. */
  static void assertGotAll(long bytes, SimPeer peer) {
    assertEquals(bytes, peer.receivedBytes(), peer::toString);
    assertEquals(SimPeer.End.END_OF_INPUT, peer.end(), peer::toString);
  }

  /** Not earlier than promised, and at most two ticks of the wheel later. */
  static void assertOnTime(Duration promised, long nanos, Diary diary) {
    long late = nanos - promised.toNanos();
    assertTrue(late >= 0 && late <= 3_000_000, () -> late + " ns after " + promised + ": " + diary);
  }
}
