package dev.millrace.examples.chart;

import java.util.List;

/**
 * What is drawn, from back to front, in pixels from the upper left.
 *
 * @param width how wide
 * @param height how high
 * @param title what it shows
 * @param description its figures in words, for those who do not see it
 * @param marks what is on it
 */
public record Picture(int width, int height, String title, String description, List<Mark> marks) {

  /**
   * A picture that nobody changes any more.
   *
   * @throws IllegalArgumentException if it has no size
   */
  public Picture {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "a picture of " + width + " × " + height + " pixels, allowed is 1 and more");
    }
    marks = List.copyOf(marks);
  }

  /** One thing on a picture. */
  public sealed interface Mark permits Box, Line, Words {}

  /**
   * A filled rectangle.
   *
   * @param x its left
   * @param y its top
   * @param width how wide
   * @param height how high
   * @param ink its colour
   * @param tip what is said where somebody points at it; null for nothing
   */
  public record Box(double x, double y, double width, double height, Ink ink, String tip)
      implements Mark {}

  /**
   * A straight line of one pixel.
   *
   * @param fromX where it begins
   * @param fromY where it begins
   * @param toX where it ends
   * @param toY where it ends
   * @param ink its colour
   */
  public record Line(double fromX, double fromY, double toX, double toY, Ink ink) implements Mark {}

  /**
   * Words in one line.
   *
   * @param x where {@code align} says
   * @param y the line that letters stand on
   * @param text the words
   * @param align which part of them is at x
   * @param points the letters' size
   * @param isBold whether they are heavy
   * @param ink their colour
   */
  public record Words(
      double x, double y, String text, Align align, int points, boolean isBold, Ink ink)
      implements Mark {}

  /** Which part of words is where they are put. */
  public enum Align {
    /** They begin there. */
    START,
    /** They are centred there. */
    MIDDLE,
    /** They end there. */
    END
  }
}
