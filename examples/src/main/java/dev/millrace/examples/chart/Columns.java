package dev.millrace.examples.chart;

import dev.millrace.examples.chart.Picture.Align;
import dev.millrace.examples.chart.Picture.Box;
import dev.millrace.examples.chart.Picture.Line;
import dev.millrace.examples.chart.Picture.Mark;
import dev.millrace.examples.chart.Picture.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** Counts side by side along time, of several series on top of each other. */
public final class Columns {
  private static final int WIDTH = 820;
  private static final int HEIGHT = 320;
  private static final int LEFT = 56;
  private static final int RIGHT = 18;
  private static final int TOP = 76;
  private static final int BOTTOM = 36;

  /** A capital of 12 points is hardly ever wider. */
  private static final double LETTER = 9;

  /** Room for a time and its neighbours. */
  private static final int TICK_PIXELS = 140;

  private Columns() {}

  /** One series. */
  public static final class Series {
    private final String name;
    private final long[] counts;
    private final Ink ink;

    /**
     * A series.
     *
     * @param name what it counts
     * @param counts one for each column; given, not copied
     * @param ink its colour
     */
    public Series(String name, long[] counts, Ink ink) {
      this.name = name;
      this.counts = counts;
      this.ink = ink;
    }
  }

  /**
   * A picture of them.
   *
   * @param title stands above
   * @param series from the bottom up; all as long as the first
   * @param labels what stands under a column's left edge
   */
  public static Picture of(String title, List<Series> series, IntFunction<String> labels) {
    int columns = series.get(0).counts.length;
    long greatest = 1;
    for (int i = 0; i < columns; i++) {
      greatest = Math.max(greatest, sum(series, i));
    }
    List<Mark> marks = new ArrayList<>();
    marks.add(new Box(0, 0, WIDTH, HEIGHT, Ink.PAPER, null));
    marks.add(new Words(14, 26, title, Align.START, 15, true, Ink.INK));
    legend(marks, series);
    double plot = HEIGHT - TOP - BOTTOM;
    double step = Math.max(Scale.step((double) greatest), 1);
    for (double value = 0; value <= greatest; value += step) {
      double y = HEIGHT - BOTTOM - plot * value / greatest;
      marks.add(new Line(LEFT, y, WIDTH - RIGHT, y, Ink.GRID));
      marks.add(new Words(LEFT - 8, y + 4, Scale.label(value), Align.END, 12, false, Ink.SOFT));
    }
    double width = (double) (WIDTH - LEFT - RIGHT) / columns;
    double gap = width > 4 ? 1 : 0;
    for (int i = 0; i < columns; i++) {
      double y = HEIGHT - BOTTOM;
      for (Series one : series) {
        double high = plot * one.counts[i] / greatest;
        if (one.counts[i] > 0) {
          y -= high;
          String tip =
              String.format(Locale.ROOT, "%s %s: %,d", labels.apply(i), one.name, one.counts[i]);
          marks.add(new Box(LEFT + i * width, y, width - gap, high, one.ink, tip));
        }
      }
    }
    int every = (int) Math.ceil(TICK_PIXELS / width);
    for (int i = 0; i < columns; i += every) {
      double x = LEFT + i * width;
      marks.add(new Line(x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5, Ink.SOFT));
      if (x + LETTER * labels.apply(i).length() > WIDTH) {
        break;
      }
      marks.add(
          new Words(x, HEIGHT - BOTTOM + 20, labels.apply(i), Align.START, 12, false, Ink.SOFT));
    }
    return new Picture(WIDTH, HEIGHT, title, description(series, labels, columns), marks);
  }

  private static long sum(List<Series> series, int column) {
    long sum = 0;
    for (Series one : series) {
      sum += one.counts[column];
    }
    return sum;
  }

  private static void legend(List<Mark> marks, List<Series> series) {
    double x = 14;
    for (Series one : series) {
      double wide = 20 + LETTER * one.name.length() + 12;
      if (x + wide > WIDTH - RIGHT) {
        return; // the tips and the description have the others
      }
      marks.add(new Box(x, 44, 12, 12, one.ink, null));
      marks.add(new Words(x + 18, 54, one.name, Align.START, 12, false, Ink.INK));
      x += wide;
    }
  }

  private static String description(List<Series> series, IntFunction<String> labels, int columns) {
    StringBuilder text = new StringBuilder(200);
    text.append(columns).append(" columns from ").append(labels.apply(0));
    for (Series one : series) {
      long sum = 0;
      int highest = 0;
      for (int i = 0; i < columns; i++) {
        sum += one.counts[i];
        highest = one.counts[i] > one.counts[highest] ? i : highest;
      }
      text.append(
          String.format(
              Locale.ROOT,
              "\n%s: %,d, most at %s (%,d)",
              one.name,
              sum,
              labels.apply(highest),
              one.counts[highest]));
    }
    return text.toString();
  }
}
