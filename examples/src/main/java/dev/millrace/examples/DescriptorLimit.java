package dev.millrace.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many connections this process can have. */
final class DescriptorLimit {
  /**
   * Descriptors that are not connections: a JVM has 20 to 40 open for itself (jars, standard
   * streams, selector), some are for files that are being sent, one is each listener's reserve.
   */
  static final int MARGIN = 64;

  /** Where the limit can't be read: half of what Linux commonly gives. */
  private static final int UNKNOWN_LIMIT = 10_000;

  private DescriptorLimit() {}

  static int defaultConnections() {
    return Math.max(1, limit() - MARGIN);
  }

  /**
   * From proc(5), which needs no module beside java.base; the JVM has raised the soft limit to the
   * hard one by now.
   */
  private static int limit() {
    Path limits = Path.of("/proc/self/limits");
    if (!Files.isReadable(limits)) {
      return UNKNOWN_LIMIT;
    }
    try {
      for (String line : Files.readAllLines(limits)) {
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).trim().split("\\s+", 2)[0];
          return soft.equals("unlimited")
              ? 1_000_000
              : (int) Math.min(Long.parseLong(soft), 1_000_000);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return UNKNOWN_LIMIT; // not Linux's /proc after all
    }
    return UNKNOWN_LIMIT;
  }
}
