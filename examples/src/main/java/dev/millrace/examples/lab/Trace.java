package dev.millrace.examples.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real system calls of an experiment, by strace(1): what is derived elsewhere is seen here.
 *
 * <p>{@link #read} has no process in it: it turns strace's lines into what is shown.
 */
final class Trace {
  /** Where it is possible at all. */
  static final Need NEED = Need.program("strace");

  /**
   * One line of what is shown.
   *
   * @param step a step of the timeline, or null
   * @param call a system call or a signal, or null
   */
  record Line(Step step, String call) {}

  private static final String CALLS =
      "socket,bind,listen,connect,accept,accept4,read,write,readv,writev,sendfile,recvfrom,sendto,"
          + "shutdown,setsockopt,dup2,close";

  /** A JVM under strace takes some seconds; this is for one that hangs. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");

  private static final Pattern UNFINISHED = Pattern.compile("(.*?) *<unfinished \\.\\.\\.>");

  private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed> ?(.*)");

  private static final Pattern CALL =
      Pattern.compile("(\\w+)\\((\\d+)?(.*)\\) += (-?\\d+)(.*)", Pattern.DOTALL);

  private static final Pattern STRING = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"(?:\\.\\.\\.)?");

  private static final Pattern ADDRESS = Pattern.compile("\\{sa_family=[^}]*\\}|0x[0-9a-f]+");

  private Trace() {}

  /**
   * Runs an experiment once more, in a JVM of its own under strace.
   *
   * @throws IOException if that can't be done; the message says why
   */
  static List<Line> of(Experiment experiment) throws IOException {
    try (Temporary calls = Temporary.file(".strace");
        Temporary marks = Temporary.file(".marks")) {
      List<String> strace =
          List.of(
              "strace",
              "-f",
              "-qq",
              "-s",
              "300",
              "-e",
              "trace=" + CALLS,
              "-e",
              "signal=SIGPIPE",
              "-o",
              calls.path().toString());
      ChildJvm.End end =
          ChildJvm.run(
              strace,
              ChildJvm.ownHome(),
              null,
              PATIENCE,
              TraceChild.class,
              List.of(experiment.name(), marks.path().toString()));
      if (end.exit() != 0) {
        throw new IOException("strace: " + end.lastWords());
      }
      return read(Files.readAllLines(calls.path(), StandardCharsets.ISO_8859_1));
    }
  }

  /** The steps, and between them the calls on sockets, from the first step to the last mark. */
  static List<Line> read(List<String> strace) {
    Reader reader = new Reader();
    strace.forEach(reader::line);
    return reader.shown;
  }

  /** Reads strace's lines in their order, and knows which descriptor is whose. */
  private static final class Reader {
    private final List<Line> shown = new ArrayList<>();
    private final Map<String, String> unfinished = new HashMap<>();
    private final Map<Integer, String> owners = new HashMap<>();
    private boolean began;
    private boolean ended;

    void line(String line) {
      Matcher m = LINE.matcher(line);
      if (!m.matches()) {
        return;
      }
      String thread = m.group(1);
      String text = m.group(2);
      Matcher begun = UNFINISHED.matcher(text);
      if (begun.matches()) {
        unfinished.put(thread, begun.group(1));
        return;
      }
      Matcher rest = RESUMED.matcher(text);
      if (rest.matches()) {
        text = Optional.ofNullable(unfinished.remove(thread)).orElse("") + rest.group(1);
      }
      if (text.startsWith("---")) {
        show("--- " + text.replaceAll("^--- (\\w+).*", "$1") + " ---");
      } else {
        call(text);
      }
    }

    private void call(String text) {
      Matcher m = CALL.matcher(text);
      if (!m.matches()) {
        return;
      }
      String name = m.group(1);
      int at = text.indexOf('"' + TraceChild.MARK);
      if (at >= 0) {
        mark(text.substring(at + 1 + TraceChild.MARK.length()));
        return;
      }
      int result = Integer.parseInt(m.group(4));
      if (name.equals("socket")) {
        owners.put(result, "socket"); // whose it is shows by what is done with it
        return;
      }
      int descriptor = m.group(2) == null ? -1 : Integer.parseInt(m.group(2));
      if (!owners.containsKey(descriptor)) {
        return; // a file, or a wake-up
      }
      switch (name) {
        case "connect" -> owners.put(descriptor, "peer");
        case "listen" -> owners.put(descriptor, "listener");
        case "accept", "accept4" -> owners.put(result, "ours");
        default -> {}
      }
      String rest = ADDRESS.matcher(STRING.matcher(m.group(3)).replaceAll("...")).replaceAll("...");
      String owner = owners.get(descriptor);
      show(
          "%-8s %s(%d%s) = %d%s"
              .formatted(owner, name, descriptor, rest, result, m.group(5).stripTrailing()));
      if (name.equals("close")) {
        owners.remove(descriptor);
      }
    }

    private void mark(String text) {
      // strace writes what C does: \t, \n, \" and octal numbers, of which a step has only these.
      String plain = text.substring(0, text.indexOf("\\n"));
      String[] fields = plain.replace("\\\"", "\"").split("\\\\t", 3);
      if (fields.length < 3) {
        ended = true;
        return;
      }
      began = true;
      shown.add(
          new Line(
              new Step(0, Lane.valueOf(fields[0]), Actor.valueOf(fields[1]), fields[2], ""), null));
    }

    private void show(String call) {
      if (began && !ended) {
        shown.add(new Line(null, call));
      }
    }
  }
}
