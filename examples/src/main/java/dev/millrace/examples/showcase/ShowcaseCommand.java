package dev.millrace.examples.showcase;

import dev.millrace.Server;
import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code showcase} subcommand. */
@Command(
    name = "showcase",
    description = {
      "Serves an echo, and a page that shows what the server is doing.",
      "",
      "Prints 'listening on ADDRESS:PORT' for the echo and for the page, and the page's address. SIGINT"
          + " and SIGTERM stop accepting, drain the connections and print what became of them.",
      "",
      "Try it:  open the address it prints in a browser;  printf hello | nc -N 127.0.0.1 7007"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class ShowcaseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--echo-port",
      paramLabel = "PORT",
      defaultValue = "7007",
      description = "Port of the echo (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int echoPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port of the page (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int httpPort;

  @Override
  public Integer call() throws IOException {
    checkPort("--echo-port", echoPort);
    checkPort("--http-port", httpPort);
    PrintWriter err = spec.commandLine().getErr();
    // Two servers share the descriptors, and each has what its guests, or experiments, open.
    Server.Builder echo = options.builder(echoPort, 4);
    Server.Builder http = options.builder(httpPort, 4);
    Showcase showcase =
        Showcase.start(
            options.host(),
            echo,
            http,
            options.timeouts(),
            new ExperimentsLab(),
            (server, record) -> {
              options.failureLog().accept(record);
              if (options.isVerbose()) {
                err.println(server + ": " + record);
                err.flush();
              }
            });
    InetSocketAddress address = (InetSocketAddress) showcase.http().addresses().get(0);
    if (!address.getAddress().isLoopbackAddress()) {
      err.println(
          "showcase: the page has no password, and everybody who reaches port "
              + address.getPort()
              + " may use it; without --host only this machine may");
      err.flush();
    }
    return options.serve(
        List.of(showcase.echo(), showcase.http()),
        out -> out.println("the page is at " + url(address)),
        out -> showcase.close());
  }

  private void checkPort(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw options.wrong(option + " is " + port + ", allowed is 0 to 65535");
    }
  }

  /** For a browser on this machine. */
  private static String url(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    return host.isAnyLocalAddress()
        ? "http://localhost:" + address.getPort() + "/"
        : "http://" + Snapshot.textOf(address) + "/";
  }
}
