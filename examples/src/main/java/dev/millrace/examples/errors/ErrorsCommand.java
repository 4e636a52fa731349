package dev.millrace.examples.errors;

import dev.millrace.examples.Examples;
import dev.millrace.examples.chart.Fonts;
import dev.millrace.examples.chart.Png;
import dev.millrace.examples.chart.Svg;
import dev.millrace.examples.lab.Advice;
import dev.millrace.examples.lab.LanguageOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
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
    List<Path> logs = logs();
    Reading reading = new Reading(zone);
    for (Path log : logs) {
      if (log == STDIN) {
        reading.read("stdin", System.in, Instant.now());
      } else {
        reading.read(log);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    new TextReport(reading, advice, zone, top, out).print();
    if (html != null) {
      Files.writeString(html, new HtmlReport(reading, advice, zone, top).page());
    }
    return charts(new Charts(reading.tally(), zone));
  }

  private int charts(Charts charts) throws IOException {
    if (svg == null && png == null) {
      return 0;
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
    return 0;
  }

  private static final Path STDIN = Path.of("-");

  /** All of them are looked for before the first one is read, which may take its time. */
  private List<Path> logs() throws IOException {
    List<Path> logs = new ArrayList<>();
    for (String name : files) {
      if (name.equals("-")) {
        logs.add(STDIN);
        continue;
      }
      Path file = Path.of(name);
      if (Files.isDirectory(file)) {
        List<Path> inIt = Reading.logsIn(file);
        if (inIt.isEmpty()) {
          throw wrong("'" + name + "' has no .jsonl or .log files, compressed or not");
        }
        logs.addAll(inIt);
      } else if (Files.isReadable(file)) {
        logs.add(file);
      } else {
        throw wrong("'" + name + "' " + (Files.exists(file) ? "can't be read" : "is not there"));
      }
    }
    return logs;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
