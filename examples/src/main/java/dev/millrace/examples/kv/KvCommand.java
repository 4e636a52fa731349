package dev.millrace.examples.kv;

import dev.millrace.CloseRecord;
import dev.millrace.SocketSettings;
import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code kv} subcommand. */
@Command(
    name = "kv",
    description = {
      "A key-value server that speaks the Redis protocol, RESP2 and RESP3.",
      "",
      "Replies and errors are those of Redis 7.0, for the commands it has: strings, expiry, SCAN,"
          + " publish and subscribe, and what clients ask when they connect. It keeps all in memory"
          + " and loses all when it ends; there are no databases but 0, no replicas, no passwords.",
      "",
      "As in Redis a silent client is not cut by default (--read-timeout): pools of clients keep"
          + " connections for later. Keep-alive probes find those whose host is gone.",
      "",
      "Try it:  redis-cli -p 6380 set greeting hello"
    },
    mixinStandardHelpOptions = true,
    defaultValueProvider = KvCommand.Defaults.class,
    version = Examples.VERSION)
public final class KvCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "6380",
      description =
          "Port to listen on (default: ${DEFAULT-VALUE}, beside a Redis on 6379; 0 picks one).")
  private int port;

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      converter = Size.class,
      defaultValue = "0",
      description =
          "Refuse to store more when keys, values and waiting replies take so much (default:"
              + " ${DEFAULT-VALUE}, no bound but the JVM's heap, see -Xmx). Sizes are 1000, 64k,"
              + " 16m, 2g.")
  private long maxMemoryBytes;

  @Option(
      names = "--max-bulk",
      paramLabel = "SIZE",
      converter = Size.class,
      defaultValue = "16m",
      description =
          "Longest value, 64k to 128m (default: ${DEFAULT-VALUE}; Redis' proto-max-bulk-len). A"
              + " request is kept in one piece until it is complete.")
  private long maxBulkBytes;

  @Override
  public Integer call() throws IOException {
    KvSettings settings;
    try {
      settings =
          KvSettings.defaults()
              .withMaxMemoryBytes(maxMemoryBytes)
              .withMaxBulkBytes((int) Math.min(maxBulkBytes, Integer.MAX_VALUE));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage().replace("maxBulkBytes", "--max-bulk"), e);
    }
    return options.serve(
        options
            .builder(port)
            .limits(settings.limits())
            .socketSettings(SocketSettings.defaults().withKeepAlive(true))
            .handler(new KvService(settings, this::closed, System::currentTimeMillis))
            .start());
  }

  private void closed(CloseRecord record) {
    if (options.isVerbose()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(record);
      err.flush();
    }
  }

  /** What is another default here than with the other servers. */
  static final class Defaults implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec arg) {
      boolean isReadTimeout =
          arg instanceof OptionSpec option && option.longestName().equals("--read-timeout");
      return isReadTimeout ? "0" : null;
    }
  }

  /** Bytes, with k, m or g behind for 1,024, its square and its cube. */
  static final class Size implements ITypeConverter<Long> {
    private static final String UNITS = "kmg";

    @Override
    public Long convert(String text) {
      String lower = text.toLowerCase(Locale.ROOT);
      int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
      String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
      try {
        long n = Long.parseLong(digits);
        if (n >= 0 && n <= Long.MAX_VALUE >> (10 * (unit + 1))) {
          return n << (10 * (unit + 1));
        }
      } catch (NumberFormatException e) {
        // said below, in words that name what is allowed
      }
      throw new TypeConversionException("'" + text + "' is no size; sizes are 1000, 64k, 16m, 2g");
    }
  }
}
