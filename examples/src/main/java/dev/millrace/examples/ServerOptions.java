package dev.millrace.examples;

import dev.millrace.CapPolicy;
import dev.millrace.Server;
import dev.millrace.ShutdownReport;
import dev.millrace.Timeouts;
import dev.millrace.examples.logs.LogFiles;
import dev.millrace.examples.logs.LogSettings;
import dev.millrace.observe.FailureLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options that every server of the examples has, and what they do in common: serve, and end on
 * a signal.
 */
public final class ServerOptions {
  /** Nobody waits longer for a shutdown; and twice as long is still within what the core takes. */
  private static final Duration LONGEST_DRAIN = Duration.ofDays(1);

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}; 0.0.0.0 or :: for all).")
  private String host;

  @Option(
      names = "--read-timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      description =
          "Close a connection that sent nothing for so long (default: ${DEFAULT-VALUE}). Times are"
              + " 500ms, 2s, 5m, 1h; 0 switches one off.")
  private Duration readTimeout;

  @Option(
      names = "--write-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description =
          "Cut a connection that took nothing of a pending answer for so long (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration writeTimeout;

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "After a close, cut a connection that took nothing of what is pending for so long (default:"
              + " ${DEFAULT-VALUE}). A shutdown ends after twice as long at the latest.")
  private Duration drainTimeout;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description =
          "Reject connections beyond so many (default: the limit of descriptors, less "
              + DescriptorLimit.MARGIN
              + "; 0: no cap).")
  private Integer maxConnections;

  @Option(
      names = "--at-cap",
      paramLabel = "POLICY",
      defaultValue = "reject",
      description =
          "At the cap: reject (close at once) or wait (leave clients in the backlog); default:"
              + " ${DEFAULT-VALUE}.")
  private CapPolicy atCap;

  @Option(
      names = "--per-address",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Reject connections beyond so many from one address (default: ${DEFAULT-VALUE}, no"
              + " cap).")
  private int perAddress;

  @Option(
      names = "--verbose",
      description = "Print each connection's close record as one line on stderr (default: off).")
  private boolean verbose;

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description =
          "Log to files in this directory as well, one JSON object a line, each failure among them;"
              + " 'errors DIR' reads them (default: none; 10 MiB a file and 100 MiB of full ones,"
              + " compressed).")
  private Path logDir;

  private FailureLog failureLog;
  private LogFiles logFiles;

  /** Whether close records are to be printed. */
  public boolean isVerbose() {
    return verbose;
  }

  /** The address or name to listen on, as it was given. */
  public String host() {
    return host;
  }

  /** The time-outs that the options ask for, for connections that are made, not accepted. */
  public Timeouts timeouts() {
    return Timeouts.defaults()
        .withReadIdle(readTimeout)
        .withWriteStall(writeTimeout)
        .withDrain(drainTimeout);
  }

  /**
   * What logs the failures of the servers, which are on one loop. To be told also of those of
   * connections that the program makes on it, and by a program whose own record listener stands in
   * the place of this one.
   */
  public FailureLog failureLog() {
    if (failureLog == null) {
      failureLog = new FailureLog();
    }
    return failureLog;
  }

  /** A builder with these options; a value that is refused is wrong usage. */
  public Server.Builder builder(int port) {
    return builder(port, 1);
  }

  /** The same for a program that opens so many descriptors for each connection that it accepts. */
  public Server.Builder builder(int port, int descriptorsEach) {
    // The core checks too, but it knows its own names and not those of the options.
    int cap =
        maxConnections == null
            ? Math.max(1, DescriptorLimit.defaultConnections() / descriptorsEach)
            : maxConnections;
    checkRange("--port", port, 0, 65_535);
    checkRange("--max-connections", cap, 0, Integer.MAX_VALUE);
    checkRange("--per-address", perAddress, 0, Integer.MAX_VALUE);
    if (host.isBlank()) {
      // The JDK takes an empty name for the loopback address; it is a variable that was not set.
      throw wrong("--host is empty, allowed is an address or a name, 0.0.0.0 or :: for all");
    }
    if (logDir != null && logDir.toString().isBlank()) {
      throw wrong("--log-dir is empty, allowed is the name of a directory, . for this one");
    }
    openLogs();
    return Server.builder()
        .recordListener(failureLog())
        .listen(host, port)
        .timeouts(timeouts())
        .maxConnections(cap)
        .maxConnectionsPerAddress(perAddress)
        .capPolicy(atCap);
  }

  private void openLogs() {
    if (logDir == null || logFiles != null) {
      return;
    }
    try {
      logFiles = LogFiles.open(logDir, spec.name(), LogSettings.defaults());
    } catch (IOException e) {
      throw wrong("--log-dir: " + e.getMessage());
    }
  }

  /** Logs what is counted and writes what waits; the loops have ended. */
  private void closeLogs() throws IOException {
    if (failureLog != null) {
      failureLog.flush();
    }
    if (logFiles != null) {
      logFiles.close();
    }
  }

  private void checkRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong(option + " is " + value + ", allowed is " + min + " to " + max);
    }
  }

  /** Wrong usage, told in one line. */
  public ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /**
   * Says where it listens, and serves until a signal; drains then, and says what became of the
   * connections.
   *
   * @return the exit code of a server that ended without a signal; after one the JVM ends with the
   *     code of the drain
   */
  public int serve(Server server) {
    return serve(server, out -> {});
  }

  /**
   * The same for a program that has something to say at its end.
   *
   * @param lastWords called after the drain, when the server's loop has ended
   */
  public int serve(Server server, Consumer<PrintWriter> lastWords) {
    return serve(List.of(server), out -> {}, lastWords);
  }

  /**
   * The same for a program of several servers, which drain together.
   *
   * @param firstWords called when every server has said where it listens
   */
  public int serve(
      List<Server> servers, Consumer<PrintWriter> firstWords, Consumer<PrintWriter> lastWords) {
    PrintWriter out = spec.commandLine().getOut();
    if (failureLog != null) {
      failureLog.useTimersOf(servers.get(0).loop());
    }
    Thread drain = new Thread(() -> drain(servers, out, lastWords), "shutdown");
    // Before the line is out: who reads it may send a signal at once.
    Runtime.getRuntime().addShutdownHook(drain);
    for (Server server : servers) {
      out.println("listening on " + textOf(server));
    }
    firstWords.accept(out);
    out.flush();
    servers.get(0).awaitStopped();
    try {
      Runtime.getRuntime().removeShutdownHook(drain);
    } catch (IllegalStateException e) {
      return 0; // a signal: the drain is under way, and ends the JVM
    }
    PrintWriter err = spec.commandLine().getErr();
    try {
      closeLogs();
    } catch (IOException e) {
      err.println(spec.name() + ": log files not closed: " + e);
    }
    err.println(spec.name() + ": the server ended by itself; the log says why");
    err.flush();
    return 1;
  }

  private void drain(List<Server> servers, PrintWriter out, Consumer<PrintWriter> lastWords) {
    // One deadline: the time to drain, and as much again to see the peers' FINs. Off means to wait
    // for as long as it takes.
    boolean bounded = !drainTimeout.isZero() && drainTimeout.compareTo(LONGEST_DRAIN) < 0;
    Duration deadline = bounded ? drainTimeout.multipliedBy(2) : LONGEST_DRAIN;
    int code = 1;
    try {
      List<CompletableFuture<ShutdownReport>> reports =
          servers.stream().map(server -> server.shutdown(deadline)).toList();
      for (int i = 0; i < servers.size(); i++) {
        ShutdownReport report =
            reports.get(i).get(deadline.toMillis() + 5_000, TimeUnit.MILLISECONDS);
        String which = servers.size() == 1 ? "" : " " + textOf(servers.get(i));
        out.println("shut down" + which + ": " + report);
      }
      servers.forEach(Server::close); // done already, but for the end of the loop
      lastWords.accept(out);
      closeLogs();
      code = 0;
    } catch (InterruptedException
        | ExecutionException
        | TimeoutException
        | IOException
        | RuntimeException e) {
      out.println("shut down: failed: " + e);
    } finally {
      out.flush();
      // A signal would make it 143; but what was asked for is done, or 1 says that it isn't.
      Runtime.getRuntime().halt(code);
    }
  }

  private static String textOf(Server server) {
    InetSocketAddress address = (InetSocketAddress) server.addresses().get(0);
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
