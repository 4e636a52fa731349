package dev.millrace.examples.chart;

import dev.millrace.examples.chart.Picture.Box;
import dev.millrace.examples.chart.Picture.Line;
import dev.millrace.examples.chart.Picture.Mark;
import dev.millrace.examples.chart.Picture.Words;
import java.util.Locale;

/**
 * Pictures as SVG: light or dark as the reader's screen is, with a title and a description for
 * those who do not see them, and nothing that is fetched from elsewhere.
 */
public final class Svg {
  private Svg() {}

  /** A document of its own. */
  public static String document(Picture picture) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + of(picture, true);
  }

  /** A part of a page, which has {@link #style} once for all of its pictures. */
  public static String inline(Picture picture) {
    return of(picture, false);
  }

  /** What the classes of marks look like; for a page's own {@code <style>}. */
  public static String style() {
    StringBuilder light = new StringBuilder(900);
    StringBuilder dark = new StringBuilder(900);
    for (Ink ink : Ink.values()) {
      rule(light, ink, ink.light());
      rule(dark, ink, ink.dark());
    }
    return ".millrace-chart text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif}\n"
        + light
        + "@media (prefers-color-scheme:dark){\n"
        + dark
        + "}\n";
  }

  private static void rule(StringBuilder css, Ink ink, int rgb) {
    css.append(".millrace-chart .").append(name(ink));
    css.append(String.format(Locale.ROOT, "{fill:#%06X;stroke:none}\n", rgb));
    css.append(".millrace-chart line.").append(name(ink));
    css.append(String.format(Locale.ROOT, "{stroke:#%06X;stroke-width:1}\n", rgb));
  }

  private static String name(Ink ink) {
    return "c-" + ink.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String of(Picture picture, boolean isDocument) {
    StringBuilder svg = new StringBuilder(4_000);
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"millrace-chart\" role=\"img\"");
    svg.append(" width=\"").append(picture.width());
    svg.append("\" height=\"").append(picture.height());
    svg.append("\" viewBox=\"0 0 ").append(picture.width()).append(' ').append(picture.height());
    svg.append("\">\n<title>").append(escape(picture.title())).append("</title>\n<desc>");
    svg.append(escape(picture.description())).append("</desc>\n");
    if (isDocument) {
      svg.append("<style>\n").append(style()).append("</style>\n");
    }
    for (Mark mark : picture.marks()) {
      // No switch over types: that is of a later Java.
      if (mark instanceof Box box) {
        box(svg, box);
      } else if (mark instanceof Line line) {
        line(svg, line);
      } else if (mark instanceof Words words) {
        words(svg, words);
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static void box(StringBuilder svg, Box box) {
    svg.append("<rect class=\"").append(name(box.ink()));
    svg.append("\" x=\"").append(n(box.x())).append("\" y=\"").append(n(box.y()));
    svg.append("\" width=\"").append(n(box.width()));
    svg.append("\" height=\"").append(n(box.height())).append('"');
    if (box.tip() == null) {
      svg.append("/>\n");
    } else {
      svg.append("><title>").append(escape(box.tip())).append("</title></rect>\n");
    }
  }

  private static void line(StringBuilder svg, Line line) {
    svg.append("<line class=\"").append(name(line.ink()));
    svg.append("\" x1=\"").append(n(line.fromX())).append("\" y1=\"").append(n(line.fromY()));
    svg.append("\" x2=\"").append(n(line.toX())).append("\" y2=\"").append(n(line.toY()));
    svg.append("\"/>\n");
  }

  private static void words(StringBuilder svg, Words words) {
    svg.append("<text class=\"").append(name(words.ink()));
    svg.append("\" x=\"").append(n(words.x())).append("\" y=\"").append(n(words.y()));
    svg.append("\" font-size=\"").append(words.points());
    svg.append("\" text-anchor=\"").append(words.align().name().toLowerCase(Locale.ROOT));
    svg.append(words.isBold() ? "\" font-weight=\"600\">" : "\">");
    svg.append(escape(words.text())).append("</text>\n");
  }

  /** A hundredth of a pixel is seen by nobody. */
  private static String n(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
  }

  /** What XML would obey, and what it does not allow at all (XML 1.0 section 2.2). */
  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                  boolean isAllowed =
                      (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) || c > 0xFFFF;
                  escaped.appendCodePoint(isAllowed || c == '\n' || c == '\t' ? c : 0xFFFD);
                }
              }
            });
    return escaped.toString();
  }
}
