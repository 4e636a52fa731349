package dev.millrace.examples.http;

import java.net.FileNameMap;
import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;

/**
 * What a file is, by the end of its name. The JDK's own table is asked, which is the same on every
 * machine; before it what that has not, or has not in JDK 17.
 */
final class ContentTypes {
  /** Bytes of unknown meaning (RFC 9110 section 8.3): a browser saves them and runs nothing. */
  private static final String UNKNOWN = "application/octet-stream";

  private static final Map<String, String> OURS =
      Map.ofEntries(
          Map.entry("css", "text/css"),
          Map.entry("csv", "text/csv"),
          Map.entry("htm", "text/html"),
          Map.entry("html", "text/html"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("js", "text/javascript"), // RFC 9239
          Map.entry("json", "application/json"),
          Map.entry("md", "text/markdown"),
          Map.entry("mjs", "text/javascript"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("txt", "text/plain"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff2", "font/woff2"));

  private static final FileNameMap JDK = URLConnection.getFileNameMap();

  private ContentTypes() {}

  /** The media type of a file with this name, for text with the only charset of today. */
  static String of(String fileName) {
    String suffix = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    String type = OURS.get(suffix);
    if (type == null) {
      type = JDK.getContentTypeFor(fileName);
    }
    if (type == null) {
      return UNKNOWN;
    }
    return type.startsWith("text/") ? type + "; charset=utf-8" : type;
  }
}
