package dev.millrace.fault;

import dev.millrace.fault.FaultKind.Unit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Which faults happen, how often, and how hard. Immutable; any thread.
 *
 * <p>The text form is a list of rules, separated by white space, commas or line ends; {@code #}
 * begins a comment:
 *
 * <pre>
 *   seed=42
 *   short-read=0.25:1..100      # a quarter of the reads move 1 to 100 bytes at the most
 *   reset-at=0.1:0..4096        # a tenth of the connections is reset after 0 to 4,096 bytes
 *   latency=1:5ms..20ms         # every segment takes 5 to 20 ms
 *   null-accept=0.05            # no amount: it happens or not
 * </pre>
 *
 * <p>Chances are 0 to 1, in steps of a millionth. Times are numbers with {@code ns}, {@code us},
 * {@code ms} or {@code s}. Without a range the kind's own is taken; one number is a range of one.
 */
public final class FaultPlan {
  private static final FaultKind[] KINDS = FaultKind.values();
  private static final int MILLION = 1_000_000;
  private static final FaultPlan NONE = new FaultPlan(0, new EnumMap<>(FaultKind.class));

  /** One fault's chance and range. */
  private record Rule(int perMillion, long min, long max) {}

  private final long seed;
  private final EnumMap<FaultKind, Rule> rules;

  private FaultPlan(long seed, EnumMap<FaultKind, Rule> rules) {
    this.seed = seed;
    this.rules = rules;
  }

  /**
   * The plan in which nothing goes wrong, with seed 0; to start from.
   *
   * @return the empty plan
   */
  public static FaultPlan none() {
    return NONE;
  }

  /**
   * Reads the text form.
   *
   * @param text as described above
   * @return the plan
   * @throws IllegalArgumentException if a rule can't be read; the message names the rule, what is
   *     wrong with it and what would be right
   */
  public static FaultPlan parse(String text) {
    FaultPlan plan = NONE;
    for (String line : text.split("\\R", -1)) {
      int comment = line.indexOf('#');
      String rules = comment < 0 ? line : line.substring(0, comment);
      for (String rule : rules.split("[\\s,;]+", -1)) {
        if (!rule.isEmpty()) {
          plan = plan.and(rule);
        }
      }
    }
    return plan;
  }

  private FaultPlan and(String rule) {
    int equals = rule.indexOf('=');
    String word = equals < 0 ? rule : rule.substring(0, equals);
    String value = equals < 0 ? "" : rule.substring(equals + 1);
    if (word.equals("seed")) {
      try {
        return withSeed(Long.parseLong(value));
      } catch (NumberFormatException e) {
        throw wrong(rule, "the seed is not a number; write seed=42");
      }
    }
    FaultKind kind = null;
    for (FaultKind candidate : KINDS) {
      if (candidate.word().equals(word)) {
        kind = candidate;
      }
    }
    if (kind == null) {
      String words = Arrays.stream(KINDS).map(FaultKind::word).collect(Collectors.joining(", "));
      throw wrong(rule, "there is no fault of that name; known are seed, " + words);
    }
    int colon = value.indexOf(':');
    String chance = colon < 0 ? value : value.substring(0, colon);
    double probability;
    try {
      probability = Double.parseDouble(chance);
    } catch (NumberFormatException e) {
      throw wrong(rule, "the chance is not a number; write " + word + "=0.1");
    }
    if (!(probability >= 0 && probability <= 1)) {
      throw wrong(rule, "the chance is not 0 to 1; write " + word + "=0.1");
    }
    if (colon < 0) {
      return with(kind, probability);
    }
    if (kind.unit() == Unit.NONE) {
      throw wrong(rule, "this fault has no amount; write " + word + "=" + chance);
    }
    String range = value.substring(colon + 1);
    int dots = range.indexOf("..");
    long from = amount(rule, kind, dots < 0 ? range : range.substring(0, dots));
    long to = dots < 0 ? from : amount(rule, kind, range.substring(dots + 2));
    if (from > to) {
      throw wrong(rule, "the range goes down; write the smaller number first");
    }
    return with(kind, probability, from, to);
  }

  private static long amount(String rule, FaultKind kind, String text) {
    int digits = 0;
    while (digits < text.length() && Character.digit(text.charAt(digits), 10) >= 0) {
      digits++;
    }
    String unit = text.substring(digits);
    long scale =
        kind.unit() == Unit.BYTES
            ? (unit.isEmpty() ? 1 : 0)
            : switch (unit) {
              case "ns" -> 1L;
              case "us" -> 1_000L;
              case "ms" -> 1_000_000L;
              case "s" -> 1_000_000_000L;
              default -> 0L;
            };
    if (digits == 0 || scale == 0) {
      throw wrong(
          rule,
          kind.unit() == Unit.BYTES
              ? "the amount is in bytes; write " + kind.word() + "=0.1:1..4096"
              : "the amount is a time; write " + kind.word() + "=0.1:5ms..20ms");
    }
    try {
      // No fewer digits than a long has: toString writes the longest time in nanoseconds.
      return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), scale);
    } catch (NumberFormatException | ArithmeticException e) {
      throw wrong(
          rule,
          kind.unit() == Unit.BYTES
              ? "so many bytes can't be counted; write fewer"
              : "the time is over three centuries; write a shorter one");
    }
  }

  private static IllegalArgumentException wrong(String rule, String why) {
    return new IllegalArgumentException("fault plan: '" + rule + "': " + why);
  }

  /**
   * The same with a fault, its amounts from the kind's own range.
   *
   * @param kind what
   * @param chance 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the chance is not 0 to 1
   */
  public FaultPlan with(FaultKind kind, double chance) {
    return with(kind, chance, kind.defaultMin(), kind.defaultMax());
  }

  /**
   * The same with a fault.
   *
   * @param kind what
   * @param chance 0 to 1
   * @param min the smallest amount, in the kind's unit
   * @param max the largest amount
   * @return a changed copy
   * @throws IllegalArgumentException if the chance is not 0 to 1, or the range is negative or goes
   *     down
   */
  public FaultPlan with(FaultKind kind, double chance, long min, long max) {
    Objects.requireNonNull(kind, "kind");
    if (!(chance >= 0 && chance <= 1)) {
      throw new IllegalArgumentException(kind.word() + ": chance " + chance + " is not 0 to 1");
    }
    if (min < 0 || min > max) {
      throw new IllegalArgumentException(
          kind.word() + ": range " + min + ".." + max + " is not 0 or more and going up");
    }
    EnumMap<FaultKind, Rule> changed = new EnumMap<>(rules);
    int perMillion = (int) Math.round(chance * MILLION);
    if (perMillion > 0) {
      changed.put(kind, new Rule(perMillion, min, max));
    } else {
      changed.remove(kind);
    }
    return new FaultPlan(seed, changed);
  }

  /**
   * The same without a fault.
   *
   * @param kind what
   * @return a changed copy
   */
  public FaultPlan without(FaultKind kind) {
    return with(kind, 0);
  }

  /**
   * The same with another seed.
   *
   * @param seed any number
   * @return a changed copy
   */
  public FaultPlan withSeed(long seed) {
    return new FaultPlan(seed, rules);
  }

  /**
   * The seed for the dice.
   *
   * @return the seed, 0 if none was given
   */
  public long seed() {
    return seed;
  }

  /**
   * Tells whether a fault can happen at all.
   *
   * @param kind what
   * @return true if its chance is above 0
   */
  public boolean has(FaultKind kind) {
    return rules.containsKey(kind);
  }

  /**
   * Decides one occasion. Draws no number for a fault that is not planned.
   *
   * @param kind what
   * @param dice decides
   * @return whether it happens now
   */
  public boolean happens(FaultKind kind, Dice dice) {
    Rule rule = rules.get(kind);
    return rule != null && dice.happens(rule.perMillion);
  }

  /**
   * Draws how hard. Small amounts of bytes are more likely, since the edges are there.
   *
   * @param kind what; planned
   * @param dice decides
   * @return an amount of the range, in the kind's unit
   * @throws IllegalArgumentException if the fault is not planned
   */
  public long amount(FaultKind kind, Dice dice) {
    Rule rule = rules.get(kind);
    if (rule == null) {
      throw new IllegalArgumentException(kind.word() + " is not in this plan");
    }
    return kind.unit() == Unit.BYTES
        ? dice.skewed(rule.min, rule.max)
        : dice.between(rule.min, rule.max);
  }

  /** The text form, which {@link #parse} reads. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("seed=").append(seed);
    rules.forEach(
        (kind, rule) -> {
          text.append(' ').append(kind.word()).append('=').append(rule.perMillion / 1e6);
          if (kind.unit() != Unit.NONE) {
            String unit = kind.unit() == Unit.NANOS ? "ns" : "";
            text.append(':').append(rule.min).append(unit);
            text.append("..").append(rule.max).append(unit);
          }
        });
    return text.toString();
  }
}
