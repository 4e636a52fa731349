package dev.millrace.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The C program, compiled into a directory of its own, which goes with this.
 *
 * <p>The program may run on when it is closed: the file of one that runs stays until it ends.
 */
final class EpollEchoProgram implements AutoCloseable {
  static final String COMPILER = "cc";

  static final String SETTINGS =
      "epoll-echo.c, cc -O2; level-triggered, one buffer of 64 KiB, TCP_NODELAY, backlog 4096; no"
          + " time-outs";

  /** A hundred times what it takes; only a compiler that hangs takes so long. */
  private static final int COMPILE_SECONDS = 60;

  private final Path directory;

  private EpollEchoProgram(Path directory) {
    this.directory = directory;
  }

  static EpollEchoProgram compile() throws IOException {
    EpollEchoProgram program = new EpollEchoProgram(Files.createTempDirectory("millrace-bench-"));
    boolean compiled = false;
    try {
      program.compileInto();
      compiled = true;
      return program;
    } finally {
      if (!compiled) {
        program.close();
      }
    }
  }

  Path executable() {
    return directory.resolve("epoll-echo");
  }

  private Path source() {
    return directory.resolve("epoll-echo.c");
  }

  private Path messages() {
    return directory.resolve("messages");
  }

  private void compileInto() throws IOException {
    try (InputStream in = EpollEchoProgram.class.getResourceAsStream("epoll-echo.c")) {
      Files.copy(in, source());
    }
    Process compiler =
        new ProcessBuilder(
                COMPILER,
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                executable().toString(),
                source().toString())
            .redirectErrorStream(true)
            .redirectOutput(messages().toFile())
            .start();
    try {
      if (!compiler.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(COMPILER + " does not end within " + COMPILE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compiling", e);
    } finally {
      compiler.destroyForcibly();
    }
    if (compiler.exitValue() != 0) {
      throw new IOException(
          COMPILER
              + " ended with "
              + compiler.exitValue()
              + ": "
              + Files.readString(messages(), StandardCharsets.UTF_8).strip());
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(messages());
    Files.deleteIfExists(source());
    Files.deleteIfExists(executable());
    Files.delete(directory);
  }
}
