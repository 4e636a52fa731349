package dev.millrace.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.examples.chart.Fonts;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Reports as files: {@code NAME.json} is the record, all others are made from it. */
public final class Reports {
  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

  private Reports() {}

  /**
   * Makes the directory that a report is to be written to: who measures for an hour asks before.
   *
   * @throws IOException in one line, if nothing can be written there
   */
  public static void prepare(Path dir) throws IOException {
    if (Files.exists(dir) && !Files.isDirectory(dir)) {
      throw new IOException("results can't be written to " + dir + ": it is no directory");
    }
    try {
      Files.createDirectories(dir);
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
      throw new IOException("results can't be written to " + dir + ": " + reason, e);
    }
    if (!Files.isWritable(dir)) {
      throw new IOException("results can't be written to " + dir + ": permission denied");
    }
  }

  /**
   * Writes a report under the name of its command: {@code NAME.json}, {@code NAME.md}, and {@code
   * NAME-CHART.svg} and {@code .png} for each chart. Files of those names are replaced, so that
   * what links to them shows the newest; a directory a run keeps them all. Where there are no fonts
   * the charts are left out, and a warning says so.
   *
   * @param report what was measured
   * @param dir where to, made if it is not there
   * @return the files written, the JSON first
   */
  public static List<Path> write(Report report, Path dir) throws IOException {
    return write(report, dir, Table.fileWord(report.command()));
  }

  /** As {@link #write(Report, Path)}, under a name of one's own. */
  public static List<Path> write(Report report, Path dir, String name) throws IOException {
    Files.createDirectories(dir);
    String text = Json.write(report);
    Path json = Files.writeString(dir.resolve(name + ".json"), text);
    List<Path> written = new ArrayList<>(List.of(json));
    // From what was written and not from what is at hand, so that rendering again gives the same.
    written.addAll(render(Json.read(Json.tree(text)), dir, name));
    return written;
  }

  /**
   * Writes all but the JSON.
   *
   * @return the files written, the Markdown first
   */
  static List<Path> render(Report report, Path dir, String name) throws IOException {
    Files.createDirectories(dir);
    Map<String, String> pictures = new LinkedHashMap<>();
    List<Path> written = new ArrayList<>();
    Optional<String> unavailable = Fonts.unavailable();
    if (unavailable.isPresent()) {
      LOG.warn("{} is written without charts: {}", name, unavailable.get());
    } else {
      for (Drawing drawing : drawings(report)) {
        String file = name + "-" + drawing.id();
        written.add(Files.write(dir.resolve(file + ".svg"), drawing.svg()));
        written.add(Files.write(dir.resolve(file + ".png"), drawing.png()));
        pictures.put(drawing.id(), file + ".svg");
      }
    }
    written.add(0, Files.writeString(dir.resolve(name + ".md"), Markdown.of(report, pictures)));
    return written;
  }

  private static List<Drawing> drawings(Report report) {
    List<Drawing> drawings = new ArrayList<>();
    report.tables().forEach(table -> drawings.addAll(Charts.of(table)));
    report.curves().forEach(curves -> drawings.addAll(Charts.of(curves)));
    return drawings;
  }

  /**
   * Reads a report back.
   *
   * @throws IllegalArgumentException with one line, if the file holds none that can be read
   * @throws IOException if the file cannot be read
   */
  public static Report read(Path json) throws IOException {
    try {
      return Json.read(tree(json));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(json + ": " + e.getMessage(), e);
    }
  }

  static JsonNode tree(Path json) throws IOException {
    try {
      return Json.tree(Files.readString(json, UTF_8));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("no JSON: it is not UTF-8 text", e);
    }
  }
}
