package dev.millrace.examples.logs;

import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that logs more than its disk takes, then makes room, and looks what has become of it.
 */
final class LogStorm {
  /** Lines that are logged when there is room again; fewer than the queue holds. */
  static final int AFTERWARDS = 300;

  private static final Logger LOG = LoggerFactory.getLogger("storm");

  private LogStorm() {}

  public static void main(String[] args) throws Exception {
    quietConsole();
    Path directory = Path.of(args[0]);
    // What is told of lost lines is counted too, so the queue never fills: the disk alone loses.
    LogSettings settings =
        new LogSettings(
            32 << 10, 10 << 20, 30, 200_000, Duration.ofMinutes(1), Duration.ofSeconds(60));
    Path ballast = directory.resolve("ballast");
    Files.write(ballast, new byte[200 << 10]);
    int logged = 0;
    LogFiles files = LogFiles.open(directory, "storm", settings);
    try (files) {
      // In steps, so that archives are made in between and fill what is left.
      while (files.lost() < 2_000) {
        for (int i = 0; i < 500; i++) {
          log("full", logged++);
        }
        awaitStill(files);
      }
      System.out.println("whileFull=" + files.lost());
      Files.delete(ballast);
      for (int i = 0; i < AFTERWARDS; i++) {
        log("afterwards", logged++);
      }
    }
    report(directory, files.lost(), logged);
  }

  static void quietConsole() {
    Appender<ILoggingEvent> console =
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
            .getAppender("STDERR");
    ThresholdFilter warnings = new ThresholdFilter();
    warnings.setLevel("WARN");
    warnings.start();
    console.addFilter(warnings);
  }

  private static void awaitStill(LogFiles files) {
    while (files.waiting() > 0) {
      Thread.onSpinWait();
    }
  }

  private static void log(String phase, int n) {
    // Of a length that changes, so that the edge of the disk is met at every place of a line.
    LOG.atInfo()
        .addKeyValue("phase", phase)
        .addKeyValue("n", n)
        .addKeyValue("text", noise(n, 1 + n % 13))
        .log("line");
  }

  /** What can hardly be compressed, or archives would be next to nothing. */
  private static String noise(int n, int words) {
    SplittableRandom random = new SplittableRandom(n);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(Long.toHexString(random.nextLong()));
    }
    return text.toString();
  }

  private static void report(Path directory, long lost, int logged) throws IOException {
    long read = 0;
    long afterwards = 0;
    long damaged = 0;
    long told = 0;
    for (Path file : JsonLines.files(directory)) {
      System.out.println(file + " " + Files.size(file));
    }
    try {
      for (Map<String, String> line : JsonLines.of(directory)) {
        if (line.containsKey("phase")) {
          read++;
          afterwards += line.get("phase").equals("afterwards") ? 1 : 0;
        } else if (line.containsKey("lost")) {
          told += Long.parseLong(line.get("lost"));
        }
      }
    } catch (AssertionError e) {
      System.out.println(e);
      damaged++;
    }
    System.out.println("logged=" + logged);
    System.out.println("lost=" + lost);
    System.out.println("read=" + read);
    System.out.println("afterwards=" + afterwards);
    System.out.println("damaged=" + damaged);
    System.out.println("told=" + told);
  }

  static Map<String, Long> counts(List<String> said) {
    Map<String, Long> counts = new HashMap<>();
    for (String line : said) {
      if (line.matches("\\w+=\\d+")) {
        String[] pair = line.split("=", -1);
        counts.put(pair[0], Long.valueOf(pair[1]));
      }
    }
    return counts;
  }
}
