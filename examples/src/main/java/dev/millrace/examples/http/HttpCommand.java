package dev.millrace.examples.http;

import dev.millrace.Server;
import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code http} subcommand. */
@Command(
    name = "http",
    description = {
      "Serves HTTP/1.1.",
      "",
      "  GET /          says hello, or shows index.html of --root",
      "  GET /bytes/N   N bytes",
      "  GET /slow/MS   an answer after MS milliseconds",
      "  GET /healthz   ok",
      "  POST /echo     sends the body back",
      "  GET /...       a file below --root, with ranges and conditions",
      "",
      "Prints 'listening on ADDRESS:PORT' when it serves. SIGINT and SIGTERM stop accepting, finish"
          + " the answers under way and print what became of the connections.",
      "",
      "Try it:  curl -i http://127.0.0.1:8080/"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class HttpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port to listen on (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int port;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "Directory whose files are served (default: none). Names that begin with a dot are not.")
  private Path root;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description =
          "A request's head has to be there within so long of its first byte, and its body within as"
              + " much again; else the answer is 408 (default: ${DEFAULT-VALUE}). --read-timeout"
              + " is for the time between two requests.")
  private Duration requestTimeout;

  @Option(
      names = "--max-header",
      paramLabel = "BYTES",
      defaultValue = "16384",
      description =
          "Most bytes of a request's header fields; beyond it 431 (default: ${DEFAULT-VALUE}).")
  private int maxHeader;

  @Option(
      names = "--max-uri",
      paramLabel = "BYTES",
      defaultValue = "8000",
      description = "Most bytes of a request's target; beyond it 414 (default: ${DEFAULT-VALUE}).")
  private int maxUri;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "1048576",
      description =
          "Most bytes of a request's body; beyond it 413 (default: ${DEFAULT-VALUE}). Raise"
              + " --request-timeout with it.")
  private long maxBody;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    HttpSettings settings = settings();
    // Its socket, and the file that is being sent.
    Server.Builder builder = options.builder(port, root == null ? 1 : 2);
    builder.limits(settings.limits()).timeouts(settings.timeouts(options.timeouts()));
    HttpService service =
        new HttpService(
            settings,
            System::currentTimeMillis,
            record -> {
              if (options.isVerbose()) {
                err.println(record);
                err.flush();
              }
            });
    return options.serve(builder.handler(service).start());
  }

  private HttpSettings settings() {
    checkRange("--max-header", maxHeader, HttpSettings.MAX_BYTES);
    checkRange("--max-uri", maxUri, HttpSettings.MAX_BYTES);
    checkRange("--max-body", maxBody, Long.MAX_VALUE);
    if (root != null && !(Files.isDirectory(root) && Files.isReadable(root))) {
      throw wrong("--root is " + root + ", allowed is a directory that can be read");
    }
    return new HttpSettings(maxHeader, maxUri, maxBody, requestTimeout, root);
  }

  private void checkRange(String option, long value, long max) {
    if (value < 1 || value > max) {
      throw wrong(option + " is " + value + ", allowed is 1 to " + max);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
