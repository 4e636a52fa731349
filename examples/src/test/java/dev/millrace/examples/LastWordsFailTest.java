package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Timeout(60)
class LastWordsFailTest {
  @Test
  void theProgramEndsAllTheSameAndSaysThatItFailed() throws Exception {
    try (ExampleProcess failing = ExampleProcess.serve(List.of(), Failing.class)) {
      failing.terminate();
      assertEquals(1, failing.awaitExit(), failing::toString);
      List<String> out = failing.out();
      assertTrue(
          out.get(out.size() - 1).endsWith("failed: java.lang.IllegalStateException: planted"),
          failing::toString);
    }
  }

  /** A server whose program can't say its last words. */
  @Command(name = "failing")
  static final class Failing implements Callable<Integer> {
    @Mixin private ServerOptions options;

    public static void main(String[] args) {
      System.exit(
          new CommandLine(new Failing())
              .registerConverter(java.time.Duration.class, Durations::parse)
              .setCaseInsensitiveEnumValuesAllowed(true)
              .execute(args));
    }

    @Override
    public Integer call() throws Exception {
      return options.serve(
          options.builder(0).handler(() -> Connection::write).start(),
          out -> {
            throw new IllegalStateException("planted");
          });
    }
  }
}
