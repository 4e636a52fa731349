package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A JDK's exception about a file often says no more than its name. */
@Timeout(60)
class FileCannotBeReachedTest {
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  @Command(name = "some")
  private static final class Failing implements Callable<Integer> {
    private final IOException failure;

    Failing(IOException failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() throws IOException {
      throw failure;
    }
  }

  private String said(Object command, String... args) {
    CommandLine line = Programs.commandLine(command).setErr(new PrintWriter(err));
    line.setOut(new PrintWriter(new StringWriter()));
    assertEquals(1, line.execute(args), err::toString);
    return err.toString();
  }

  @Test
  void oneThatIsNotThere() {
    assertEquals(
        "some: /a/b: no such file or directory\n",
        said(new Failing(new NoSuchFileException("/a/b"))));
  }

  @Test
  void oneThatMayNotBeTouched() {
    assertEquals(
        "some: /a/b: not permitted\n", said(new Failing(new AccessDeniedException("/a/b"))));
  }

  @Test
  void oneOfWhichTheClassIsAllThatIsKnown() {
    assertEquals("some: /a/b: NotLinkException\n", said(new Failing(new NotLinkException("/a/b"))));
  }

  @Test
  void oneOfWhichTheKernelSaysWhatItWas() {
    assertEquals(
        "some: /a/b: Is a directory\n",
        said(new Failing(new FileSystemException("/a/b", null, "Is a directory"))));
  }

  @Test
  void whatIsNotAboutAFileSaysItItself() {
    assertEquals("some: no more room\n", said(new Failing(new IOException("no more room"))));
  }

  @Test
  void aProgramOfTheJar() {
    Path rows = directory.resolve("none").resolve("rows.tsv");
    assertEquals(
        "lab run: " + rows + ": no such file or directory\n",
        said(new Examples(), "lab", "run", "half-close", "--rows", rows.toString()));
  }
}
