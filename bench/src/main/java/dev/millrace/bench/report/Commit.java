package dev.millrace.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What the measured code was built from. The build writes it beside this class, since a jar may be
 * far from its checkout, and a checkout may have moved on since the jar was built: asking Git at
 * run time would name what is there now and not what runs.
 */
final class Commit {
  private Commit() {}

  /** The commit, with {@code -dirty} behind it if files differed from it, or unknown. */
  static String ofThisBuild() {
    try (InputStream built = Commit.class.getResourceAsStream("commit.properties")) {
      Properties properties = new Properties();
      if (built != null) {
        properties.load(new InputStreamReader(built, UTF_8));
      }
      return of(properties);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar cannot be read: " + e.getMessage(), e);
    }
  }

  static String of(Properties built) {
    String commit = built.getProperty("git.commit.id", "");
    if (commit.isEmpty()) {
      return Environment.UNKNOWN;
    }
    return Boolean.parseBoolean(built.getProperty("git.dirty")) ? commit + "-dirty" : commit;
  }
}
