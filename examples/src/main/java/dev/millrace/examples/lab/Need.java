package dev.millrace.examples.lab;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Something that an experiment can't do without, and that not every machine has. */
public final class Need {
  private final String missing;
  private final BooleanSupplier there;

  private Need(String missing, BooleanSupplier there) {
    this.missing = missing;
    this.there = there;
  }

  /**
   * A need.
   *
   * @param missing what to say where it is not met, in a few words: {@code "root"}
   * @param there whether it is met here and now
   */
  public static Need of(String missing, BooleanSupplier there) {
    return new Need(Objects.requireNonNull(missing), Objects.requireNonNull(there));
  }

  /** A program on the search path. */
  public static Need program(String name) {
    return of("the program '" + name + "'", () -> isOnPath(name));
  }

  /** Whether it is met here and now. */
  public boolean isMet() {
    return there.getAsBoolean();
  }

  /** What is missing if it is not met. */
  @Override
  public String toString() {
    return missing;
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    return path != null
        && Pattern.compile(Pattern.quote(File.pathSeparator))
            .splitAsStream(path)
            .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
