package dev.millrace.examples.chat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;

/**
 * A member's name: letters and digits of any script, and {@code - _ .} behind the first. So it has
 * no control characters, which a terminal would obey, no blanks, nothing invisible and nothing that
 * turns the direction of writing, by which a name could look like another one or like the room.
 */
final class Nickname {
  /** Room for eight characters of any script, thirty of Latin; a line of a terminal has 80. */
  static final int MAX_BYTES = 32;

  private final String text;
  private final byte[] utf8;
  private final String key;

  private Nickname(String text, byte[] utf8) {
    this.text = text;
    this.utf8 = utf8;
    this.key = keyOf(text);
  }

  /**
   * What is wrong with a name.
   *
   * @return null if nothing is
   */
  static String faultOf(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return "a name has at most " + MAX_BYTES + " bytes";
    }
    if (text.isEmpty() || !Character.isLetterOrDigit(text.codePointAt(0))) {
      return "a name begins with a letter or a digit";
    }
    return text.codePoints().allMatch(Nickname::isAllowed)
        ? null
        : "a name has letters, digits and - _ . and nothing else";
  }

  private static boolean isAllowed(int c) {
    // Marks, since scripts such as Devanagari are not written without them.
    return Character.isLetterOrDigit(c)
        || Character.getType(c) == Character.NON_SPACING_MARK
        || Character.getType(c) == Character.COMBINING_SPACING_MARK
        || c == '-'
        || c == '_'
        || c == '.';
  }

  /** A name in which {@link #faultOf} has found nothing. */
  static Nickname of(String text) {
    return new Nickname(text, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What must be unique: the same letters in another case, width or composition are the same name.
   * Letters of another script that look alike stay different (Unicode Technical Standard 39 has
   * tables for them).
   */
  private static String keyOf(String text) {
    String upper = Normalizer.normalize(text, Normalizer.Form.NFKC).toUpperCase(Locale.ROOT);
    return Normalizer.normalize(upper.toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
  }

  String key() {
    return key;
  }

  /** The name as it is sent; not to be changed. */
  byte[] utf8() {
    return utf8;
  }

  @Override
  public String toString() {
    return text;
  }
}
