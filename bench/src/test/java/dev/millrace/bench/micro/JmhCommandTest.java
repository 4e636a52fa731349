package dev.millrace.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.Bench;
import dev.millrace.examples.Programs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import picocli.CommandLine;

/** {@code jmh …} passes on to JMH, and adds what a user would forget. */
@Timeout(120)
class JmhCommandTest {
  private final StringWriter err = new StringWriter();

  private int jmh(String... args) {
    CommandLine commandLine = Programs.commandLine(new Bench()).setErr(new PrintWriter(err));
    String[] all = new String[args.length + 1];
    all[0] = "jmh";
    System.arraycopy(args, 0, all, 1, args.length);
    return commandLine.execute(all);
  }

  private static Options options(String... args) throws Exception {
    return JmhCommand.withDefaults(new CommandLineOptions(args));
  }

  private static List<String> profilers(String... args) throws Exception {
    return options(args).getProfilers().stream().map(ProfilerConfig::getKlass).toList();
  }

  @Test
  void optionOfJmhThatDoesNotExistIsWrongUsage() {
    assertEquals(2, jmh("-f", "none", "HotLoop"), err::toString);
    assertTrue(err.toString().startsWith("jmh: Cannot parse argument 'none' of option f"));
    assertFalse(err.toString().contains("\tat "), err::toString);
  }

  @Test
  void nameThatMatchesNothingIsWrongUsage() {
    assertEquals(2, jmh("NoSuchBenchmark"));
    assertTrue(
        err.toString().startsWith("jmh: no benchmark matches 'NoSuchBenchmark'"), err::toString);
  }

  @Test
  void profilerThatIsNotThereFailsInOneLine() {
    assertEquals(1, jmh("-prof", "nosuch", "HotLoop"));
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains("nosuch"), err::toString);
  }

  @Test
  void bytesAndProcessorTimeAreCountedUnlessAProfilerIsNamed() throws Exception {
    assertEquals(
        List.of(GCProfiler.class.getCanonicalName(), CpuTimeProfiler.class.getCanonicalName()),
        profilers("HotLoop"));
    assertEquals(List.of("perfnorm"), profilers("-prof", "perfnorm", "HotLoop"));
  }

  @Test
  void failureStopsUnlessItMayNot() throws Exception {
    assertTrue(options().shouldFailOnError().get());
    assertFalse(options("-foe", "false").shouldFailOnError().get());
  }

  @Test
  void whatTheCommandLineGivesToTheJvmComesBehindOurs() throws Exception {
    List<String> args =
        options("-jvmArgsAppend", "-Xint").getJvmArgsAppend().get().stream().toList();
    assertEquals("-Xint", args.get(args.size() - 1));
    assertTrue(args.contains("--enable-native-access=ALL-UNNAMED"), args::toString);
  }

  /** Every benchmark, once, in this JVM: that they run, not what they measure. */
  @Test
  void everyBenchmarkRuns(@TempDir Path directory) throws Exception {
    String[] args = {
      "-f",
      "0",
      "-bm",
      "ss",
      "-wi",
      "0",
      "-i",
      "1",
      "-foe",
      "true",
      "-v",
      "SILENT",
      "-p",
      "ready=64",
      "-p",
      "connections=1",
      "-p",
      "others=10000",
      "-p",
      "timers=1000",
      "-p",
      "pieces=2",
      "-rf",
      "json",
      "-rff",
      directory.resolve("out.json").toString(),
      "dev.millrace.bench.micro"
    };
    Collection<RunResult> results = new Runner(options(args)).run();
    Set<String> ran =
        results.stream()
            .map(result -> result.getParams().getBenchmark())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> all =
        BenchmarkList.defaultList().getAll(null, List.of()).stream()
            .map(BenchmarkListEntry::getUsername)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(all, ran);
    assertTrue(Files.size(directory.resolve("out.json")) > 0);
  }
}
