package dev.millrace.bench.peer;

import dev.millrace.bench.Bench;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A server in a process of its own, which ends with this one: by {@link #close()}, or because its
 * standard input, or that of its guard, ends when this process does. What it prints on standard
 * error is passed on to ours, and told again if it dies.
 *
 * <p>Thread rule: any thread; one question at a time.
 */
public final class ServerProcess implements AutoCloseable {
  /** What the control protocol says; the answers to questions begin with the question. */
  static final String LISTENING = "listening on 127.0.0.1:";

  static final String HEAP = "heap";
  static final String ALLOCATED = "allocated";
  static final String STOP = "stop";
  static final String ERROR = "error: ";

  /** A JVM under valgrind takes a minute to start; only a server that hangs takes two. */
  private static final int START_SECONDS = 120;

  /** Twenty full collections of a large heap; the slowest answer there is. */
  private static final int ANSWER_SECONDS = 60;

  /** A JVM ends in well under a second; under valgrind it writes down first what it has seen. */
  private static final int STOP_SECONDS = 20;

  /** That a free port is taken a moment later happens, and does not happen so often in a row. */
  private static final int PORT_ATTEMPTS = 5;

  /** Of standard error: enough for a stack trace with its cause, and a bound. */
  private static final int MOST_KEPT_LINES = 100;

  private final Peer peer;
  private final Launch launch;
  private final Process process;
  private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();
  private final Deque<String> errors = new ArrayDeque<>();
  private final Thread out;
  private final Thread err;
  private InetSocketAddress address;

  /** Ends a server that does not end with its input; null where that is not needed. */
  private Process guard;

  private ServerProcess(Peer peer, Launch launch, Process process) {
    this.peer = peer;
    this.launch = launch;
    this.process = process;
    out = read(process.getInputStream(), "stdout");
    err = read(process.getErrorStream(), "stderr");
  }

  /**
   * How a server is run.
   *
   * @param command without what stands before it
   * @param readsInput whether it follows the control protocol on its input, and ends with that
   * @param words what a line of its output says in the words of that protocol
   */
  private record Launch(List<String> command, boolean readsInput, UnaryOperator<String> words) {
    /** Of a program made for this. */
    static Launch ofOurs(List<String> command) {
      return new Launch(command, true, UnaryOperator.identity());
    }
  }

  /**
   * Starts a server and waits until clients can connect.
   *
   * @throws IOException if it can't run here, does not start, or is not there in two minutes; the
   *     message has what it said
   */
  public static ServerProcess start(ServerOptions options) throws IOException {
    Peer peer = options.peer();
    Optional<String> unavailable = peer.unavailable();
    if (unavailable.isPresent()) {
      throw new IOException(peer.title() + " can't run here: " + unavailable.get());
    }
    return switch (peer) {
      case C_EPOLL -> compiled(options);
      case REDIS_SERVER -> redis(options);
      default -> listening(options, Launch.ofOurs(java(options)));
    };
  }

  private static ServerProcess compiled(ServerOptions options) throws IOException {
    // When it listens it runs, and needs its file no more.
    try (EpollEchoProgram program = EpollEchoProgram.compile()) {
      return listening(options, Launch.ofOurs(List.of(program.executable().toString(), "0")));
    }
  }

  private static ServerProcess redis(ServerOptions options) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return redis(options, RedisServer.freePort());
      } catch (IOException e) {
        // Somebody else took the port that was free.
        if (attempt == PORT_ATTEMPTS || !e.getMessage().contains(RedisServer.PORT_IN_USE)) {
          throw e;
        }
      }
    }
  }

  /** A Redis that listens at this port, which has to be told. */
  static ServerProcess redis(ServerOptions options, int port) throws IOException {
    return listening(
        options,
        new Launch(
            RedisServer.command(port, options.readTimeout()),
            false,
            line -> line.contains(RedisServer.READY) ? LISTENING + port : line));
  }

  private static List<String> java(ServerOptions options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options.peer().jvmOptions());
    command.addAll(options.jvmOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
    command.addAll(List.of("serve", options.peer().title()));
    command.addAll(List.of("--protocol", options.protocol().title()));
    command.addAll(List.of("--read-timeout", options.readTimeout().toMillis() + "ms"));
    return command;
  }

  private static ServerProcess listening(ServerOptions options, Launch launch) throws IOException {
    List<String> all = new ArrayList<>(options.prefix());
    all.addAll(launch.command());
    ProcessBuilder builder = new ProcessBuilder(all);
    // They would add options that no report tells.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    ServerProcess server = new ServerProcess(options.peer(), launch, builder.start());
    boolean listening = false;
    try {
      if (!launch.readsInput()) {
        server.guard = RedisServer.endWithUs(server.pid());
      }
      server.address = Peer.loopback(Integer.parseInt(server.await(LISTENING, START_SECONDS)));
      listening = true;
      return server;
    } finally {
      if (!listening) {
        server.close();
      }
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** The process that serves. */
  public long pid() {
    return process.pid();
  }

  /**
   * Heap in use after full collections.
   *
   * @throws UnsupportedOperationException if it has none
   * @throws UncheckedIOException if it has died, or does not answer in a minute
   */
  public long heapBytes() {
    return ask(HEAP);
  }

  /**
   * Bytes that its own threads have allocated since they were started, exactly; a difference of two
   * is what was allocated between them.
   *
   * @throws UnsupportedOperationException if it does not run in a JVM
   * @throws UncheckedIOException if it has died, or does not answer in a minute
   */
  public long allocatedBytes() {
    return ask(ALLOCATED);
  }

  /** The last lines it has printed that were no answers, oldest first; at most 100. */
  public List<String> errors() {
    synchronized (errors) {
      return List.copyOf(errors);
    }
  }

  private synchronized long ask(String question) {
    if (!peer.isJava()) {
      throw new UnsupportedOperationException(peer.title() + " has no JVM that could be asked");
    }
    try {
      tell(question);
    } catch (IOException e) {
      // It has closed its input, so it has ended; why is told in place of the answer.
    }
    try {
      return Long.parseLong(await(question + " ", ANSWER_SECONDS));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Closed by nobody: that would be the end of its input. */
  private void tell(String line) throws IOException {
    Writer in = process.outputWriter(StandardCharsets.UTF_8);
    in.write(line + "\n");
    in.flush();
  }

  private String await(String beginning, int seconds) throws IOException {
    Optional<String> line;
    try {
      line = answers.poll(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + peer.title(), e);
    }
    if (line == null) {
      throw new IOException(
          peer.title() + " says no '" + beginning.strip() + "' within " + seconds + " s" + said());
    }
    if (line.isEmpty()) {
      answers.add(line); // for who asks next
      throw new IOException(peer.title() + " has ended" + exitCode() + said());
    }
    if (!line.get().startsWith(beginning)) {
      throw new IOException(peer.title() + " answers '" + line.get() + "'");
    }
    return line.get().substring(beginning.length());
  }

  private String exitCode() {
    try {
      // Its output has ended, so it will have in a moment; and what it said is complete.
      boolean ended = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      err.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
      return ended ? " with exit code " + process.exitValue() : "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private String said() {
    List<String> said = errors();
    return said.isEmpty() ? "" : ": " + String.join(" | ", said);
  }

  /** A thread that reads, so that the child never waits for us. */
  private Thread read(InputStream stream, String name) {
    Thread reader = new Thread(() -> readAll(stream, name), peer.title() + "-" + name);
    reader.setDaemon(true);
    reader.start();
    return reader;
  }

  private void readAll(InputStream stream, String name) {
    boolean isOut = name.equals("stdout");
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String answer = launch.words().apply(line);
        if (isOut && isAnswer(answer)) {
          answers.add(Optional.of(answer));
        } else if (isOut && !launch.readsInput()) {
          keep(line); // its log, of which nothing is wrong as long as it runs
        } else {
          pass(line); // a JVM prints its own warnings on standard output, too
        }
      }
    } catch (IOException e) {
      pass("its " + name + " can't be read any more: " + e.getMessage());
    } finally {
      if (isOut) {
        answers.add(Optional.empty());
      }
    }
  }

  private static boolean isAnswer(String line) {
    return line.startsWith(LISTENING)
        || line.startsWith(HEAP + " ")
        || line.startsWith(ALLOCATED + " ")
        || line.startsWith(ERROR);
  }

  private void pass(String line) {
    keep(line);
    System.err.println(peer.title() + ": " + line);
  }

  private void keep(String line) {
    synchronized (errors) {
      if (errors.size() == MOST_KEPT_LINES) {
        errors.removeFirst();
      }
      errors.addLast(line);
    }
  }

  /** Asks it to end, and kills it if it has not within 20 s. */
  @Override
  public void close() {
    if (!launch.readsInput()) {
      signal();
    } else {
      try {
        tell(STOP);
      } catch (IOException e) {
        // It reads no more: it has ended already, and was not asked since.
      }
    }
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        kill();
      }
      // Their ends of the pipes are closed by now, and ours with them.
      out.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
      err.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  /** By a signal; and first its guard, which would signal to whoever has the number by then. */
  private void signal() {
    if (guard != null) {
      guard.destroyForcibly().onExit().join();
    }
    process.toHandle().destroy(); // Process.destroy would close its output, too, unread
  }

  private void kill() {
    // What a prefix has started does not end with it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
