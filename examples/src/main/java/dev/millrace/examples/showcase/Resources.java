package dev.millrace.examples.showcase;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The page's files, out of the class path, read once: a request takes them from memory. Immutable;
 * any thread.
 */
final class Resources {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String[] NAMES = {
    "index.html",
    "style.css",
    "main.js",
    "draw.js",
    "diagram.js",
    "wheel.js",
    "failures.js",
    "tables.js",
    "lab.js",
    "guests.js",
    "icon.svg"
  };

  /** A file. */
  static final class Resource {
    private final String type;
    private final byte[] content;

    private Resource(String type, byte[] content) {
      this.type = type;
      this.content = content;
    }

    /** Its media type. */
    String type() {
      return type;
    }

    /** What is in it; not to be written to. */
    byte[] content() {
      return content;
    }
  }

  private final Map<String, Resource> byPath = new LinkedHashMap<>();

  /** Reads them all; their names are known here, so a path can lead nowhere else. */
  Resources() {
    for (String name : NAMES) {
      byPath.put("/" + name, new Resource(type(name), read(name)));
    }
    byPath.put("/", byPath.get("/index.html"));
  }

  /** What is at a path; null if nothing is. */
  Resource at(String path) {
    return byPath.get(path);
  }

  /** Every path there is. */
  Iterable<String> paths() {
    return byPath.keySet();
  }

  private static String type(String name) {
    return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
  }

  private static byte[] read(String name) {
    try (InputStream in = Resources.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the page's file " + name + " is not in this jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the page's file " + name + " can't be read", e);
    }
  }
}
