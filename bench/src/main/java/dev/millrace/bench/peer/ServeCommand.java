package dev.millrace.bench.peer;

import dev.millrace.BindFailedException;
import dev.millrace.bench.Bench;
import dev.millrace.bench.load.ProtocolName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code serve} subcommand: one of the servers that are measured, and nothing else. */
@Command(
    name = "serve",
    description = {
      "Runs one of the servers that are measured, in this JVM, on one event loop.",
      "",
      "Prints 'listening on 127.0.0.1:PORT' when it serves, and then answers lines on its standard"
          + " input: 'heap' with 'heap BYTES', in use after full collections; 'allocated' with"
          + " 'allocated BYTES', by the server's own threads since they were started; 'stop', or"
          + " the end of the input, ends it.",
      "",
      "The other commands start their servers by this, with JVM options that a peer's own"
          + " documentation or benchmarks tell; by hand they have to be given, and it says so if they were not."
          + " c-epoll is a C program: it is compiled and run, and knows 'stop' alone. redis-server is"
          + " this machine's, in a process of its own.",
      "",
      "Exit codes: 0 stopped, 1 the server can't run or failed, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION)
public final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PEER",
      converter = ByTitle.class,
      completionCandidates = Titles.class,
      description = "The server: ${COMPLETION-CANDIDATES}.")
  private Peer peer;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description =
          "What it serves: ${COMPLETION-CANDIDATES} (default: echo, or the only one it knows).")
  private ProtocolName protocol;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port to listen on (default: ${DEFAULT-VALUE}, which has one picked).")
  private int port;

  @Option(
      names = "--read-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description =
          "Close a connection that sent nothing for so long (default: ${DEFAULT-VALUE}). Times are"
              + " 500ms, 2s, 5m, 1h; 0 switches it off. bare and c-epoll have none.")
  private Duration readTimeout;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (port < 0 || port > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "--port is " + port + ", allowed is 0 to 65535");
    }
    if (readTimeout.compareTo(ServerOptions.LONGEST_READ_TIMEOUT) > 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--read-timeout is too long, allowed is up to "
              + ServerOptions.LONGEST_READ_TIMEOUT.toHours()
              + "h, or 0 for off");
    }
    if (protocol == null) {
      protocol = peer.protocols().iterator().next();
    }
    try {
      peer.checkSpeaks(protocol);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--protocol: " + e.getMessage());
    }
    if (peer.unavailable().isPresent()) {
      throw new IOException(peer.title() + " can't run here: " + peer.unavailable().get());
    }
    return switch (peer) {
      case C_EPOLL -> runProgram();
      case REDIS_SERVER -> runRedis();
      default -> serve();
    };
  }

  private int serve() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    tellMissingOptions(err);
    // A server whose loop has failed must not be measured, so the JVM ends with it.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          err.println(spec.name() + ": " + peer.title() + " failed: " + failure);
          err.flush();
          Runtime.getRuntime().halt(1);
        });
    ServerMemory memory = ServerMemory.beforeStart();
    InetSocketAddress address = start();
    out.println(ServerProcess.LISTENING + address.getPort());
    out.flush();
    answerUntilStopped(line -> answer(line, memory));
    return 0;
  }

  private void answerUntilStopped(UnaryOperator<String> answer) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals(ServerProcess.STOP)) {
        break;
      }
      out.println(answer.apply(line));
      out.flush();
    }
  }

  private InetSocketAddress start() throws IOException {
    try {
      return peer.start(protocol, port, readTimeout);
    } catch (BindFailedException e) {
      throw e; // it says all of this and more
    } catch (IOException e) {
      throw new IOException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
    }
  }

  private static String answer(String line, ServerMemory memory) {
    try {
      return switch (line) {
        case ServerProcess.HEAP -> line + " " + memory.heapBytes();
        case ServerProcess.ALLOCATED -> line + " " + memory.allocatedBytes();
        default ->
            ServerProcess.ERROR + "'" + line + "' is unknown, allowed are heap, allocated and stop";
      };
    } catch (IllegalStateException e) {
      return ServerProcess.ERROR + e.getMessage();
    }
  }

  private void tellMissingOptions(PrintWriter err) {
    List<String> missing = new ArrayList<>(peer.jvmOptions());
    missing.removeAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (!missing.isEmpty()) {
      err.println(
          spec.name() + ": " + peer.title() + " is measured with " + String.join(" ", missing));
      err.flush();
    }
  }

  private int runProgram() throws IOException, InterruptedException {
    Process running;
    // Once it is started it runs, and needs its file no more.
    try (EpollEchoProgram program = EpollEchoProgram.compile()) {
      running =
          new ProcessBuilder(program.executable().toString(), Integer.toString(port))
              .inheritIO()
              .start();
    }
    // It has our standard input, which may stay open when a signal ends this JVM.
    Runtime.getRuntime().addShutdownHook(new Thread(running::destroy, "stop-c-epoll"));
    return running.waitFor();
  }

  private int runRedis() throws IOException {
    ServerOptions options = new ServerOptions(peer, protocol, List.of(), List.of(), readTimeout);
    try (ServerProcess server =
        port == 0 ? ServerProcess.start(options) : ServerProcess.redis(options, port)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(ServerProcess.LISTENING + server.address().getPort());
      out.flush();
      answerUntilStopped(line -> ServerProcess.ERROR + "it knows stop alone");
    }
    return 0;
  }

  /** Peers by their titles. */
  static final class ByTitle implements ITypeConverter<Peer> {
    @Override
    public Peer convert(String title) {
      return Arrays.stream(Peer.values())
          .filter(peer -> peer.title().equals(title))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + title
                          + "' is no peer; there are "
                          + Arrays.stream(Peer.values())
                              .map(Peer::title)
                              .collect(Collectors.joining(", "))));
    }
  }

  /** For the help. */
  static final class Titles implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Peer.values()).map(Peer::title).iterator();
    }
  }
}
