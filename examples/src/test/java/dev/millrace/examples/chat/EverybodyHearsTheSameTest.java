package dev.millrace.examples.chat;

import dev.millrace.Timeouts;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.guard.LogGuard;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Many members in a network that fails, by seed: all hear the same, in the same order. */
@Timeout(120)
class EverybodyHearsTheSameTest {
  private static final int RUNS = Integer.getInteger("millrace.runs", 600);

  private record Guest(String name, SimPeer peer, Transcript heard, boolean stays) {}

  private static final FaultKind[] DELAYS = {
    FaultKind.SHORT_READ,
    FaultKind.SHORT_WRITE,
    FaultKind.SPURIOUS_READY,
    FaultKind.NULL_ACCEPT,
    FaultKind.LATENCY,
    FaultKind.TASK_STALL
  };

  private static final FaultKind[] ENDS = {
    FaultKind.READ_ERROR,
    FaultKind.WRITE_ERROR,
    FaultKind.RESET_AT,
    FaultKind.STALL_AT,
    FaultKind.HALF_CLOSE_AT,
    FaultKind.SLOW_DRAIN,
    FaultKind.PARTITION,
    FaultKind.HANDLER_THROWS
  };

  private static FaultPlan and(FaultPlan plan, Dice dice, int most, FaultKind... kinds) {
    for (FaultKind kind : kinds) {
      if (dice.below(2) == 0) {
        plan = plan.with(kind, dice.skewed(1, most) / 1e6);
      }
    }
    return plan;
  }

  private static Duration within(Dice dice, int seconds) {
    return Duration.ofNanos(dice.skewed(0, seconds * 1_000_000_000L));
  }

  private static void open(Trial trial) {
    Dice dice = trial.dice();
    ChatSettings settings =
        ChatSettings.defaults()
            .withMaxLineBytes(2048)
            .withBacklogBytes((int) dice.between(128 << 10, 200_000))
            .withPaceBytes(dice.below(3) == 0 ? 0 : (int) dice.skewed(1_000, 100_000));
    trial.limits(settings.limits());
    trial.timeouts(Timeouts.defaults().withReadIdle(Duration.ZERO));
    trial.server(
        new ChatRoom(settings), builder -> builder.socketSettings(settings.socketSettings()));
  }

  /** Comes, talks, and goes in one way or another; or stays, and goes last. */
  private static Guest guest(Trial trial, int number, boolean maySlow) {
    Dice dice = trial.dice();
    Transcript heard = new Transcript();
    boolean stays = dice.below(3) == 0;
    boolean slow = maySlow && dice.below(4) == 0;
    SimPeer peer =
        trial.peer(
            within(dice, 5),
            p -> {
              p.onReceived(heard::hear);
              if (slow) {
                p.stopReading();
              }
              p.send("g" + number + "\n");
              int lines = (int) dice.skewed(0, 40);
              for (int n = 0; n < lines; n++) {
                p.pause(within(dice, 1));
                p.send("x".repeat((int) dice.skewed(1, 2000)) + " " + n + "\n");
              }
              if (slow && dice.below(2) == 0) {
                p.pause(within(dice, 10)).resumeReading();
              }
              if (stays) {
                p.pause(Duration.ofSeconds(100)).send("/quit\n").awaitEnd();
                return;
              }
              switch (dice.below(4)) {
                case 0 -> p.send("/quit\n").awaitEnd();
                case 1 -> p.shutdownOutput();
                case 2 -> p.close();
                default -> p.reset();
              }
            });
    return new Guest("g" + number, peer, heard, stays);
  }

  private static void checkOrder(Trial trial, List<Guest> guests) {
    for (int i = 0; i < guests.size(); i++) {
      Guest a = guests.get(i);
      for (Guest b : guests.subList(i + 1, guests.size())) {
        String difference = Transcript.difference(a.name(), a.heard(), b.name(), b.heard());
        if (difference != null) {
          trial.violated(difference);
        }
      }
    }
  }

  private static void failing(Trial trial) {
    Dice dice = trial.dice();
    trial.faults(and(and(FaultPlan.none(), dice, 500_000, DELAYS), dice, 50_000, ENDS));
    trial.timeLimit(Duration.ofMinutes(5));
    open(trial);
    List<Guest> guests = new ArrayList<>();
    int count = 2 + dice.below(10);
    for (int i = 0; i < count; i++) {
      guests.add(guest(trial, i, true));
    }
    trial.check(() -> checkOrder(trial, guests));
  }

  /** The network is slow until it heals; all read, so nobody may be cut or miss a word. */
  private static void slowAtFirst(Trial trial) {
    Dice dice = trial.dice();
    trial.faults(and(FaultPlan.none(), dice, 500_000, DELAYS));
    open(trial);
    List<Guest> guests = new ArrayList<>();
    int count = 2 + dice.below(10);
    for (int i = 0; i < count; i++) {
      guests.add(guest(trial, i, false));
    }
    // Everybody who stays says it when the network has healed, and those who stay hear it.
    trial.check(
        () -> {
          checkOrder(trial, guests);
          for (Guest a : guests) {
            if (!a.stays()) {
              continue;
            }
            if (a.peer().end() != SimPeer.End.END_OF_INPUT || !a.heard().has("* Bye.")) {
              trial.violated("did not stay to the end: " + a.peer() + " " + a.heard().lines());
            }
          }
        });
  }

  private static long first() {
    long seed = Long.getLong("millrace.seed", 1);
    System.out.println("seeds from -Dmillrace.seed=" + seed);
    return seed;
  }

  @Test
  void whateverFails() {
    LogGuard.allow(Level.ERROR, "handler threw");
    long first = first();
    Trials.of(EverybodyHearsTheSameTest::failing).seeds(first, first + RUNS - 1);
  }

  @Test
  void andNobodyIsLostWhereTheNetworkIsOnlySlow() {
    long first = first();
    Trials.of(EverybodyHearsTheSameTest::slowAtFirst)
        .mode(TrialMode.LIVENESS)
        .seeds(first, first + RUNS - 1);
  }
}
