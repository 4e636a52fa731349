package dev.millrace.bench.compare;

import dev.millrace.bench.compare.CompareCommand.How;
import dev.millrace.bench.probe.CallgrindCounter;
import dev.millrace.bench.probe.InstructionCounter;
import dev.millrace.bench.probe.PerfCounter;
import dev.millrace.bench.probe.SyscallCounter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be counted on this machine, of what was asked for. */
final class Counting implements AutoCloseable {
  private final InstructionCounter counter;
  private final boolean isSimulated;
  private final Optional<String> noSyscalls = SyscallCounter.unavailable();

  private Counting(InstructionCounter counter, boolean isSimulated) {
    this.counter = counter;
    this.isSimulated = isSimulated;
  }

  /**
   * Looks for what counts.
   *
   * @param isNeeded whether nothing else is measured
   * @param tables get a note for what does not work here
   * @throws IOException if what is needed, or was asked for by name, does not work; with the reason
   */
  static Counting of(How how, boolean isNeeded, ContestTables tables) throws IOException {
    List<String> whyNot = new ArrayList<>();
    Optional<? extends InstructionCounter> counter =
        switch (how) {
          case NONE -> Optional.empty();
          case AUTO, PERF -> PerfCounter.here(whyNot::add);
          case CALLGRIND -> CallgrindCounter.here(whyNot::add);
        };
    boolean isAskedFor = how == How.PERF || how == How.CALLGRIND;
    if (counter.isEmpty() && (isNeeded || isAskedFor)) {
      throw new IOException("instructions can't be counted: " + String.join("; ", whyNot));
    }
    Counting counting = new Counting(counter.orElse(null), how == How.CALLGRIND);
    counter.ifPresent(c -> tables.note("Instructions are counted by " + c.title() + "."));
    // One that counts may say why it does not count all.
    String lacking =
        counter.isPresent()
            ? "Instructions of the kernel were not counted: "
            : "Instructions were not counted: ";
    whyNot.forEach(reason -> tables.note(lacking + reason + "."));
    counting.noSyscalls.ifPresent(
        reason -> tables.note("System calls were not counted: " + reason + "."));
    return counting;
  }

  /** Whether servers need no other start than usual to be counted. */
  boolean isByProcessor() {
    return counter != null && !isSimulated;
  }

  /** Whether servers have to be started anew to be counted, and warmed up again. */
  boolean isSimulated() {
    return isSimulated;
  }

  boolean hasSyscalls() {
    return noSyscalls.isEmpty();
  }

  InstructionCounter counter() {
    return counter;
  }

  @Override
  public void close() {
    if (counter != null) {
      counter.close();
    }
  }
}
