package dev.millrace.examples.showcase;

/**
 * Writes JSON (RFC 8259), one value after another; who calls sees to it that names and values take
 * turns. The text has no line break and no character outside of ASCII: it may be put on one line of
 * an event, and read in any character set.
 *
 * <p>One thread.
 */
final class Json {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text = new StringBuilder(1 << 12);

  /** Whether a comma is due before what comes next. */
  private boolean isBehindValue;

  Json object() {
    return open('{');
  }

  Json endObject() {
    return close('}');
  }

  Json array() {
    return open('[');
  }

  Json endArray() {
    return close(']');
  }

  /** A member's name; its value comes next. */
  Json name(String name) {
    value(name);
    text.append(':');
    isBehindValue = false;
    return this;
  }

  /** A string; null is {@code null}. */
  Json value(String value) {
    separate();
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  Json value(long value) {
    separate();
    text.append(value);
    return this;
  }

  Json value(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  /** A value that is JSON already, in one line. */
  Json raw(String json) {
    separate();
    text.append(json);
    return this;
  }

  Json member(String name, String value) {
    return name(name).value(value);
  }

  Json member(String name, long value) {
    return name(name).value(value);
  }

  Json member(String name, boolean value) {
    return name(name).value(value);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private Json open(char bracket) {
    separate();
    text.append(bracket);
    isBehindValue = false;
    return this;
  }

  private Json close(char bracket) {
    text.append(bracket);
    isBehindValue = true;
    return this;
  }

  private void separate() {
    if (isBehindValue) {
      text.append(',');
    }
    isBehindValue = true;
  }

  /** Everything but plain ASCII as its code, one UTF-16 unit each: also half a pair stays whole. */
  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        text.append(c);
      } else {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          text.append(HEX.charAt(c >> shift & 0xf));
        }
      }
    }
    text.append('"');
  }
}
