package dev.millrace.examples.lab;

import dev.millrace.CloseRecord;
import dev.millrace.failure.FailureKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What one run of one experiment showed. Immutable; any thread.
 *
 * @param experiment what was run
 * @param outcome how it went
 * @param skipped what is missing, for {@code SKIPPED}; else empty
 * @param differences what was not as expected, each in one line; empty if nothing
 * @param steps what happened, in the order in which it did
 * @param seen what operations returned or threw, in that order
 * @param measures what was measured
 * @param callbacks the callbacks of the connection under study, in the order they came
 * @param record how Millrace says that the connection ended; null where none ended
 * @param tookNanos real time of the run
 */
public record Timeline(
    Experiment experiment,
    Outcome outcome,
    String skipped,
    List<String> differences,
    List<Step> steps,
    List<Seen> seen,
    List<Measure> measures,
    List<String> callbacks,
    CloseRecord record,
    long tookNanos) {

  /** Copies the lists. */
  public Timeline {
    differences = List.copyOf(differences);
    steps = List.copyOf(steps);
    seen = List.copyOf(seen);
    measures = List.copyOf(measures);
    callbacks = List.copyOf(callbacks);
  }

  /**
   * The kind that teaches most: the one that was met; or, where the connection did not end, ended
   * in good order, or ended in a way that the evidence does not name, the one the experiment is
   * about.
   */
  public FailureKind kind() {
    FailureKind met = record == null ? FailureKind.UNKNOWN : record.kind();
    return met == FailureKind.UNKNOWN || met == FailureKind.NONE ? experiment.kind() : met;
  }

  /** A number that was measured, by its name. */
  public OptionalLong measured(String name) {
    return measures.stream().filter(m -> m.name().equals(name)).mapToLong(Measure::value).findAny();
  }

  /** What bare NIO gave, call by call: {@code "read -1"}, {@code "write IOException"}. */
  public List<String> calls() {
    List<String> calls = new ArrayList<>();
    for (Seen each : seen) {
      if (each.lane() == Lane.NIO) {
        String result = each.result();
        calls.add(each.operation() + " " + result.substring(result.lastIndexOf('.') + 1));
      }
    }
    return calls;
  }

  /** What the JDK threw at last: the record's cause, or the last exception of bare NIO; or null. */
  public Seen thrown() {
    Seen last = null;
    for (Seen each : seen) {
      boolean threw = each.result().indexOf('.') > 0;
      if (threw && (last == null || each.lane() == Lane.MILLRACE || last.lane() == Lane.NIO)) {
        last = each;
      }
    }
    return last;
  }

  /** The timeline as one JSON object, with the English advice. */
  public String toJson() {
    return toJson(Advice.of(Locale.ENGLISH));
  }

  /**
   * The timeline as one JSON object: name, title, situation, operation, lesson, outcome, skipped,
   * differences, steps (atMicros, lane, actor, what, detail), seen, measures, thrown (class, text;
   * or null), record (or null), kind, advice (what, why, prevent), tookMicros.
   */
  public String toJson(Advice advice) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", experiment.name());
    json.put("title", experiment.title());
    json.put("situation", experiment.situation());
    json.put("operation", experiment.operation());
    json.put("lesson", experiment.lesson());
    json.put("outcome", outcome);
    json.put("skipped", skipped);
    json.put("differences", differences);
    List<Object> lines = new ArrayList<>();
    for (Step step : steps) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("atMicros", step.atNanos() / 1_000);
      line.put("lane", step.lane());
      line.put("actor", step.actor());
      line.put("what", step.what());
      line.put("detail", step.detail());
      lines.add(line);
    }
    json.put("steps", lines);
    List<Object> results = new ArrayList<>();
    for (Seen each : seen) {
      results.add(json(each));
    }
    json.put("seen", results);
    List<Object> numbers = new ArrayList<>();
    for (Measure each : measures) {
      Map<String, Object> number = new LinkedHashMap<>();
      number.put("name", each.name());
      number.put("value", each.value());
      number.put("unit", each.unit());
      numbers.add(number);
    }
    json.put("measures", numbers);
    Seen thrown = thrown();
    json.put("thrown", thrown == null ? null : json(thrown));
    json.put("record", record == null ? null : json(record));
    FailureKind kind = kind();
    json.put("kind", kind.symbol());
    Map<String, Object> texts = new LinkedHashMap<>();
    texts.put("what", advice.what(kind));
    texts.put("why", advice.why(kind));
    texts.put("prevent", advice.prevent(kind));
    json.put("advice", texts);
    json.put("tookMicros", tookNanos / 1_000);
    return Json.of(json);
  }

  private static Map<String, Object> json(Seen seen) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("lane", seen.lane());
    json.put("operation", seen.operation());
    json.put("result", seen.result());
    json.put("text", seen.text());
    json.put("kind", seen.kind());
    json.put("certainty", seen.certainty());
    return json;
  }

  private static Map<String, Object> json(CloseRecord record) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("endedBy", record.endedBy());
    json.put("kind", record.kind());
    json.put("certainty", record.certainty());
    json.put("stateBefore", record.state());
    json.put("stateAfter", "CLOSED");
    json.put("operation", record.operation());
    json.put("bytesReceived", record.bytesReceived());
    json.put("bytesHandedToKernel", record.bytesHandedToKernel());
    json.put("bytesUnsent", record.bytesUnsent());
    json.put("bytesUnconsumed", record.bytesUnconsumed());
    json.put("writesFailed", record.writesFailed());
    json.put("ageMicros", record.age().toNanos() / 1_000);
    return json;
  }
}
