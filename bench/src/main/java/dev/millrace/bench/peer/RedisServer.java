package dev.millrace.bench.peer;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Redis server of this machine: where it is, how it is started, and what it says then. */
final class RedisServer {
  static final String PROGRAM = "redis-server";

  /** Of its log, since version 4; some have a word more behind it. */
  static final String READY = "Ready to accept connections";

  /** Of its log, when it can't listen. */
  static final String PORT_IN_USE = "Address already in use";

  private static final Pattern VERSION = Pattern.compile("v=(\\S+)");

  /** It prints a line and ends. */
  private static final int VERSION_SECONDS = 10;

  private RedisServer() {}

  static String settings() {
    return "redis-server "
        + version()
        + "; one thread for commands, io-threads 1, no persistence (save '', appendonly no), its own"
        + " time-out for clients, TCP_NODELAY (always), backlog 4096, all else its defaults";
  }

  private static String version() {
    try {
      Process process = new ProcessBuilder(PROGRAM, "--version").start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS);
      Matcher matcher = VERSION.matcher(text);
      return matcher.find() ? matcher.group(1) : "(version unknown)";
    } catch (IOException e) {
      return "(not installed)";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "(version unknown)";
    }
  }

  /** Nothing of it comes from a configuration file, and nothing is written. */
  static List<String> command(int port, Duration readTimeout) {
    List<String> command = new ArrayList<>();
    command.add(PROGRAM);
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--daemonize", "no"));
    command.addAll(List.of("--io-threads", "1"));
    command.addAll(List.of("--tcp-backlog", Integer.toString(Peer.BACKLOG)));
    // It counts in seconds, and takes 0 for never.
    long seconds = readTimeout.plusMillis(999).toSeconds();
    command.addAll(List.of("--timeout", Long.toString(seconds)));
    return command;
  }

  /** It takes port 0 for none at all. What is free here may be taken a moment later. */
  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(Peer.loopback(0));
      return probe.getLocalPort();
    }
  }

  /**
   * Sees to it that a process ends with this JVM, however that ends: Redis does not mind the end of
   * its input, but a shell does.
   *
   * @return the shell, to be killed before the process is ended by other means
   */
  static Process endWithUs(long pid) throws IOException {
    return new ProcessBuilder("sh", "-c", "read -r line; kill " + pid).start();
  }
}
