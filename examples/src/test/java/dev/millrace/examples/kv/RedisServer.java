package dev.millrace.examples.kv;

import dev.millrace.examples.OutsideProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Redis to be held against: Debian's {@code redis-server}, in memory only, with one database
 * as ours, listening on a socket of its own in the file system. So no port has to be guessed, and
 * two builds on one machine never meet.
 */
final class RedisServer implements AutoCloseable {
  /** Far more than it takes on a loaded machine; only a failure waits so long. */
  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final Path directory;

  private RedisServer(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /** Starts one and returns when it listens; skips the test where there is none. */
  static RedisServer start(String... options) throws IOException {
    OutsideProgram.require("redis-server");
    Path directory = Files.createTempDirectory("redis"); // short: sockaddr_un has 108 bytes
    // The shell ends Redis when its own input ends, which it does even if this JVM is killed.
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "\"$@\" & redis=$!; read; kill -9 $redis", "bash");
    builder
        .command()
        .addAll(
            List.of(
                "redis-server", "--port", "0", "--unixsocket", directory.resolve("s").toString()));
    builder.command().addAll(List.of("--save", "", "--appendonly", "no", "--databases", "1"));
    builder.command().addAll(List.of(options));
    builder.directory(directory.toFile()).redirectErrorStream(true);
    RedisServer redis = new RedisServer(builder.start(), directory);
    boolean listening = false;
    try {
      redis.awaitListening();
      listening = true;
      return redis;
    } finally {
      if (!listening) {
        redis.close();
      }
    }
  }

  private void awaitListening() throws IOException {
    StringBuilder seen = new StringBuilder();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.contains("ready to accept connections")) {
        return;
      }
      seen.append(line).append('\n');
    }
    throw new IOException("redis-server ended:\n" + seen);
  }

  SocketAddress address() {
    return UnixDomainSocketAddress.of(directory.resolve("s"));
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("redis-server is still running: " + process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.getInputStream().close();
    Files.deleteIfExists(directory.resolve("s"));
    Files.delete(directory);
  }
}
