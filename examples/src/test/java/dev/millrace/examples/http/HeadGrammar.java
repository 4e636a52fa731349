package dev.millrace.examples.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a head says, found by regular expressions: slow, after the grammar of RFC 9112, and without
 * a line in common with the parser.
 */
record HeadGrammar(
    int length,
    String target,
    String host,
    boolean isKeepAlive,
    long contentLength,
    boolean isChunked,
    boolean expectsContinue) {
  private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
  private static final Pattern HEAD =
      Pattern.compile(
          "(?:\\r\\n)?("
              + (TOKEN + "{1,20}) ([\\x21-\\x7e&&[^#]]{1,64}) HTTP/1\\.([0-9])\\r\\n")
              + ("((?:" + TOKEN + "++:[\\t\\x20-\\x7e\\x80-\\xff]*+\\r\\n)*+)\\r\\n"));
  private static final String HOST_NAME = "(?:[\\-._~0-9A-Za-z!$&'()*+,;=]|%[0-9A-Fa-f]{2})+";
  private static final String AUTHORITY =
      "(?:" + HOST_NAME + "|\\[[\\-._~0-9A-Za-z!$&'()*+,;=:]+\\])(?::[0-9]*)?";
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i:https?)://(" + AUTHORITY + ")((?:/[^?]*)?)((?:\\?.*)?)");

  /** What a head at the stream's beginning says; null if there is no valid one. */
  static HeadGrammar read(byte[] stream) {
    Matcher head = HEAD.matcher(new String(stream, StandardCharsets.ISO_8859_1));
    if (!head.lookingAt() || head.end() - head.start(4) > Reading.MAX_HEADER_BYTES) {
      return null;
    }
    String method = head.group(1);
    String target = head.group(2);
    boolean isOld = head.group(3).equals("0");
    List<String> hosts = values(head.group(4), "host");
    List<String> lengths = values(head.group(4), "content-length");
    String codings = String.join(",", values(head.group(4), "transfer-encoding"));
    boolean hasCodings = !values(head.group(4), "transfer-encoding").isEmpty();
    if (hosts.size() > 1 || (hosts.isEmpty() && !isOld)) {
      return null;
    }
    String host = hosts.isEmpty() ? "" : hosts.get(0);
    if (!host.isEmpty() && !host.matches(AUTHORITY)) {
      return null;
    }
    Matcher absolute = ABSOLUTE.matcher(target);
    if (method.equals("CONNECT")) {
      if (!target.matches(AUTHORITY) || !target.matches(".*:[0-9]+")) {
        return null;
      }
      host = target;
    } else if (absolute.matches()) {
      host = absolute.group(1);
      target = absolute.group(2) + absolute.group(3);
      if (target.isEmpty() && method.equals("OPTIONS")) {
        target = "*";
      } else if (!target.startsWith("/")) {
        target = "/" + target;
      }
    } else if (!target.startsWith("/") && !(target.equals("*") && method.equals("OPTIONS"))) {
      return null;
    }
    long length = -1;
    if (!lengths.isEmpty()) {
      if (lengths.size() > 1 || hasCodings || !lengths.get(0).matches("[0-9]+")) {
        return null;
      }
      try {
        length = Long.parseLong(lengths.get(0));
      } catch (NumberFormatException e) {
        return null;
      }
    }
    if (hasCodings && (isOld || !codings.equalsIgnoreCase("chunked"))) {
      return null;
    }
    List<String> connection =
        List.of(
            String.join(",", values(head.group(4), "connection"))
                .toLowerCase(Locale.ROOT)
                .split("[ \\t]*,[ \\t]*"));
    boolean isKept = !connection.contains("close") && (!isOld || connection.contains("keep-alive"));
    boolean expects =
        !isOld
            && (hasCodings || length > 0)
            && values(head.group(4), "expect").stream()
                .anyMatch(value -> value.equalsIgnoreCase("100-continue"));
    return new HeadGrammar(head.end(), target, host, isKept, length, hasCodings, expects);
  }

  /** The same of what the parser found. */
  static HeadGrammar of(RequestHead head) {
    return new HeadGrammar(
        head.length(),
        head.target(),
        head.host(),
        head.isKeepAlive(),
        head.contentLength(),
        head.isChunked(),
        head.expectsContinue());
  }

  private static List<String> values(String section, String lowerCaseName) {
    List<String> values = new ArrayList<>();
    for (String line : section.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(lowerCaseName)) {
        values.add(line.substring(colon + 1).replaceAll("^[ \t]+|[ \t]+$", ""));
      }
    }
    return values;
  }
}
