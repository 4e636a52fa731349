package dev.millrace.examples.lab;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A timeline as lines of text, from one JVM to another. A line is a word that says what it is, and
 * fields, separated and escaped as in {@link Row}; the encoding is UTF-8 whatever the locale.
 */
final class Transcript {
  private Transcript() {}

  static void write(Timeline timeline, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(line("outcome", timeline.outcome(), timeline.skipped(), timeline.tookNanos()));
    for (String each : timeline.differences()) {
      lines.add(line("problem", each));
    }
    for (Step each : timeline.steps()) {
      lines.add(
          line("step", each.atNanos(), each.lane(), each.actor(), each.what(), each.detail()));
    }
    for (Seen each : timeline.seen()) {
      lines.add(
          line(
              "seen",
              each.lane(),
              each.operation(),
              each.result(),
              each.text(),
              each.kind(),
              each.certainty()));
    }
    for (Measure each : timeline.measures()) {
      lines.add(line("measure", each.name(), each.value(), each.unit()));
    }
    for (String each : timeline.callbacks()) {
      lines.add(line("callback", each));
    }
    if (timeline.record() != null) {
      lines.add(line(timeline.record()));
    }
    Files.write(file, lines, StandardCharsets.UTF_8);
  }

  private static String line(CloseRecord r) {
    InetSocketAddress remote = r.remoteAddress() instanceof InetSocketAddress inet ? inet : null;
    return line(
        "record",
        r.connectionId(),
        remote == null ? "" : remote.getAddress().getHostAddress(),
        remote == null ? 0 : remote.getPort(),
        r.endedBy(),
        r.kind(),
        r.certainty(),
        r.state(),
        r.operation(),
        r.bytesReceived(),
        r.bytesHandedToKernel(),
        r.bytesUnsent(),
        r.bytesUnconsumed(),
        r.writesFailed(),
        r.age().toNanos(),
        r.sinceProgress().toNanos(),
        r.reason() == null ? "" : r.reason(),
        r.cause() == null ? "" : r.cause().getClass().getName(),
        r.cause() == null ? "" : Scene.textOf(r.cause()));
  }

  private static String line(Object... fields) {
    List<String> texts = new ArrayList<>();
    for (Object each : fields) {
      texts.add(Row.escaped(String.valueOf(each)));
    }
    return String.join("\t", texts);
  }

  /**
   * Reads one.
   *
   * @param experiment whose it is
   * @throws IOException if the file is not there or holds something else
   */
  static Timeline read(Experiment experiment, Path file) throws IOException {
    Outcome outcome = null;
    String skipped = "";
    long tookNanos = 0;
    List<String> problems = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    List<Seen> seen = new ArrayList<>();
    List<Measure> measures = new ArrayList<>();
    List<String> callbacks = new ArrayList<>();
    CloseRecord record = null;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] f = line.split("\t", -1);
      for (int i = 0; i < f.length; i++) {
        f[i] = Row.plain(f[i]);
      }
      switch (f[0]) {
        case "outcome" -> {
          outcome = Outcome.valueOf(f[1]);
          skipped = f[2];
          tookNanos = Long.parseLong(f[3]);
        }
        case "problem" -> problems.add(f[1]);
        case "step" ->
            steps.add(
                new Step(
                    Long.parseLong(f[1]), Lane.valueOf(f[2]), Actor.valueOf(f[3]), f[4], f[5]));
        case "seen" -> seen.add(new Seen(Lane.valueOf(f[1]), f[2], f[3], f[4], f[5], f[6]));
        case "measure" -> measures.add(new Measure(f[1], Long.parseLong(f[2]), f[3]));
        case "callback" -> callbacks.add(f[1]);
        case "record" -> record = record(f);
        default -> throw new IOException("not a line of a timeline: " + line);
      }
    }
    if (outcome == null) {
      throw new IOException("the child JVM left no timeline");
    }
    return new Timeline(
        experiment,
        outcome,
        skipped,
        problems,
        steps,
        seen,
        measures,
        callbacks,
        record,
        tookNanos);
  }

  private static CloseRecord record(String[] f) throws IOException {
    SocketAddress remote =
        f[2].isEmpty()
            ? null
            : new InetSocketAddress(InetAddress.getByName(f[2]), Integer.parseInt(f[3]));
    return new CloseRecord(
        Long.parseLong(f[1]),
        remote,
        EndedBy.valueOf(f[4]),
        FailureKind.valueOf(f[5]),
        Certainty.valueOf(f[6]),
        ConnectionState.valueOf(f[7]),
        Operation.valueOf(f[8]),
        Long.parseLong(f[9]),
        Long.parseLong(f[10]),
        Long.parseLong(f[11]),
        Long.parseLong(f[12]),
        Long.parseLong(f[13]),
        Duration.ofNanos(Long.parseLong(f[14])),
        Duration.ofNanos(Long.parseLong(f[15])),
        f[16].isEmpty() ? null : f[16],
        cause(f[17], f[18]));
  }

  /** The classes that sockets throw; another one is told by its name in the text. */
  private static Throwable cause(String type, String text) {
    return switch (type) {
      case "" -> null;
      case "java.net.BindException" -> new BindException(text);
      case "java.net.ConnectException" -> new ConnectException(text);
      case "java.net.NoRouteToHostException" -> new NoRouteToHostException(text);
      case "java.net.SocketException" -> new SocketException(text);
      case "java.io.IOException" -> new IOException(text);
      default -> new IOException(type + ": " + text);
    };
  }
}
