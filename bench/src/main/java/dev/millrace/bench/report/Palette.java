package dev.millrace.bench.report;

import dev.millrace.examples.chart.Ink;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The colours of the subjects: those one knows have the same in every chart, the floors are grey,
 * and the others take what is left, in their order.
 */
final class Palette {
  private static final Color BLUE = new Color(Ink.BLUE.light());
  private static final Color ORANGE = new Color(Ink.ORANGE.light());
  private static final Color VERMILION = new Color(Ink.VERMILION.light());
  private static final Color GREEN = new Color(Ink.GREEN.light());
  private static final Color PURPLE = new Color(Ink.PURPLE.light());
  private static final Color SKY = new Color(Ink.SKY.light());
  private static final Color LIGHT_GREY = new Color(Ink.LIGHT_GREY.light());
  private static final Color GREY = new Color(Ink.GREY.light());
  private static final Color DARK_GREY = new Color(Ink.DARK_GREY.light());

  /** By a word of the subject's name; the longest that fits counts. */
  private static final Map<String, Color> KNOWN =
      Map.ofEntries(
          Map.entry("millrace", BLUE),
          Map.entry("bare", LIGHT_GREY),
          Map.entry("bare-timeouts", GREY),
          Map.entry("c-epoll", DARK_GREY),
          Map.entry("netty", ORANGE),
          Map.entry("netty-nio", ORANGE),
          Map.entry("netty-epoll", VERMILION),
          Map.entry("activej", GREEN),
          Map.entry("virtual-threads", PURPLE),
          Map.entry("agrona", SKY),
          Map.entry("jdk", PURPLE));

  private static final List<Color> OTHERS =
      List.of(BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, GREY, DARK_GREY);

  private Palette() {}

  /**
   * A colour for each of some subjects, different ones as long as there are: of two that are known
   * by the same word the first has its colour.
   */
  static Map<String, Color> of(List<String> subjects) {
    Map<String, Color> colours = new LinkedHashMap<>();
    for (String subject : subjects) {
      Color known = known(subject);
      if (known != null && !colours.containsValue(known)) {
        colours.put(subject, known);
      }
    }
    List<Color> left = new ArrayList<>(OTHERS);
    left.removeAll(colours.values());
    if (left.isEmpty()) {
      left = OTHERS;
    }
    int next = 0;
    for (String subject : subjects) {
      if (!colours.containsKey(subject)) {
        colours.put(subject, left.get(next++ % left.size()));
      }
    }
    return colours;
  }

  private static Color known(String subject) {
    String name = subject.toLowerCase(Locale.ROOT).replace('_', '-');
    return KNOWN.keySet().stream()
        .filter(name::contains)
        .max(Comparator.comparingInt(String::length))
        .map(KNOWN::get)
        .orElse(null);
  }
}
