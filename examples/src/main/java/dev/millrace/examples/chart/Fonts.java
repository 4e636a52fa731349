package dev.millrace.examples.chart;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.Optional;

/** Whether this JDK can draw letters here: a server's image often has no fonts. */
public final class Fonts {
  private Fonts() {}

  /** Why nothing can be drawn, in one clear line; empty if it can. */
  public static Optional<String> unavailable() {
    return unavailable(Fonts::tryThem);
  }

  /** The same for another way to try them. */
  public static Optional<String> unavailable(Runnable tryFonts) {
    try {
      tryFonts.run();
      return Optional.empty();
    } catch (RuntimeException | LinkageError | InternalError e) {
      // A JDK without its windowing parts, or no fontconfig, or no font: each fails in its own way.
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return Optional.of("this JDK finds no fonts here to draw with (" + cause + ")");
    }
  }

  private static void tryThem() {
    new Font(Font.SANS_SERIF, Font.PLAIN, 12)
        .createGlyphVector(new FontRenderContext(null, true, true), "0")
        .getOutline();
  }
}
