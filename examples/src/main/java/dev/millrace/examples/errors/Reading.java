package dev.millrace.examples.errors;

import dev.millrace.examples.errors.Failure.Way;
import dev.millrace.examples.errors.LineParser.Line;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads logs and counts what is in them.
 *
 * <p>Thread rule: one thread.
 */
final class Reading {
  /** A log that is damaged all over is told as well by ten lines as by a million. */
  private static final int MOST_NAMED = 10;

  /** A directory in which every file is wrong is told as well by as many. */
  private static final int MOST_TROUBLES = 20;

  private static final String GZ = ".gz";

  /** In each of these the whole of the failures may be; episodes are counted with each. */
  private final Map<Way, Tally> tallies = new EnumMap<>(Way.class);

  private final Map<Way, Long> counts = new EnumMap<>(Way.class);
  private final LineParser parser;
  private final List<String> damagedNamed = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private long moreTroubles;
  private long files;
  private long lines;
  private long orderly;
  private long others;
  private long damaged;
  private long linesLost;

  Reading(ZoneId zone) {
    parser = new LineParser(zone);
    for (Way way : List.of(Way.EVENT, Way.RECORD, Way.PRINTED)) {
      tallies.put(way, new Tally());
    }
    for (Way way : Way.values()) {
      counts.put(way, 0L);
    }
  }

  /**
   * The log files of a directory: {@code .jsonl}, {@code .log} and {@code .gz} of them, by name.
   * What is called so and is no file is a trouble and no more. A program that is killed while it
   * compresses a file leaves both; the plain one is whole then, so the other one is left out.
   */
  List<Path> logsIn(Path directory) throws IOException {
    SortedSet<Path> named = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path file : all) {
        if (file.getFileName().toString().matches(".*\\.(jsonl|log)(\\.gz)?")) {
          named.add(file);
        }
      }
    }
    List<Path> logs = new ArrayList<>();
    for (Path file : named) {
      String name = file.getFileName().toString();
      if (!Files.isRegularFile(file)) {
        trouble(file + " is left out: it is no file, or a link to none");
      } else if (name.endsWith(GZ)
          && named.contains(plain(file, name))
          && Files.isRegularFile(plain(file, name))) {
        trouble(file + " is left out: " + plain(file, name).getFileName() + " is there as well");
      } else {
        logs.add(file);
      }
    }
    return logs;
  }

  private static Path plain(Path file, String name) {
    return file.resolveSibling(name.substring(0, name.length() - GZ.length()));
  }

  /** Reads a file, a pipe or a device to its end. */
  void read(Path file) throws IOException {
    // Not Files.newInputStream: a stream of that asks for its position, and a pipe has none.
    try (InputStream in = new FileInputStream(file.toFile())) {
      boolean hasTime = Files.isRegularFile(file);
      read(
          file.toString(),
          in,
          hasTime ? Files.getLastModifiedTime(file).toInstant() : Instant.now());
    }
  }

  /**
   * Reads one of a directory's files. It may have been rotated away since it was listed, or belong
   * to somebody else; that is a trouble, and the others are read all the same.
   */
  void readIfPossible(Path file) {
    try {
      read(file);
    } catch (FileNotFoundException e) {
      trouble("can't be read: " + e.getMessage()); // begins with the name
    } catch (IOException e) {
      trouble(file + " can't be read (" + e.getMessage() + ")");
    }
  }

  /**
   * Reads one log to its end.
   *
   * @param lastChange when it was last written, for lines without a date
   */
  void read(String name, InputStream in, Instant lastChange) throws IOException {
    files++;
    parser.begin(lastChange);
    Failure failure = new Failure();
    try (LogLines log = new LogLines(in)) {
      while (log.next()) {
        lines++;
        try {
          if (log.isTooLong()) {
            throw new DamagedLine("longer than " + (LogLines.LONGEST_LINE >> 20) + " MiB");
          }
          count(parser.parse(log.line(), log.length(), failure), failure);
        } catch (DamagedLine e) {
          damaged++;
          if (damagedNamed.size() < MOST_NAMED) {
            damagedNamed.add(name + ":" + log.number() + ": " + e.getMessage());
          }
        }
      }
      if (log.cut() != null) {
        trouble(name + " is cut short (" + log.cut() + "); read until line " + log.number());
      }
      if (parser.isLongerThanADay()) {
        trouble(
            name
                + " goes on for a day or longer, and its times have no dates: all of them are taken"
                + " to be of its last 24 hours");
      }
    }
  }

  private void count(Line line, Failure failure) throws DamagedLine {
    if (failure.linesLost > Tally.MOST_FAILURES - linesLost) {
      throw new DamagedLine("lost is too much to add to what was lost before");
    }
    linesLost += failure.linesLost;
    if (line != Line.FAILURE) {
      orderly += line == Line.ORDERLY_END ? 1 : 0;
      others += line == Line.OTHER ? 1 : 0;
      return;
    }
    if (failure.way == Way.EPISODE) {
      for (Tally tally : tallies.values()) {
        tally.add(failure);
      }
    } else {
      tallies.get(failure.way).add(failure);
    }
    counts.merge(failure.way, failure.count, Long::sum);
  }

  /** Which way had most of the failures, and so all of them if one had. */
  Way way() {
    Way most = Way.EVENT;
    for (Way way : tallies.keySet()) {
      if (counts.get(way) > counts.get(most)) {
        most = way;
      }
    }
    return most;
  }

  Tally tally() {
    return tallies.get(way());
  }

  /** How many failures came in each way. */
  long count(Way way) {
    return counts.get(way);
  }

  /** {@code FILE:LINE: why} of the first ones. */
  List<String> damagedNamed() {
    return List.copyOf(damagedNamed);
  }

  /** What was wrong with whole files. */
  List<String> troubles() {
    List<String> told = new ArrayList<>(troubles);
    if (moreTroubles > 0) {
      told.add("and as much is wrong with " + moreTroubles + " more");
    }
    return List.copyOf(told);
  }

  private void trouble(String what) {
    if (troubles.size() < MOST_TROUBLES) {
      troubles.add(what);
    } else {
      moreTroubles++;
    }
  }

  long files() {
    return files;
  }

  long lines() {
    return lines;
  }

  long orderly() {
    return orderly;
  }

  long others() {
    return others;
  }

  long damaged() {
    return damaged;
  }

  /** Log lines that never came into a file, as the log itself says. */
  long linesLost() {
    return linesLost;
  }
}
