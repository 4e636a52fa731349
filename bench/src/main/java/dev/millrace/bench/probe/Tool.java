package dev.millrace.bench.probe;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Programs of the machine that count, which may be there or not. */
final class Tool {
  /** A tool answers within that long: none does more than attach to a process, or write a file. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

  /** Attaching takes some milliseconds, so this costs neither time nor a CPU. */
  private static final long POLL_MILLIS = 2;

  private Tool() {}

  /**
   * How a program ended.
   *
   * @param exit its exit code
   * @param text what it printed, on either stream
   */
  record Output(int exit, String text) {
    /** The first line that says something, for a message of one line. */
    String line() {
      return firstLine(text).orElse("exit code " + exit);
    }
  }

  /** Why a program cannot be used: it is not found. */
  static Optional<String> missing(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    boolean found =
        Stream.of(path.split(File.pathSeparator))
            .filter(directory -> !directory.isEmpty())
            .map(directory -> Path.of(directory, name))
            .anyMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file));
    return found ? Optional.empty() : Optional.of(name + " is not installed");
  }

  /** A program that speaks no language but C's: numbers have no separators then. */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  /**
   * Runs a program to its end.
   *
   * @throws IllegalStateException if it cannot be started, or has not ended by then
   */
  static Output run(Duration limit, List<String> command) {
    Path directory = directory();
    try {
      Path text = directory.resolve("output");
      Process process =
          builder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(text.toFile())
              .start();
      await(process, limit, command);
      return new Output(process.exitValue(), read(text));
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
    } finally {
      delete(directory);
    }
  }

  /** Waits for the end of a program, and ends it if it takes too long. */
  static void await(Process process, Duration limit, List<String> command) {
    try {
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        kill(process);
        throw new IllegalStateException(
            "still no answer after " + limit.toSeconds() + " s from: " + String.join(" ", command));
      }
    } catch (InterruptedException e) {
      kill(process);
      throw interrupted(command.get(0), e);
    }
  }

  /** Waits until something is the case; false if it is not by then. */
  static boolean await(Duration limit, BooleanSupplier condition) {
    long endNanos = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNanos > 0) {
        return false;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        throw interrupted("a tool", e);
      }
    }
    return true;
  }

  /** Ends a program without its consent, and waits for that: nothing may be left behind. */
  static void kill(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the input of a program: " + e.getMessage(), e);
    }
    process.destroyForcibly().onExit().join();
  }

  private static IllegalStateException interrupted(String name, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for " + name, e);
  }

  static Optional<String> firstLine(String text) {
    return text.lines().map(String::trim).filter(line -> !line.isEmpty()).findFirst();
  }

  /** What a tool has written; nothing yet counts as nothing. */
  static String read(Path file) {
    try {
      return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** A temporary directory: for {@link #delete} later. */
  static Path directory() {
    try {
      return Files.createTempDirectory("millrace-probe");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary directory: " + e.getMessage(), e);
    }
  }

  /** Deletes a directory and the files in it. */
  static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        // What a tool that ends just now takes away itself is as good as deleted.
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory + ": " + e.getMessage(), e);
    }
  }
}
