package dev.millrace.bench.report;

import dev.millrace.bench.Bench;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Renders reports again, and JMH's results for the first time. */
@Command(
    name = "report",
    description = {
      "Renders results: Markdown, and charts as SVG and PNG.",
      "",
      "FILE is the JSON that another command of this jar wrote, or what JMH wrote:",
      "",
      "  millrace-bench jmh Timer -rf json -rff timers.json",
      "  millrace-bench report timers.json --here --out results",
      "",
      "Of JMH's results a report is written as well, NAME-report.json. The same JSON gives the same"
          + " files, byte for byte, with the same fonts.",
      "",
      "Exit codes: 0 done, 1 a file is no report or cannot be read or written, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION)
public final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "What to render.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to; made if it is not there. Unless given, beside each file.")
  private Path out;

  @Option(
      names = "--here",
      description =
          "JMH's results come from this machine and this jar, at the file's time, and the report"
              + " says so. JMH itself notes nothing but its JVM.")
  private boolean isHere;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Set<Path> names = new HashSet<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw wrong("no file '" + file + "'; FILE is the JSON of a result");
      }
      if (!names.add(directory(file).resolve(name(file)))) {
        throw wrong("two files would be written as '" + name(file) + "'; render them one by one");
      }
    }
    PrintWriter console = spec.commandLine().getOut();
    for (Path file : files) {
      render(file).forEach(console::println);
    }
    console.flush();
    return 0;
  }

  private List<Path> render(Path file) throws IOException {
    JsonNode json;
    try {
      json = Reports.tree(file);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    if (JmhResults.isLike(json)) {
      Environment environment =
          isHere
              ? Environment.here(Files.getLastModifiedTime(file).toInstant())
              : Environment.unknown();
      // Under another name: what JMH wrote is the record of what it measured.
      return Reports.write(
          JmhResults.read(file, environment), directory(file), name(file) + "-report");
    }
    return Reports.render(Reports.read(file), directory(file), name(file));
  }

  private Path directory(Path file) {
    return out != null ? out : file.toAbsolutePath().getParent();
  }

  private static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.json$", "");
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
