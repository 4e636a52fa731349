package dev.millrace.examples.showcase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON (RFC 8259) strictly, into maps, lists, texts, numbers, booleans and nulls: what the
 * server writes is held against somebody else's idea of it.
 */
final class JsonText {
  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /** The one value that is there. */
  static Object read(String text) {
    JsonText reader = new JsonText(text);
    Object value = reader.value();
    reader.skipSpace();
    if (reader.at != text.length()) {
      throw reader.wrong("the end");
    }
    return value;
  }

  /** A member of an object, an element of an array, and so on down. */
  static Object at(Object value, Object... path) {
    for (Object step : path) {
      value = step instanceof Integer i ? ((List<?>) value).get(i) : ((Map<?, ?>) value).get(step);
    }
    return value;
  }

  /** The same where a number is expected. */
  static long numberAt(Object value, Object... path) {
    return ((Number) at(value, path)).longValue();
  }

  private Object value() {
    skipSpace();
    char c = peek();
    switch (c) {
      case '{' -> {
        return object();
      }
      case '[' -> {
        return array();
      }
      case '"' -> {
        return string();
      }
      default -> {
        for (String word : new String[] {"null", "true", "false"}) {
          if (text.startsWith(word, at)) {
            at += word.length();
            return word.equals("null") ? null : (Object) word.equals("true");
          }
        }
        return number();
      }
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    take('{');
    if (isNext('}')) {
      return members;
    }
    do {
      skipSpace();
      String name = string();
      skipSpace();
      take(':');
      if (members.put(name, value()) != null) {
        throw wrong("a name that was not there yet, but " + name);
      }
    } while (isNext(','));
    take('}');
    return members;
  }

  private List<Object> array() {
    List<Object> elements = new ArrayList<>();
    take('[');
    if (isNext(']')) {
      return elements;
    }
    do {
      elements.add(value());
    } while (isNext(','));
    take(']');
    return elements;
  }

  private String string() {
    StringBuilder value = new StringBuilder();
    take('"');
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return value.toString();
      }
      if (c < ' ') {
        throw wrong("no control character in a string");
      }
      value.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = peek();
    at++;
    int simple = "\"\\/bfnrt".indexOf(c);
    if (simple >= 0) {
      return "\"\\/\b\f\n\r\t".charAt(simple);
    }
    if (c != 'u' || at + 4 > text.length()) {
      throw wrong("an escape");
    }
    at += 4;
    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
  }

  private Number number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      at = start;
      throw wrong("a value");
    }
    if (digits.matches("-?[0-9]+")) {
      return Long.valueOf(digits);
    }
    return Double.valueOf(digits);
  }

  private boolean isNext(char c) {
    skipSpace();
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void take(char c) {
    skipSpace();
    if (peek() != c) {
      throw wrong("'" + c + "'");
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String expected) {
    int from = Math.max(0, at - 20);
    String around = text.substring(from, Math.min(text.length(), at + 20));
    return new IllegalArgumentException(expected + " expected at " + at + ": …" + around + "…");
  }
}
