package dev.millrace.examples.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Full files that could not be compressed, because the disk was full or the program was killed:
 * logback leaves them as they are, for ever, beside an archive that is cut or empty. They are
 * compressed when there is room, and the oldest are deleted beyond the bound of all archives.
 *
 * <p>Thread rule: whoever compresses, so that none is met that is being made.
 */
final class Leftovers {
  private final Path directory;
  private final Pattern form;
  private final long totalBytes;

  Leftovers(Path directory, String name, long totalBytes) {
    this.directory = directory;
    this.form = Pattern.compile(Pattern.quote(name) + "\\.\\d{4}-\\d\\d-\\d\\d\\.\\d+\\.jsonl");
    this.totalBytes = totalBytes;
  }

  void sweep() throws IOException {
    List<Path> left = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (form.matcher(file.getFileName().toString()).matches()) {
          left.add(file);
        }
      }
    }
    left.sort(Comparator.comparingLong((Path file) -> file.toFile().lastModified()).reversed());
    long bytes = 0;
    for (Path file : left) {
      long size = Files.size(file);
      if (!compress(file)) {
        bytes += size;
        if (bytes > totalBytes) {
          Files.delete(file);
        }
      }
    }
  }

  /** Under another name first: under its own an archive is whole. */
  private static boolean compress(Path file) throws IOException {
    Path archive = file.resolveSibling(file.getFileName() + ".gz");
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(part))) {
        Files.copy(file, out);
      }
      Files.move(part, archive, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // Still no room. What there is of archives is less than the file, and in its place.
      Files.deleteIfExists(part);
      Files.deleteIfExists(archive);
      return false;
    }
    Files.delete(file);
    return true;
  }
}
