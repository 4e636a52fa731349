package dev.millrace.examples.lab;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;

/**
 * What must be so in every locale, on every JDK and every Linux; what may differ, such as texts and
 * durations, is not in here. Immutable.
 */
final class Expectation {
  /** One demand: how it reads, and what a timeline shows instead, or null. */
  private record Demand(String line, BiFunction<Timeline, LabContext, String> difference) {}

  private final List<Demand> demands;

  private Expectation(List<Demand> demands) {
    this.demands = demands;
  }

  static Expectation nothing() {
    return new Expectation(List.of());
  }

  /**
   * Adds a demand.
   *
   * @param line what must be so
   * @param instead what is there instead, or null if it is so
   */
  Expectation must(String line, BiFunction<Timeline, LabContext, String> instead) {
    List<Demand> more = new ArrayList<>(demands);
    more.add(new Demand(line, instead));
    return new Expectation(List.copyOf(more));
  }

  private Expectation equal(String what, Object expected, BiFunction<Timeline, LabContext, ?> of) {
    return must(
        what + " " + expected,
        (timeline, context) -> {
          Object found = of.apply(timeline, context);
          return expected.equals(found) ? null : String.valueOf(found);
        });
  }

  /** What bare NIO gives, call by call: {@code "read -1"}, {@code "write IOException"}. */
  Expectation nio(String... calls) {
    return equal("bare NIO:", List.of(calls), (timeline, context) -> timeline.calls());
  }

  /** The callbacks of the connection, in this order. */
  Expectation callbacks(String... names) {
    return equal("callbacks", List.of(names), (timeline, context) -> timeline.callbacks());
  }

  /** Kind and certainty of the record. */
  Expectation kind(FailureKind kind, Certainty certainty) {
    return equal(
        "kind",
        kind.symbol() + " " + certainty,
        (timeline, context) -> timeline.record() == null ? "no record" : named(timeline.record()));
  }

  /**
   * A kind that only a text names: so it is known by text where this JVM's texts could be learned,
   * and honestly unknown where not (a locale that makes question marks of them).
   */
  Expectation kindByText(FailureKind kind) {
    return must(
        "kind " + kind.symbol() + " " + Certainty.BY_TEXT + ", or UNKNOWN where texts tell nothing",
        (timeline, context) -> {
          if (timeline.record() == null) {
            return "no record";
          }
          String found = named(timeline.record());
          String expected =
              context.texts().isLearned(kind)
                  ? kind.symbol() + " " + Certainty.BY_TEXT
                  : FailureKind.UNKNOWN.symbol() + " " + Certainty.UNKNOWN;
          return found.equals(expected) ? null : found;
        });
  }

  /**
   * The end by a write that failed: the peer's doing where the text tells the kind, and a fault of
   * whomever where not.
   */
  Expectation endedByWrite(FailureKind kind, ConnectionState state) {
    return must(
        "ended by PEER in " + state + " during WRITE, or by FAULT where texts tell nothing",
        (timeline, context) -> {
          EndedBy by = context.texts().isLearned(kind) ? EndedBy.PEER : EndedBy.FAULT;
          String expected = by + " in " + state + " during " + Operation.WRITE;
          String found = end(timeline.record());
          return found.equals(expected) ? null : found;
        });
  }

  private static String end(CloseRecord r) {
    return r == null ? "no record" : r.endedBy() + " in " + r.state() + " during " + r.operation();
  }

  private static String named(CloseRecord record) {
    return record.kind().symbol() + " " + record.certainty();
  }

  /** Who ended the connection, in which state, during what. */
  Expectation ended(EndedBy by, ConnectionState state, Operation operation) {
    return equal(
        "ended by",
        by + " in " + state + " during " + operation,
        (timeline, context) -> end(timeline.record()));
  }

  /** The exact class of the record's exception; null for none. */
  Expectation cause(Class<? extends Throwable> type) {
    return equal(
        "cause",
        type == null ? "none" : type.getName(),
        (timeline, context) -> {
          CloseRecord r = timeline.record();
          return r == null || r.cause() == null ? "none" : r.cause().getClass().getName();
        });
  }

  /** The record's bytes: received, handed to the kernel, never handed over. */
  Expectation bytes(long received, long handed, long unsent) {
    return equal(
        "bytes",
        "in " + received + ", out " + handed + ", unsent " + unsent,
        (timeline, context) -> {
          CloseRecord r = timeline.record();
          return r == null
              ? "no record"
              : "in "
                  + r.bytesReceived()
                  + ", out "
                  + r.bytesHandedToKernel()
                  + ", unsent "
                  + r.bytesUnsent();
        });
  }

  /** How many accepted bytes the kernel never took. */
  Expectation unsent(long atLeast, long atMost) {
    return within("unsent", atLeast, atMost, CloseRecord::bytesUnsent);
  }

  /** How many bytes were received, and not consumed by the handler. */
  Expectation unconsumed(long expected) {
    return within("unconsumed", expected, expected, CloseRecord::bytesUnconsumed);
  }

  private Expectation within(
      String what, long atLeast, long atMost, ToLongFunction<CloseRecord> of) {
    return must(
        what + " " + range(atLeast, atMost),
        (timeline, context) -> {
          if (timeline.record() == null) {
            return "no record";
          }
          long found = of.applyAsLong(timeline.record());
          return found >= atLeast && found <= atMost ? null : Long.toString(found);
        });
  }

  private static String range(long atLeast, long atMost) {
    return atLeast == atMost
        ? "exactly " + atLeast
        : atMost == Long.MAX_VALUE ? "at least " + atLeast : atLeast + " to " + atMost;
  }

  /** What an operation threw in one lane, and what the classifier calls it. */
  Expectation saw(
      Lane lane,
      Operation operation,
      Class<? extends Throwable> type,
      FailureKind kind,
      Certainty certainty) {
    return must(
        row(lane, operation, type) + kind.symbol() + " " + certainty,
        (timeline, context) -> otherRow(timeline, lane, operation, type, kind, certainty));
  }

  /** The same for a kind that only a text names. */
  Expectation sawByText(
      Lane lane, Operation operation, Class<? extends Throwable> type, FailureKind kind) {
    return sawByText(lane, operation, type, kind, kind);
  }

  /** The same for one that is named because its text is not another kind's learned one. */
  Expectation sawByText(
      Lane lane,
      Operation operation,
      Class<? extends Throwable> type,
      FailureKind kind,
      FailureKind learned) {
    return must(
        row(lane, operation, type)
            + kind.symbol()
            + " "
            + Certainty.BY_TEXT
            + ", or UNKNOWN where texts tell nothing",
        (timeline, context) ->
            context.texts().isLearned(learned)
                ? otherRow(timeline, lane, operation, type, kind, Certainty.BY_TEXT)
                : otherRow(
                    timeline, lane, operation, type, FailureKind.UNKNOWN, Certainty.UNKNOWN));
  }

  private static String row(Lane lane, Operation operation, Class<? extends Throwable> type) {
    return lane + ": " + Scene.nameOf(operation) + " throws " + type.getName() + ", which is ";
  }

  private static String otherRow(
      Timeline timeline,
      Lane lane,
      Operation operation,
      Class<? extends Throwable> type,
      FailureKind kind,
      Certainty certainty) {
    String name = Scene.nameOf(operation);
    String others = "";
    for (Seen each : timeline.seen()) {
      if (each.lane() == lane && each.operation().equals(name)) {
        if (each.result().equals(type.getName())
            && each.kind().equals(kind.symbol())
            && each.certainty().equals(certainty.name())) {
          return null;
        }
        others += each.result() + " " + each.kind() + " " + each.certainty() + "; ";
      }
    }
    return others.isEmpty() ? "no " + name : others;
  }

  /** A number that was measured, within bounds. */
  Expectation measure(String name, long atLeast, long atMost) {
    return must(
        name + ": " + range(atLeast, atMost),
        (timeline, context) -> {
          OptionalLong found = timeline.measured(name);
          if (found.isEmpty()) {
            return "not measured";
          }
          long value = found.getAsLong();
          return value >= atLeast && value <= atMost ? null : Long.toString(value);
        });
  }

  /** A step that is in the timeline, as {@link Step#toString()} has it. */
  Expectation step(String step) {
    return must(
        "a step '" + step + "'",
        (timeline, context) ->
            timeline.steps().stream().anyMatch(s -> s.toString().equals(step)) ? null : "none");
  }

  /** How the demands read. */
  List<String> lines() {
    return demands.stream().map(Demand::line).toList();
  }

  /** What is not so, each in one line. */
  List<String> differences(Timeline timeline, LabContext context) {
    List<String> found = new ArrayList<>();
    for (Demand each : demands) {
      String instead = each.difference().apply(timeline, context);
      if (instead != null) {
        found.add("expected " + each.line() + "; found " + instead);
      }
    }
    return found;
  }
}
