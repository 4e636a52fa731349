package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The same experiments in other JVMs: on other JDKs, and in other locales, where the same failure
 * has another text. A JVM speaks one language all its life, that of the C library at its start.
 */
final class Children {
  /** All experiments take some twenty seconds; on a busy machine many times that. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Children() {}

  /**
   * Runs experiments in a JVM of their own.
   *
   * @param names which
   * @param javaHome on which JDK
   * @param locale in which locale, as LC_ALL names it; null for that of this JVM
   * @param differences takes what was not as expected, each in one line
   * @return what was seen, also where it was not as expected
   * @throws IOException if that JVM could not run them; the message says why, in one line
   */
  static List<Row> rows(
      List<String> names, Path javaHome, String locale, Consumer<String> differences)
      throws IOException {
    try (Temporary temporary = Temporary.file(".rows")) {
      Path file = temporary.path();
      List<String> args = new ArrayList<>(List.of("lab", "run"));
      args.addAll(names);
      args.addAll(List.of("--lang", "en", "--rows", file.toString()));
      ChildJvm.End end = ChildJvm.run(List.of(), javaHome, locale, PATIENCE, Examples.class, args);
      List<Row> rows = new ArrayList<>();
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        rows.add(Row.parse(line));
      }
      if (rows.isEmpty()) {
        throw new IOException("the JVM of " + javaHome + " ran nothing: " + end.lastWords());
      }
      // As the child prints them under the timeline of an experiment that differs.
      end.said().lines().filter(line -> line.matches(" {4}\\p{L}.*")).forEach(differences);
      return rows;
    }
  }

  /** The outcome of each experiment in these rows, in their order. */
  static Map<String, Outcome> outcomes(List<Row> rows) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (Row row : rows) {
      outcomes.put(row.experiment(), Outcome.valueOf(row.outcome()));
    }
    return outcomes;
  }

  /**
   * The locales that the C library has here, as {@code locale -a} lists them and in the form of
   * {@link #plain}; C is always among them. Where that program is missing it is the only one that
   * is known.
   */
  static Set<String> installed() {
    Set<String> installed = new TreeSet<>(Set.of("c", "posix"));
    try {
      Process process =
          new ProcessBuilder("locale", "-a").redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      all.lines().map(Children::plain).forEach(installed::add);
    } catch (IOException e) {
      return installed; // no such program
    }
    return installed;
  }

  /**
   * A locale's name in one form of the many that are understood: {@code de_DE.UTF-8} and {@code
   * de_DE.utf8} are the same.
   */
  static String plain(String locale) {
    int dot = locale.indexOf('.');
    String lower = locale.strip().toLowerCase(Locale.ROOT);
    return dot < 0 ? lower : lower.substring(0, dot) + lower.substring(dot).replace("-", "");
  }
}
