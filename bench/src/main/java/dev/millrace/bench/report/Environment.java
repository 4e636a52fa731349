package dev.millrace.bench.report;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where and when something was measured. What could not be found out is {@value #UNKNOWN}.
 *
 * @param facts commit, date, JDK, its flags, kernel, CPU and so on, in the order they are shown
 */
public record Environment(Map<String, String> facts) {
  /** Stands for a fact that is missing: a guess would be worse than a gap. */
  static final String UNKNOWN = "unknown";

  /** Keeps a copy, in the order they came. */
  public Environment {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** Here and now, of this JVM. Take it before measuring: the load is that of this moment. */
  public static Environment now() {
    return now(Clock.systemUTC());
  }

  /** Somewhere, some time: of figures that came without. */
  static Environment unknown() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (String fact : List.of("commit", "date", "JDK", "JVM flags", "kernel", "CPU")) {
      facts.put(fact, UNKNOWN);
    }
    return new Environment(facts);
  }

  /**
   * This machine and this build, at another time and in another JVM.
   *
   * @param date when
   */
  static Environment here(Instant date) {
    Map<String, String> facts = new LinkedHashMap<>(now().facts());
    facts.put("date", date.truncatedTo(ChronoUnit.SECONDS).toString());
    for (String fact : List.of("JDK", "JVM flags", "garbage collector", "load average at start")) {
      facts.put(fact, UNKNOWN);
    }
    return new Environment(facts);
  }

  /** Here and at the clock's time, of this JVM. */
  static Environment now(Clock clock) {
    return new Environment(new Facts(Path.of("/"), clock).all());
  }
}
