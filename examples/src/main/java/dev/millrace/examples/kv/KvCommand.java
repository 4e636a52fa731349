package dev.millrace.examples.kv;

import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The {@code kv} subcommand. */
@Command(
    name = "kv",
    description = {
      "A key-value server that speaks the Redis protocol; in memory only.",
      "",
      "Try it:  redis-cli -p 6380 set greeting hello"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class KvCommand implements Callable<Integer> {
  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "6380",
      description = "Port to listen on (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int port;

  @Override
  public Integer call() throws IOException {
    KvSettings settings = KvSettings.defaults();
    return options.serve(
        options.builder(port).limits(settings.limits()).handler(new KvService(settings)).start());
  }
}
