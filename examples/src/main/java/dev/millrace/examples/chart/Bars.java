package dev.millrace.examples.chart;

import dev.millrace.examples.chart.Picture.Align;
import dev.millrace.examples.chart.Picture.Box;
import dev.millrace.examples.chart.Picture.Mark;
import dev.millrace.examples.chart.Picture.Words;
import java.util.ArrayList;
import java.util.List;

/** Horizontal bars, so that names of any length are read without tilting one's head. */
public final class Bars {
  private static final int WIDTH = 820;
  private static final int ROW = 24;
  private static final int TOP = 44;
  private static final int LEFT = 250;

  /** For the figures behind the bars. */
  private static final int RIGHT = 170;

  /** What fits before the bars at 12 points. */
  private static final int LONGEST_NAME = 34;

  private Bars() {}

  /**
   * One bar.
   *
   * @param name stands before it
   * @param count how long it is
   * @param figure stands behind it
   * @param ink its colour
   */
  public record Bar(String name, double count, String figure, Ink ink) {}

  /**
   * A picture of them, from top to bottom.
   *
   * @param title stands above
   */
  public static Picture of(String title, List<Bar> bars) {
    double greatest = bars.stream().mapToDouble(Bar::count).max().orElse(1);
    int height = TOP + ROW * bars.size() + 12;
    List<Mark> marks = new ArrayList<>();
    StringBuilder description = new StringBuilder();
    marks.add(new Box(0, 0, WIDTH, height, Ink.PAPER, null));
    marks.add(new Words(14, 26, title, Align.START, 15, true, Ink.INK));
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = TOP + i * ROW;
      double wide = greatest > 0 ? (WIDTH - LEFT - RIGHT) * bar.count() / greatest : 0;
      marks.add(new Words(LEFT - 10, y + 16, cut(bar.name()), Align.END, 12, false, Ink.INK));
      marks.add(
          new Box(
              LEFT,
              y + 3,
              Math.max(wide, 1),
              ROW - 6,
              bar.ink(),
              bar.name() + ": " + bar.figure()));
      marks.add(
          new Words(
              LEFT + Math.max(wide, 1) + 8, y + 16, bar.figure(), Align.START, 12, false, Ink.INK));
      description.append(i == 0 ? "" : "\n").append(bar.name()).append(": ").append(bar.figure());
    }
    return new Picture(WIDTH, height, title, description.toString(), marks);
  }

  private static String cut(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
  }
}
