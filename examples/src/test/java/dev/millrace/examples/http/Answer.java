package dev.millrace.examples.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An answer as a client reads it, strictly: whatever is not framed as it has to be is an error. */
record Answer(int status, List<String> fields, String body, List<String> trailers) {

  /** The value of a field, null if it isn't there; an error if it is there twice. */
  String field(String name) {
    String found = null;
    String prefix = name.toLowerCase(Locale.ROOT) + ": ";
    for (String line : fields) {
      if (line.toLowerCase(Locale.ROOT).startsWith(prefix)) {
        if (found != null) {
          throw new AssertionError(name + " twice: " + fields);
        }
        found = line.substring(prefix.length());
      }
    }
    return found;
  }

  boolean isLast() {
    return "close".equals(field("Connection"));
  }

  /** Answers that came on one connection, in order. */
  static final class Reader {
    private final String text;
    private int at;

    Reader(byte[] received) {
      text = new String(received, StandardCharsets.ISO_8859_1);
    }

    Reader(String received) {
      text = received;
    }

    boolean isAtEnd() {
      return at == text.length();
    }

    /** What was not read, for a message. */
    String rest() {
      return text.substring(at, Math.min(text.length(), at + 200));
    }

    /**
     * The next answer.
     *
     * @param method of the request it is to
     * @return null if not all of it is there, and then nothing is read
     */
    Answer next(String method) {
      int begin = at;
      Answer answer = read(method);
      if (answer == null) {
        at = begin;
      }
      return answer;
    }

    private Answer read(String method) {
      int end = text.indexOf("\r\n\r\n", at);
      if (end < 0) {
        return null;
      }
      List<String> lines = new ArrayList<>(List.of(text.substring(at, end).split("\r\n", -1)));
      String first = lines.remove(0);
      check(first.matches("HTTP/1\\.1 [1-5][0-9][0-9] [A-Za-z ]+"), first);
      for (String line : lines) {
        check(line.matches("[A-Za-z-]+: [ -~]+"), line);
      }
      at = end + 4;
      int status = Integer.parseInt(first.substring(9, 12));
      Answer head = new Answer(status, lines, "", List.of());
      if (status != 100) {
        check(HttpDate.parse(head.field("Date")) != null, "Date of " + lines);
      }
      String length = head.field("Content-Length");
      String coding = head.field("Transfer-Encoding");
      check(length == null || coding == null, "two framings: " + lines);
      if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
        check(coding == null && (status >= 200 || length == null), "no body, but " + lines);
        return head;
      }
      if (coding != null) {
        check(coding.equals("chunked"), coding);
        return chunked(status, lines);
      }
      check(length != null, "no length: " + lines);
      int n = Integer.parseInt(length);
      if (text.length() - at < n) {
        return null;
      }
      at += n;
      return new Answer(status, lines, text.substring(at - n, at), List.of());
    }

    private Answer chunked(int status, List<String> lines) {
      StringBuilder body = new StringBuilder();
      while (true) {
        int end = text.indexOf("\r\n", at);
        if (end < 0) {
          return null;
        }
        String size = text.substring(at, end);
        check(size.matches("[0-9a-f]{1,7}"), "chunk size " + size);
        int n = Integer.parseInt(size, 16);
        at = end + 2;
        if (n == 0) {
          break;
        }
        if (text.length() - at < n + 2) {
          return null;
        }
        body.append(text, at, at + n);
        at += n;
        check(text.startsWith("\r\n", at), "chunk's end");
        at += 2;
      }
      List<String> trailers = new ArrayList<>();
      while (true) {
        int end = text.indexOf("\r\n", at);
        if (end < 0) {
          return null;
        }
        String line = text.substring(at, end);
        at = end + 2;
        if (line.isEmpty()) {
          return new Answer(status, lines, body.toString(), trailers);
        }
        trailers.add(line);
      }
    }

    private static void check(boolean isRight, String what) {
      if (!isRight) {
        throw new AssertionError("wrong framing: " + what);
      }
    }
  }
}
