package dev.millrace.examples.errors;

import dev.millrace.examples.Examples;
import dev.millrace.examples.chart.Fonts;
import dev.millrace.examples.chart.Png;
import dev.millrace.examples.chart.Svg;
import dev.millrace.examples.lab.Advice;
import dev.millrace.examples.lab.LanguageOption;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code errors} subcommand. */
@Command(
    name = "errors",
    description = {
      "Reads logs of failures: how often each kind, from whom, when, likely why, what prevents it.",
      "",
      "Logs are what --log-dir writes, what --verbose and the console have, and the core's close"
          + " records; plain or compressed, of any size. A damaged line is counted and named.",
      "",
      "Try it:  millrace-examples echo --log-dir logs   and then   millrace-examples errors logs"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class ErrorsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Logs; also .gz, and - for stdin. Of a directory the .jsonl and .log files, compressed or"
              + " not.")
  private List<String> files;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "Show so many peers (default: ${DEFAULT-VALUE}).")
  private int top;

  @Mixin private LanguageOption language;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as one page as well, with charts and without scripts.")
  private Path html;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Write the chart of failures over time as well.")
  private Path svg;

  @Option(
      names = "--png",
      paramLabel = "FILE",
      description = "Write that chart as a picture; needs fonts, which the other two don't.")
  private Path png;

  @Override
  public Integer call() throws IOException {
    if (top < 1 || top > 1_000) {
      throw wrong("--top is " + top + ", allowed is 1 to 1000");
    }
    Advice advice = language.advice();
    ZoneId zone = ZoneId.systemDefault();
    Reading reading = new Reading(zone);
    Collection<Log> logs = logs(reading);
    checkOutputs(logs);
    for (Log log : logs) {
      if (log.file.equals(STDIN)) {
        reading.read("stdin", stdin(), Instant.now());
      } else if (log.isOfDirectory) {
        reading.readIfPossible(log.file);
      } else {
        reading.read(log.file);
      }
    }
    if (reading.files() == 0) {
      throw new IOException("nothing could be read; " + String.join("; ", reading.troubles()));
    }
    PrintWriter out = spec.commandLine().getOut();
    new TextReport(reading, advice, zone, top, out).print();
    if (html != null) {
      Files.writeString(html, new HtmlReport(reading, advice, zone, top).page());
    }
    charts(new Charts(reading.tally(), zone));
    // Neither a writer nor System.out throws; a report that is not whole must not look like one.
    if (out.checkError() || System.out.checkError()) {
      throw new IOException("the report could not be written whole to the standard output");
    }
    return 0;
  }

  private void charts(Charts charts) throws IOException {
    if (svg == null && png == null) {
      return;
    }
    if (!charts.hasTime()) {
      throw new IOException("no chart is written: no failure has a time");
    }
    if (svg != null) {
      Files.writeString(svg, Svg.document(charts.time()));
    }
    if (png != null) {
      System.setProperty("java.awt.headless", "true"); // or it would look for a screen
      Optional<String> unavailable = Fonts.unavailable();
      if (unavailable.isPresent()) {
        throw new IOException(
            "no PNG is written: "
                + unavailable.get()
                + "; install fontconfig and a font (Debian: fontconfig fonts-dejavu-core), or take"
                + " --svg or --html, which need none");
      }
      Files.write(png, Png.of(charts.time()));
    }
  }

  private static final Path STDIN = Path.of("-");

  /** Where Linux has it as a file (proc(5)); elsewhere it is not there. */
  private static final Path STDIN_FILE = Path.of("/dev/stdin");

  /** Only what a directory has may be gone by the time it is read: nobody has asked for it. */
  private record Log(Path file, boolean isOfDirectory) {}

  /**
   * All of them are looked for before the first one is read, which may take its time; each is in it
   * once, however often it was named.
   */
  private Collection<Log> logs(Reading reading) throws IOException {
    Map<Path, Log> logs = new LinkedHashMap<>();
    for (String name : files) {
      if (name.isEmpty()) {
        throw wrong("FILE is empty, allowed is a log, a directory, or - for stdin");
      }
      Path file = Path.of(name);
      if (file.equals(STDIN)) {
        if (isStdinClosed()) {
          throw wrong("stdin is closed, so '-' can't be read");
        }
        logs.putIfAbsent(STDIN, new Log(STDIN, false));
      } else if (Files.isDirectory(file)) {
        List<Path> inIt = reading.logsIn(file);
        if (inIt.isEmpty()) {
          throw wrong("'" + name + "' has no .jsonl or .log files, compressed or not");
        }
        inIt.forEach(log -> logs.putIfAbsent(real(log), new Log(log, true)));
      } else if (Files.isReadable(file)) {
        logs.putIfAbsent(real(file), new Log(file, false));
      } else {
        throw wrong("'" + name + "' " + (Files.exists(file) ? "can't be read" : "is not there"));
      }
    }
    return logs.values();
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath(); // a pipe, whose link in proc(5) leads to no path; or gone
    }
  }

  /**
   * Whether the shell had closed stdin: the JVM's first file, of its own class library, has its
   * number then.
   */
  private static boolean isStdinClosed() {
    return real(STDIN_FILE).startsWith(real(Path.of(System.getProperty("java.home"))));
  }

  /** Is never closed: the number would go to the next file that the JVM opens. */
  private static InputStream stdin() {
    return new FilterInputStream(System.in) {
      @Override
      public void close() {}
    };
  }

  /** A page in the place of the log it was made from would be all that is left. */
  private void checkOutputs(Collection<Log> logs) throws IOException {
    Map<String, Path> outputs = new LinkedHashMap<>();
    outputs.put("--html", html);
    outputs.put("--svg", svg);
    outputs.put("--png", png);
    for (Map.Entry<String, Path> output : outputs.entrySet()) {
      Path file = output.getValue();
      if (file == null) {
        continue;
      }
      if (file.toString().isEmpty()) {
        throw wrong(output.getKey() + " is empty, allowed is a file to write");
      }
      for (Log log : logs) {
        Path read = log.file.equals(STDIN) ? STDIN_FILE : log.file;
        if (Files.isRegularFile(file) && Files.exists(read) && Files.isSameFile(file, read)) {
          throw wrong(output.getKey() + " " + file + " is one of the logs, and would replace it");
        }
      }
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
