package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.millrace.guard.LogGuard;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.event.Level;

/**
 * The examples in a JVM of their own, as a user runs them. Its two streams are read as they come,
 * so that the child never waits for us; the child is killed at the end in any case.
 */
public final class ExampleProcess implements AutoCloseable {
  /** Far more than anything here takes on a loaded machine; only a failure waits so long. */
  static final int PATIENCE_SECONDS = 30;

  private static final String LISTENING = "listening on 127.0.0.1:";

  private static final int SIGINT = 2;

  private static final Pattern LOGGED = Pattern.compile("[0-9:.]+ +(WARN|ERROR) +(.*)");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final Process process;
  private final Lines out;
  private final Lines err;

  private ExampleProcess(Process process) {
    this.process = process;
    this.out = new Lines("stdout", process.getInputStream(), line -> {});
    this.err = new Lines("stderr", process.getErrorStream(), ExampleProcess::guard);
  }

  private static final String EXAMPLES = "dev.millrace.examples.Examples";

  /** Runs the jar's main class with just these arguments. */
  public static ExampleProcess run(String... args) throws IOException {
    return launch(List.of(), List.of(), EXAMPLES, args);
  }

  /** The same with options for the JVM, and returns at once. */
  public static ExampleProcess runWithJvmOptions(List<String> jvmOptions, String... args)
      throws IOException {
    return launch(List.of(), jvmOptions, EXAMPLES, args);
  }

  /** The same with environment variables of its own, such as a locale. */
  public static ExampleProcess runIn(Map<String, String> environment, String... args)
      throws IOException {
    List<String> prefix = new ArrayList<>(List.of("env"));
    environment.forEach((name, value) -> prefix.add(name + "=" + value));
    return launch(prefix, List.of(), EXAMPLES, args);
  }

  /**
   * Starts a class, also one of the tests, with options for the JVM, and returns when it says that
   * it listens, in the words of ours.
   */
  static ExampleProcess serve(List<String> jvmOptions, Class<?> main, String... args)
      throws IOException {
    // A program of the tests is beside them, behind all that a user has.
    List<String> options =
        new ArrayList<>(List.of("-cp", classPath() + File.pathSeparator + placeOf(main)));
    options.addAll(jvmOptions);
    return listening(launch(List.of(), options, main.getName(), args));
  }

  /** Starts an echo on a port that the kernel picks, and returns when it listens. */
  static ExampleProcess serve(String... options) throws IOException {
    return serveProgram("echo", options);
  }

  /** The same for any of the programs that listen. */
  public static ExampleProcess serveProgram(String program, String... options) throws IOException {
    return listening(launch(List.of(), List.of(), EXAMPLES, onAnyPort(program, options)));
  }

  /** The same with so many descriptors at the most, for soft limit and hard limit. */
  static ExampleProcess serveWithDescriptors(int limit, String... options) throws IOException {
    List<String> shell = List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$@\"", "bash");
    return listening(launch(shell, List.of(), EXAMPLES, onAnyPort("echo", options)));
  }

  private static ExampleProcess listening(ExampleProcess echo) {
    boolean listening = false;
    try {
      echo.out.await(line -> line.startsWith(LISTENING), LISTENING);
      listening = true;
      return echo;
    } finally {
      if (!listening) {
        echo.close();
      }
    }
  }

  private static String[] onAnyPort(String program, String... options) {
    List<String> args = new ArrayList<>(List.of(program, "--port", "0"));
    args.addAll(Arrays.asList(options));
    return args.toArray(new String[0]);
  }

  private static ExampleProcess launch(
      List<String> prefix, List<String> jvmOptions, String main, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Small and quickly there: many of these are started.
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath()));
    command.addAll(jvmOptions); // behind, so that a class path among them is the one that counts
    command.add(main);
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    // The JVM would say on stderr that it picked these up, or speak another language.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().put("COLUMNS", "80");
    return new ExampleProcess(builder.start());
  }

  private static String placeOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  /** A user's class path: without the tests' classes, which bring settings of their own. */
  private static String classPath() {
    // Surefire's own class path is one jar with a manifest; what it stands for is told apart.
    String ofSurefire = System.getProperty("surefire.test.class.path");
    String all = ofSurefire != null ? ofSurefire : System.getProperty("java.class.path");
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(entry -> !entry.matches(".*(/test-classes/?|-tests\\.jar)"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** What the server logs as wrong is guarded as if it were logged here. */
  private static void guard(String line) {
    Matcher logged = LOGGED.matcher(line);
    if (logged.matches()) {
      LogGuard.logged(Level.valueOf(logged.group(1)), logged.group(2));
    }
  }

  public int port() {
    String line = out.await(l -> l.startsWith(LISTENING), LISTENING);
    return Integer.parseInt(line.substring(LISTENING.length()));
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
  }

  /** A client with a small receive buffer, so that the server soon meets one that does not read. */
  public Socket connect() throws IOException {
    Socket client = new Socket();
    client.setReceiveBufferSize(16 * 1024);
    client.setSoTimeout(PATIENCE_SECONDS * 1000);
    client.connect(address(), PATIENCE_SECONDS * 1000);
    return client;
  }

  /** The same for one that is driven by a selector. */
  public SocketChannel connectChannel() throws IOException {
    SocketChannel client = SocketChannel.open();
    client.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
    client.connect(address());
    return client;
  }

  /** Waits for a line on stdout that begins like this. */
  public String awaitOut(String beginning) {
    return out.await(line -> line.startsWith(beginning), beginning);
  }

  /** The process's number. */
  public long pid() {
    return process.pid();
  }

  /** Waits for a line on stderr that holds all of these. */
  public String awaitErr(String... parts) {
    return err.await(
        line -> Arrays.stream(parts).allMatch(line::contains), String.join(" … ", parts));
  }

  /** Every line of stdout until now; all of them once the process has ended. */
  public List<String> out() {
    return out.snapshot();
  }

  /** The same of stderr. */
  public List<String> err() {
    return err.snapshot();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM. {@code Process.destroy()} would close our ends of its streams as well. */
  public void terminate() {
    assertTrue(process.toHandle().destroy(), "SIGTERM not sent");
  }

  /** CPU time used until now, as the kernel counts it. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /**
   * Sends SIGTERM or SIGINT. A JVM that inherits SIGINT as ignored, as jobs in the background of a
   * script do, leaves it ignored; nothing can be shown there.
   */
  void signal(String name) throws IOException, InterruptedException {
    assumeFalse(name.equals("INT") && isSigintIgnored(), "SIGINT is ignored here");
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertTrue(kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "kill does not return");
    assertEquals(0, kill.exitValue());
  }

  private static boolean isSigintIgnored() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        long mask = Long.parseUnsignedLong(line.substring("SigIgn:".length()).trim(), 16);
        return (mask & 1L << (SIGINT - 1)) != 0;
      }
    }
    return false;
  }

  /**
   * Waits until nobody can connect any more: the listener is closed, and in the same turn every
   * connection was told of the shutdown. Only for a server that is at its cap.
   */
  void awaitRefused() throws IOException {
    InetSocketAddress address = address();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < deadline) {
      try (Socket probe = new Socket()) {
        probe.connect(address, PATIENCE_SECONDS * 1000);
        probe.setSoTimeout(PATIENCE_SECONDS * 1000);
        assertEquals(-1, probe.getInputStream().read(), "admitted beyond the cap");
      } catch (ConnectException e) {
        return;
      } catch (SocketException e) {
        // It was in the queue of the listener when that was closed. The next one will tell.
      }
    }
    fail("still listening: " + this);
  }

  /** Waits until the process and its two streams have ended; no trace of a stack may be on them. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      fail("still running: " + this);
    }
    out.awaitEnd();
    err.awaitEnd();
    for (String line : all()) {
      assertTrue(!line.startsWith("\tat "), () -> "a stack trace: " + this);
    }
    return process.exitValue();
  }

  private List<String> all() {
    List<String> all = out();
    all.addAll(err());
    return all;
  }

  /** Sends a text and expects it back. */
  static void assertEchoes(Socket client, String text) throws IOException {
    byte[] sent = text.getBytes(StandardCharsets.UTF_8);
    client.getOutputStream().write(sent);
    byte[] back = client.getInputStream().readNBytes(sent.length);
    assertEquals(text, new String(back, StandardCharsets.UTF_8));
  }

  /**
   * Sends without ever reading until nothing more is taken for a second: the buffers on the way are
   * full, the server has output that it can't hand over, and it has stopped reading.
   *
   * @return how many bytes the kernel took
   */
  public static int sendUntilStuck(SocketChannel client, byte[] data) throws IOException {
    client.configureBlocking(false);
    ByteBuffer rest = ByteBuffer.wrap(data);
    try (Selector selector = Selector.open()) {
      client.register(selector, SelectionKey.OP_WRITE);
      while (selector.select(1_000) > 0) {
        selector.selectedKeys().clear();
        client.write(rest);
        assertTrue(rest.hasRemaining(), "never stuck: all was taken");
      }
    }
    return rest.position();
  }

  /** The number behind {@code key=} in a line. */
  public static long valueOf(String line, String key) {
    int at = line.indexOf(" " + key + "=");
    assertTrue(at >= 0, () -> key + " is missing: " + line);
    Matcher matcher = NUMBER.matcher(line);
    assertTrue(matcher.find(at + key.length() + 2), () -> key + " has no number: " + line);
    return Long.parseLong(matcher.group());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The readers close the pipes, and what they read belongs to this test.
    out.awaitEnd();
    err.awaitEnd();
  }

  /** What it has printed, for the message of a failed assertion. */
  @Override
  public String toString() {
    return "out=" + out() + " err=" + err();
  }

  /** The lines of one stream, read by a thread of their own. */
  private static final class Lines {
    private final String name;
    private final Consumer<String> guard;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    Lines(String name, InputStream stream, Consumer<String> guard) {
      this.name = name;
      this.guard = guard;
      Thread reader = new Thread(() -> read(stream), name);
      reader.setDaemon(true);
      reader.start();
    }

    private void read(InputStream stream) {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          add(line);
        }
      } catch (IOException e) {
        // The child was killed and its pipe closed under the reader: the end, too.
        if (!String.valueOf(e.getMessage()).contains("losed")) {
          throw new UncheckedIOException(e);
        }
      } finally {
        end();
      }
    }

    private synchronized void add(String line) {
      guard.accept(line);
      lines.add(line);
      notifyAll();
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized List<String> snapshot() {
      return new ArrayList<>(lines);
    }

    synchronized String await(Predicate<String> wanted, String what) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      int seen = 0;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (wanted.test(lines.get(seen))) {
            return lines.get(seen);
          }
        }
        if (ended || !waitUntil(deadline)) {
          return fail("no line '" + what + "' on " + name + ", ended=" + ended + ": " + lines);
        }
      }
    }

    synchronized void awaitEnd() {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!ended) {
        if (!waitUntil(deadline)) {
          fail(name + " does not end: " + lines);
        }
      }
    }

    /** Waits for news; false if the deadline is over. */
    @SuppressWarnings("WaitNotInLoop") // both callers are loops
    private synchronized boolean waitUntil(long deadline) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0) {
        return false;
      }
      try {
        wait(millis);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
