package dev.millrace.examples.chat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** What one member has heard, line by line. */
final class Transcript {
  private final StringBuilder part = new StringBuilder();
  private final List<String> lines = new ArrayList<>();
  private BiConsumer<String, Integer> onLine = (line, index) -> {};

  /** Has each line looked at as it comes. */
  Transcript each(BiConsumer<String, Integer> onLine) {
    this.onLine = onLine;
    return this;
  }

  /** Takes what came; ASCII is enough here. */
  void hear(ByteBuffer bytes) {
    part.append(StandardCharsets.US_ASCII.decode(bytes));
    int from = 0;
    for (int end; (end = part.indexOf("\n", from)) >= 0; from = end + 1) {
      String line = part.substring(from, end);
      lines.add(line);
      onLine.accept(line, lines.size() - 1);
    }
    part.delete(0, from);
  }

  List<String> lines() {
    return lines;
  }

  boolean has(String line) {
    return lines.contains(line);
  }

  /** Lines that are said to all, not to this one alone; each is there once. */
  private List<String> shared() {
    return lines.stream()
        .filter(
            l -> l.startsWith("<") || l.matches("\\* \\S+ (joined|left|lost|timed|was|is now).*"))
        .toList();
  }

  /**
   * Compares what two have heard: from the first line that both have to the last, nothing may be
   * missing, twice or in another order; but for their own words, which are not sent back.
   *
   * @return null if it is so
   */
  static String difference(String nameA, Transcript a, String nameB, Transcript b) {
    List<String> as = withoutWordsOf(nameA, nameB, a.shared());
    List<String> bs = withoutWordsOf(nameA, nameB, b.shared());
    Set<String> inA = new LinkedHashSet<>(as);
    Set<String> inB = new LinkedHashSet<>(bs);
    if (inA.size() != as.size() || inB.size() != bs.size()) {
      return "a line came twice: " + as + " " + bs;
    }
    List<String> fromA = span(as, inB);
    List<String> fromB = span(bs, inA);
    return fromA.equals(fromB)
        ? null
        : nameA + " and " + nameB + " heard different things:\n  " + fromA + "\n  " + fromB;
  }

  private static List<String> withoutWordsOf(String nameA, String nameB, List<String> lines) {
    return lines.stream()
        .filter(l -> !l.startsWith("<" + nameA + ">") && !l.startsWith("<" + nameB + ">"))
        .toList();
  }

  private static List<String> span(List<String> lines, Set<String> others) {
    int first = 0;
    while (first < lines.size() && !others.contains(lines.get(first))) {
      first++;
    }
    int last = lines.size();
    while (last > first && !others.contains(lines.get(last - 1))) {
      last--;
    }
    return lines.subList(first, last);
  }
}
