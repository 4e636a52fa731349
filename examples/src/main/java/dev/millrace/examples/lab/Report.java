package dev.millrace.examples.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What was seen on one machine: the machine, the table, and the timelines. Immutable.
 *
 * @param machine where
 * @param timelines of this JVM's run
 * @param rows of this run, and of runs on other JDKs and in other locales
 * @param advice in the language of the report
 */
record Report(Machine machine, List<Timeline> timelines, List<Row> rows, Advice advice) {
  Report {
    timelines = List.copyOf(timelines);
    rows = List.copyOf(rows);
  }

  /** Whether a report can be written into a file of this name. */
  static boolean isKnown(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".md") || name.endsWith(".html");
  }

  /** Writes it, in the form that the name asks for. */
  void write(Path file) throws IOException {
    boolean html = file.toString().toLowerCase(Locale.ROOT).endsWith(".html");
    Files.writeString(file, html ? HtmlReport.of(this) : MarkdownReport.of(this));
  }

  /** How many timelines had an outcome. */
  long count(Outcome outcome) {
    return timelines.stream().filter(t -> t.outcome() == outcome).count();
  }

  /** An outcome in the report's language. */
  String outcome(Outcome outcome) {
    return advice.heading(
        switch (outcome) {
          case AS_EXPECTED -> Advice.Heading.AS_EXPECTED;
          case DIFFERENT -> Advice.Heading.NOT_AS_EXPECTED;
          case SKIPPED -> Advice.Heading.SKIPPED;
        });
  }

  /** An actor in the report's language; the JDK and Millrace are names. */
  String actor(Actor actor) {
    return switch (actor) {
      case PEER -> advice.heading(Advice.Heading.PEER);
      case KERNEL -> advice.heading(Advice.Heading.KERNEL);
      case JDK -> "JDK";
      case MILLRACE -> "Millrace";
    };
  }
}
