package dev.millrace.bench.load;

import static java.util.stream.Collectors.joining;

import dev.millrace.bench.Bench;
import dev.millrace.bench.report.Environment;
import dev.millrace.bench.report.Reports;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code load} subcommand. */
@Command(
    name = "load",
    description = {
      "Loads a server, checks every byte of its answers, and tells how long they took.",
      "",
      "Without --rate the loop is closed: a connection asks again when it was answered. That shows"
          + " how much a server can do; latencies are service times, and a server that stalls is"
          + " asked less meanwhile. With --rate it is open: requests start at fixed moments, whether"
          + " or not the server keeps up, and latencies count from those moments.",
      "",
      "Exit code 1 tells of a wrong byte, or of connections lost, connects failed, requests dropped"
          + " or never answered (unless --allow-errors).",
      "",
      "Try it:  load --target 127.0.0.1:7007 --connections 64 --rate 20000",
      "         load --target 127.0.0.1:8080 --protocol http --path / --depth 16",
      "         load --target 127.0.0.1:6379 --protocol resp --command get,get,get,set"
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION,
    sortOptions = false)
public final class LoadCommand implements Callable<Integer> {
  /** Above this share of a CPU a thread's own queue shows in what it measures. */
  private static final double TOO_BUSY = 0.9;

  /** A generator that had no CPU for a tenth of the time answers for the tail by itself. */
  private static final double TOO_LITTLE_CPU = 0.1;

  /** A rate that is met within this is met: the window's edges cut requests at both ends. */
  private static final double RATE_MARGIN = 0.01;

  /**
   * Lines of a percentile distribution for each halving of the rest: HdrHistogram's own default.
   */
  private static final int HGRM_TICKS = 5;

  private static final double NANOS_PER_MILLI = 1e6;

  @Spec private CommandSpec spec;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Server to load.")
  private String target;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "echo",
      description = {
        "What is said to it: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "echo: bytes that have to come back",
        "http: GET of a path, answered with status 200 and the same body each time",
        "resp: commands of Redis, whose values are known"
      })
  private ProtocolName protocol;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      defaultValue = "/",
      description = "Of http: what to GET (default: ${DEFAULT-VALUE}).")
  private String path;

  @Option(
      names = "--expect",
      paramLabel = "TEXT",
      description = "Of http: the body that is right (default: that of the first answer).")
  private String expect;

  @Option(
      names = "--command",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "get",
      description =
          "Of resp: ${COMPLETION-CANDIDATES}, or several, made in turn: get,get,get,set (default:"
              + " ${DEFAULT-VALUE}). Where there is a get, all keys are set before.")
  private List<RespCommand> commands;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Of resp: keys, which all connections ask for in turn (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "Connections open at a time (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Requests in flight per connection: kept there in a closed loop, at the most in an open"
              + " one (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "64",
      description = "Size of an echo, or of a value of resp (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second over all connections: an open loop.")
  private Double rate;

  @Option(
      names = "--reconnect",
      description = "A connection for each request: connect, ask, be answered, close.")
  private boolean reconnect;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that share the connections (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "Load before it is measured (default: ${DEFAULT-VALUE}).")
  private Duration warmup;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long it is measured (default: ${DEFAULT-VALUE}).")
  private Duration duration;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another one sends other bytes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--allow-errors",
      description =
          "Exit code 0 also with errors, but for wrong bytes; they are told all the same.")
  private boolean allowErrors;

  @Option(
      names = "--hgrm",
      paramLabel = "FILE",
      description = "Writes the percentile distribution of the latency, in ms (HdrHistogram).")
  private Path hgrm;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Writes the result there as JSON, Markdown and a chart.")
  private Path results;

  @Option(
      names = "--progress",
      paramLabel = "TIME",
      description = "A line on stderr that often; 0 for none (default: 1s on a terminal, else 0).")
  private Duration progress;

  @Override
  public Integer call() throws IOException, InterruptedException {
    LoadOptions options = options();
    if (results != null) {
      Reports.prepare(results);
    }
    Environment environment = Environment.now();
    PrintWriter out = spec.commandLine().getOut();
    out.println(headline(options));
    out.flush();
    LoadResult result = Load.run(options, new Lines(spec.commandLine().getErr()));
    print(out, options, result);
    if (hgrm != null) {
      writeHgrm(result.latency());
    }
    if (results != null) {
      List<String> remarks = remarks(options, result).lines().toList();
      Reports.write(LoadReport.of(target, options, result, environment, remarks), results)
          .forEach(path -> out.println("  written      " + path));
      out.flush();
    }
    if (result.requests() == 0) {
      throw new IOException("no request was answered");
    }
    return result.errors() > 0 && !allowErrors ? 1 : 0;
  }

  private LoadOptions options() {
    Duration every = progress;
    if (every == null) {
      every = Programs.isErrTerminal() ? Duration.ofSeconds(1) : Duration.ZERO;
    }
    try {
      return new LoadOptions(
          address(),
          connections,
          depth,
          size,
          warmup,
          duration,
          rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
          reconnect,
          protocol(),
          threads,
          allowErrors,
          every);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  private Protocol protocol() {
    checkBelongs("--path", ProtocolName.HTTP);
    checkBelongs("--expect", ProtocolName.HTTP);
    checkBelongs("--command", ProtocolName.RESP);
    checkBelongs("--keys", ProtocolName.RESP);
    checkBelongs("--size", ProtocolName.ECHO, ProtocolName.RESP);
    return switch (protocol) {
      case ECHO -> Protocol.echo(seed);
      case HTTP -> Protocol.http(target, path, Optional.ofNullable(expect));
      case RESP -> Protocol.resp(seed, commands, keys);
    };
  }

  /** What would be ignored is not what was meant. */
  private void checkBelongs(String option, ProtocolName... protocols) {
    if (!List.of(protocols).contains(protocol)
        && spec.commandLine().getParseResult().hasMatchedOption(option)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is of %s, not of --protocol %s"
              .formatted(
                  option,
                  Stream.of(protocols).map(ProtocolName::title).collect(joining(" and ")),
                  protocol.title()));
    }
  }

  /** An IPv6 address stands in brackets, as in a URL. */
  private InetSocketAddress address() {
    int colon = target.lastIndexOf(':');
    String host = colon < 0 ? "" : target.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String port = target.substring(colon + 1);
    if (host.isEmpty() || !port.matches("\\d{1,5}") || (host.contains(":") && !bracketed)) {
      throw new IllegalArgumentException(
          "target: '" + target + "' is no HOST:PORT; write 127.0.0.1:7007 or [::1]:7007");
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("target: port is " + number + ", allowed is 1 to 65535");
    }
    return new InetSocketAddress(bracketed ? host.substring(1, host.length() - 1) : host, number);
  }

  private String headline(LoadOptions o) {
    return String.format(
        Locale.ROOT,
        "%s to %s: %d connections%s, depth %d,%s %s, %d thread%s",
        o.protocol().title(),
        target,
        o.connections(),
        o.reconnect() ? ", one request each" : "",
        o.depth(),
        o.protocol().isSized() ? " " + o.size() + " B," : "",
        o.rate().isPresent()
            ? String.format(Locale.ROOT, "open loop at %,.0f/s", rate)
            : "closed loop",
        o.threads(),
        o.threads() == 1 ? "" : "s");
  }

  // ---- the end report

  private void print(PrintWriter out, LoadOptions options, LoadResult r) {
    line(out, "requests", "%,d in %.2f s", r.requests(), r.elapsedNanos() / 1e9);
    line(out, "rate", "%,.0f req/s, %,.2f MB/s", r.requestsPerSecond(), r.bytesPerSecond() / 1e6);
    out.printf(
        Locale.ROOT,
        "  %-13s%10s %10s %10s %10s %10s %10s%n",
        "ms",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "p99.99",
        "max");
    boolean open = options.rate().isPresent();
    percentiles(out, open ? "latency" : "service time", r.latency());
    if (open) {
      percentiles(out, "uncorrected", r.uncorrected());
      percentiles(out, "own lateness", r.lateness());
    }
    line(
        out,
        "generator",
        "%.0f %% busy, waited for a CPU %.0f %%, %.2f µs of CPU per request",
        r.busy() * 100,
        r.waited() * 100,
        r.cpuNanosPerRequest() / 1e3);
    line(out, "errors", "%s", errors(r));
    out.flush();
    remarks(options, r).lines().forEach(out::println);
    out.flush();
  }

  private static void line(PrintWriter out, String name, String format, Object... args) {
    out.printf(Locale.ROOT, "  %-13s%s%n", name, String.format(Locale.ROOT, format, args));
  }

  private static void percentiles(PrintWriter out, String name, Histogram h) {
    out.printf(Locale.ROOT, "  %-13s", name);
    for (double p : new double[] {50, 90, 99, 99.9, 99.99, 100}) {
      out.printf(
          Locale.ROOT,
          "%10s%s",
          h.getTotalCount() == 0
              ? "-"
              : String.format(Locale.ROOT, "%.3f", h.getValueAtPercentile(p) / NANOS_PER_MILLI),
          p == 100 ? System.lineSeparator() : " ");
    }
  }

  private static String errors(LoadResult r) {
    if (r.errors() == 0) {
      return "none";
    }
    StringBuilder words = new StringBuilder(Long.toString(r.errors()));
    if (!r.connectFailures().isEmpty()) {
      words.append("; connects failed: ").append(Load.words(r.connectFailures()));
    }
    if (!r.lost().isEmpty()) {
      words
          .append("; connections lost and established again: ")
          .append(Load.words(r.lost()))
          .append(", and on them ")
          .append(r.lostRequests())
          .append(" requests");
    }
    if (r.dropped() > 0) {
      words.append("; never sent, their queue was full: ").append(r.dropped());
    }
    if (r.unanswered() > 0) {
      words
          .append("; unanswered ")
          .append(Load.DRAIN_TIMEOUT.toSeconds())
          .append(" s after the end: ")
          .append(r.unanswered());
    }
    return words.toString();
  }

  private static String remarks(LoadOptions options, LoadResult r) {
    StringBuilder out = new StringBuilder();
    if (!options.rate().isPresent()) {
      out.append("A service time is not what users see: a server that stalls was asked less")
          .append(" meanwhile. For that, give a --rate.\n");
    } else {
      double asked = options.rate().getAsDouble();
      if (r.requestsPerSecond() < asked * (1 - RATE_MARGIN)) {
        out.append(
            String.format(
                Locale.ROOT,
                "Warning: %,.0f req/s were asked for and %,.0f answered; at the end %,d were due and"
                    + " not yet sent.%n",
                asked,
                r.requestsPerSecond(),
                r.queued()));
      }
    }
    if (r.queued() + r.inFlight() > 0 && r.oldestNanos() > r.latency().getMaxValue()) {
      out.append(
          String.format(
              Locale.ROOT,
              "Warning: %,d requests had no answer when the window ended, the oldest since %.3f ms,"
                  + " longer than any latency above; they are in none of them.%n",
              r.queued() + r.inFlight(),
              r.oldestNanos() / NANOS_PER_MILLI));
    }
    if (r.busy() > TOO_BUSY) {
      out.append(
          String.format(
              Locale.ROOT,
              "Warning: the generator was %.0f %% busy and so the bottleneck: the server can do more,"
                  + " and latencies contain the generator's own queueing. Give it --threads, or a"
                  + " lower --rate.%n",
              r.busy() * 100));
    }
    if (r.waited() > TOO_LITTLE_CPU) {
      out.append(
          String.format(
              Locale.ROOT,
              "Warning: for %.0f %% of the time the generator was ready to run and had no CPU: the"
                  + " machine is overloaded, and all times above contain that.%n",
              r.waited() * 100));
    }
    return out.toString();
  }

  private void writeHgrm(Histogram latency) throws IOException {
    try (PrintStream file =
        new PrintStream(Files.newOutputStream(hgrm), false, StandardCharsets.UTF_8)) {
      latency.outputPercentileDistribution(file, HGRM_TICKS, NANOS_PER_MILLI);
      if (file.checkError()) {
        throw new IOException("could not write all of " + hgrm);
      }
    } catch (java.nio.file.FileSystemException e) {
      throw new IOException("cannot write " + hgrm + ": " + reason(e), e);
    }
  }

  private static String reason(java.nio.file.FileSystemException e) {
    return e.getReason() != null ? e.getReason() : e.getClass().getSimpleName();
  }

  /** Progress as lines. */
  private record Lines(PrintWriter err) implements LoadListener {
    @Override
    public void progress(Progress p) {
      err.printf(
          Locale.ROOT,
          "%s %.0f s: %,.0f req/s, p50 %.3f ms, p99 %.3f ms, errors %d%n",
          p.warmingUp() ? "warm-up" : "measured",
          p.elapsedNanos() / 1e9,
          p.requestsPerSecond(),
          p.p50Nanos() / NANOS_PER_MILLI,
          p.p99Nanos() / NANOS_PER_MILLI,
          p.errors());
      err.flush();
    }
  }
}
