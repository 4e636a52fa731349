package dev.millrace.examples.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary file, or a directory of files, that is gone when it is closed, and also when a signal
 * ends the JVM before that.
 *
 * <p>Not {@code deleteOnExit}: what was asked of that is never forgotten, and a page that runs
 * experiments for weeks makes many of them.
 */
final class Temporary implements AutoCloseable {
  private final Path path;
  private final Thread atExit;

  private Temporary(Path path) throws IOException {
    this.path = path;
    this.atExit = new Thread(this::deleteAtExit, "temporary");
    boolean done = false;
    try {
      Runtime.getRuntime().addShutdownHook(atExit);
      done = true;
    } catch (IllegalStateException e) {
      throw new IOException("nothing is begun any more, as the JVM ends", e);
    } finally {
      if (!done) {
        delete();
      }
    }
  }

  /** An empty file. */
  static Temporary file(String suffix) throws IOException {
    return new Temporary(Files.createTempFile("lab", suffix));
  }

  /** An empty directory, for files and not for other directories. */
  static Temporary directory() throws IOException {
    return new Temporary(Files.createTempDirectory("lab"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // a signal: the hook is at it
    }
    delete();
  }

  private void deleteAtExit() {
    try {
      delete();
    } catch (IOException e) {
      System.err.println("lab: '" + path + "' is left over: " + e);
    }
  }

  private void delete() throws IOException {
    File[] inside = path.toFile().listFiles(); // null: no directory
    if (inside != null) {
      for (File each : inside) {
        Files.deleteIfExists(each.toPath());
      }
    }
    Files.deleteIfExists(path);
  }
}
