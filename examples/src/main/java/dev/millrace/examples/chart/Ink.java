package dev.millrace.examples.chart;

import java.util.List;

/**
 * The colours of all charts, each for light paper and for dark. The hues are Okabe and Ito's
 * ("Color Universal Design", 2008), which people who see fewer colours tell apart too; on dark
 * paper the darker ones are lightened.
 */
public enum Ink {
  /** What one writes on. */
  PAPER(0xFFFFFF, 0x0D1117),
  /** Words that are to be read. */
  INK(0x1F2328, 0xE6EDF3),
  /** Words that are there if needed. */
  SOFT(0x59636E, 0x9DA7B3),
  /** Lines behind everything. */
  GRID(0xE3E6EA, 0x30363D),
  /** The first hue. */
  BLUE(0x0072B2, 0x3D9BD8),
  /** The next. */
  ORANGE(0xE69F00, 0xE69F00),
  /** The next. */
  GREEN(0x009E73, 0x2BBF93),
  /** The next. */
  PURPLE(0xCC79A7, 0xCC79A7),
  /** The next. */
  VERMILION(0xD55E00, 0xEA7A26),
  /** The last hue. */
  SKY(0x56B4E9, 0x7CC7F2),
  /** For what is only there for comparison. */
  LIGHT_GREY(0xB4B8BD, 0xB4B8BD),
  /** For all others together. */
  GREY(0x868B91, 0x868B91),
  /** The darkest of the greys. */
  DARK_GREY(0x4A4F55, 0x6E757D);

  /** Those that tell series apart, in the order in which they are given out. */
  public static final List<Ink> HUES = List.of(BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY);

  private final int light;
  private final int dark;

  Ink(int light, int dark) {
    this.light = light;
    this.dark = dark;
  }

  /** Red, green and blue, eight bits each, on light paper. */
  public int light() {
    return light;
  }

  /** The same on dark paper. */
  public int dark() {
    return dark;
  }
}
