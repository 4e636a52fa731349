package dev.millrace.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of the peers' libraries, as the build took them. */
final class Versions {
  private Versions() {}

  static String of(String library) {
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      Properties all = new Properties();
      all.load(in);
      return all.getProperty(library);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
