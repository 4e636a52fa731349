package dev.millrace.examples.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of the report's table: what one operation gave in one situation, on one JDK in one
 * locale.
 *
 * <p>Between JVMs a row is one line, its fields separated by tabs, in the order of the components;
 * a tab, a line feed, a carriage return and a backslash in a field are written {@code \t}, {@code
 * \n}, {@code \r} and {@code \\}. The encoding is UTF-8, whatever the locale.
 *
 * @param experiment the experiment's name
 * @param outcome how it went
 * @param operation what was called
 * @param situation in which situation; of an experiment that was skipped what is missing
 * @param lane which of the two programs called it
 * @param jdk the JDK's version
 * @param locale the locale that picks the texts
 * @param result what was returned or thrown
 * @param text the exception's message; may be empty
 * @param kind what the classifier calls it; may be empty
 * @param certainty how certain that is; may be empty
 */
record Row(
    String experiment,
    String outcome,
    String operation,
    String situation,
    String lane,
    String jdk,
    String locale,
    String result,
    String text,
    String kind,
    String certainty) {

  /** The rows of one run: one for each result, or a single one if there is none. */
  static List<Row> of(Timeline timeline, String jdk, String locale) {
    Experiment experiment = timeline.experiment();
    List<Seen> seen = timeline.seen();
    if (seen.isEmpty()) {
      seen =
          List.of(
              new Seen(
                  Lane.MILLRACE,
                  Scene.nameOf(experiment.operation()),
                  timeline.outcome() == Outcome.SKIPPED ? "skipped" : "no exception",
                  "",
                  "",
                  ""));
    }
    List<Row> rows = new ArrayList<>();
    for (Seen each : seen) {
      rows.add(
          new Row(
              experiment.name(),
              timeline.outcome().name(),
              each.operation(),
              timeline.outcome() == Outcome.SKIPPED ? timeline.skipped() : experiment.situation(),
              each.lane().name(),
              jdk,
              locale,
              each.result(),
              each.text(),
              each.kind(),
              each.certainty()));
    }
    return rows;
  }

  /** The row as one line, without its end. */
  String toLine() {
    return String.join(
        "\t",
        escaped(experiment),
        escaped(outcome),
        escaped(operation),
        escaped(situation),
        escaped(lane),
        escaped(jdk),
        escaped(locale),
        escaped(result),
        escaped(text),
        escaped(kind),
        escaped(certainty));
  }

  /**
   * The row of a line.
   *
   * @throws IllegalArgumentException if it is none; the message says what is wrong
   */
  static Row parse(String line) {
    String[] f = line.split("\t", -1);
    if (f.length != 11) {
      throw new IllegalArgumentException("a row has 11 fields, this line has " + f.length);
    }
    for (int i = 0; i < f.length; i++) {
      f[i] = plain(f[i]);
    }
    return new Row(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]);
  }

  static String escaped(String field) {
    return field
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  static String plain(String field) {
    StringBuilder plain = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && ++i < field.length()) {
        char escape = field.charAt(i);
        c = escape == 't' ? '\t' : escape == 'n' ? '\n' : escape == 'r' ? '\r' : escape;
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
