package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.Server;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Timeout(60)
class ServerEndedByItselfTest {
  @Test
  void thatIsAFailureAndNotTheEndThatWasAskedFor() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        new CommandLine(new Ending())
            .registerConverter(java.time.Duration.class, Durations::parse)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    assertEquals(1, commandLine.execute(), err::toString);
    List<String> lines = out.toString().lines().toList();
    assertEquals(1, lines.size(), out::toString);
    assertTrue(lines.get(0).startsWith("listening on 127.0.0.1:"), out::toString);
    assertEquals(
        List.of("ending: the server ended by itself; the log says why"),
        err.toString().lines().toList());
  }

  /** A server whose loop ends although no signal came. */
  @Command(name = "ending")
  private static final class Ending implements Callable<Integer> {
    @Mixin private ServerOptions options;

    @Override
    public Integer call() throws Exception {
      Server server = options.builder(0).handler(() -> Connection::write).start();
      server.loop().stop();
      return options.serve(server);
    }
  }
}
