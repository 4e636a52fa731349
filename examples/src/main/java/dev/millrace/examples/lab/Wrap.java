package dev.millrace.examples.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks a text into lines for a terminal. Japanese has no spaces and may break nearly anywhere,
 * and its characters are two columns wide; {@code BreakIterator} knows the first and not the
 * second, and what stands between backticks is to stay in one piece where it fits.
 */
final class Wrap {
  /** What may not begin a line (JIS X 4051 calls it kinsoku). */
  private static final String NEVER_FIRST = "、。，．）」』】ー・？！：；々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%";

  /** What may not end one. */
  private static final String NEVER_LAST = "（「『【";

  private Wrap() {}

  /** The lines, none wider than so many columns where that is possible. */
  static List<String> lines(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int width = 0;
    for (String piece : pieces(text)) {
      int needed = width(piece.stripTrailing());
      if (width > 0 && width + needed > columns) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
        width = 0;
      }
      if (width > 0 || !piece.isBlank()) {
        line.append(piece);
        width += width(piece);
      }
    }
    if (width > 0) {
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /**
   * The shortest pieces that stay together: words with the space behind them, single characters.
   */
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    boolean code = false;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      code ^= c == '`';
      boolean ends = at + 1 == text.length() || mayBreakBehind(c, text.charAt(at + 1), code);
      if (ends) {
        pieces.add(text.substring(from, at + 1));
        from = at + 1;
      }
    }
    return pieces;
  }

  private static boolean mayBreakBehind(char c, char next, boolean code) {
    if (NEVER_FIRST.indexOf(next) >= 0 || NEVER_LAST.indexOf(c) >= 0) {
      return false;
    }
    return c == ' ' ? next != ' ' && !code : !code && (isWide(c) || isWide(next)) && next != ' ';
  }

  /** Columns that a text takes. */
  static int width(String text) {
    return text.chars().map(c -> isWide((char) c) ? 2 : 1).sum();
  }

  /** CJK punctuation, kana, ideographs and full-width forms (UAX 11), as far as texts here go. */
  private static boolean isWide(char c) {
    return (c >= '\u3000' && c <= '\u9FFF')
        || (c >= '\uF900' && c <= '\uFAFF')
        || (c >= '\uFF01' && c <= '\uFF60');
  }
}
