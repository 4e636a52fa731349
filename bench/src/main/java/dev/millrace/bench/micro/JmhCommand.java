package dev.millrace.bench.micro;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Passes on to JMH. */
@Command(name = "jmh", description = "Micro-benchmarks: passes all that follows on to JMH.")
public final class JmhCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ARG", description = "For JMH; -h lists them, -l the benchmarks.")
  private List<String> args = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    org.openjdk.jmh.Main.main(args.toArray(new String[0]));
    return 0;
  }
}
