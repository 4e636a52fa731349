package dev.millrace.examples.chat;

import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code chat} subcommand. */
@Command(
    name = "chat",
    description = {
      "A room for lines of text: what one says, all the others hear.",
      "",
      "The first line is your name; after it each line is said to all, but for /nick NAME, /who,"
          + " /quit and /help. Who reads too slowly is cut off and told why, and nobody waits for"
          + " him.",
      "",
      "Prints 'listening on ADDRESS:PORT' when it serves. SIGINT and SIGTERM stop accepting, tell"
          + " everybody, drain the connections and print what became of them.",
      "",
      "Try it, in two terminals:  nc 127.0.0.1 7200"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION,
    defaultValueProvider = ChatCommand.Defaults.class)
public final class ChatCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7200",
      description = "Port to listen on (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int port;

  @Option(
      names = "--max-line",
      paramLabel = "BYTES",
      defaultValue = "1024",
      description = "Most bytes of a line; a longer one is not said (default: ${DEFAULT-VALUE}).")
  private int maxLine;

  @Option(
      names = "--backlog",
      paramLabel = "BYTES",
      defaultValue = "1048576",
      description =
          "Cut who is more bytes behind than so many, besides what the kernel holds; less where"
              + " many share 64 MiB (default: ${DEFAULT-VALUE}).")
  private int backlog;

  @Option(
      names = "--pace",
      paramLabel = "BYTES",
      defaultValue = "16384",
      description =
          "Let one member say so many bytes a second, after a burst of 32 KiB; who sends more waits"
              + " (default: ${DEFAULT-VALUE}; 0: no bound).")
  private int pace;

  /**
   * A chat has no read time-out unless asked for: people read for hours and say nothing. The dead
   * are found because they are written to, and by TCP's keep-alive.
   */
  static final class Defaults implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      boolean isReadTimeout =
          argument instanceof OptionSpec o && o.longestName().equals("--read-timeout");
      return isReadTimeout ? "0" : null; // null: what the option itself says
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    ChatSettings settings = settings();
    ChatRoom room =
        options.isVerbose()
            ? new ChatRoom(
                settings,
                record -> {
                  err.println(record);
                  err.flush();
                })
            : new ChatRoom(settings);
    return options.serve(
        options
            .builder(port)
            .limits(settings.limits())
            .timeouts(settings.timeouts(options.timeouts()))
            .socketSettings(settings.socketSettings())
            .handler(room)
            .start());
  }

  private ChatSettings settings() {
    try {
      return ChatSettings.defaults()
          .withMaxLineBytes(maxLine)
          .withBacklogBytes(backlog)
          .withPaceBytes(pace);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
