package dev.millrace.examples.proxy;

import dev.millrace.Server;
import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import dev.millrace.observe.FailureLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code proxy} subcommand. */
@Command(
    name = "proxy",
    description = {
      "Forwards each connection to one of the targets, and back.",
      "",
      "A side that is slow slows the other down: a pair holds at most 256 KiB. A FIN is passed on"
          + " in each direction by itself; a reset is passed on as a reset, and so is every end"
          + " that is not the doing of the other side. Targets are taken in turn; one that does not"
          + " answer is left out for a while, 1 s to 30 s. A client is reset if none answers.",
      "",
      "--read-timeout counts for a pair: it ends when no byte has moved in either direction for so"
          + " long. Each pair takes two descriptors. At the end it says what became of each target.",
      "",
      "Try it:  proxy --to 127.0.0.1:7007  beside  echo, then  printf hello | nc -N 127.0.0.1 7100"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class ProxyCommand implements Callable<Integer> {
  /** Its client's and its target's. */
  private static final int DESCRIPTORS_EACH = 2;

  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7100",
      description = "Port to listen on (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int port;

  @Option(
      names = "--to",
      paramLabel = "HOST:PORT[,HOST:PORT...]",
      required = true,
      description =
          "Where to forward. Names are looked up once, at the start, and their first address is"
              + " taken; an IPv6 address is written in brackets.")
  private String to;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      defaultValue = "3s",
      description =
          "Try the next target if one has not answered for so long (default: ${DEFAULT-VALUE}; each"
              + " is tried once for a client; 0: what the kernel allows, two minutes).")
  private Duration connectTimeout;

  @Override
  public Integer call() throws IOException {
    Server.Builder builder = options.builder(port, DESCRIPTORS_EACH);
    ProxySettings settings =
        ProxySettings.to(targets())
            .withConnectTimeout(connectTimeout)
            .withIdle(options.timeouts().readIdle())
            .withConnections(options.timeouts());
    FailureLog failures = options.failureLog();
    ProxyService service =
        new ProxyService(
            settings,
            (side, record) -> {
              if (options.isVerbose()) {
                tell(side + " " + record);
              }
              if (side.equals("target")) {
                failures.accept(record); // of the clients the server tells it
              }
            });
    builder.limits(settings.limits()).timeouts(settings.timeouts()).handler(service);
    return options.serve(builder.start(), out -> service.summary().forEach(out::println));
  }

  private void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private List<InetSocketAddress> targets() throws IOException {
    List<InetSocketAddress> targets;
    try {
      targets = ProxySettings.parseTargets(to);
    } catch (IllegalArgumentException e) {
      throw options.wrong("--to: " + e.getMessage());
    }
    InetAddress listen = new InetSocketAddress(options.host(), port).getAddress();
    for (InetSocketAddress target : targets) {
      // A name that is not found is told by the server, in its own words.
      if (listen != null && target.getPort() == port && isSame(target.getAddress(), listen)) {
        throw options.wrong(
            "--to: " + target + " is the address that this proxy listens on; it would call itself");
      }
    }
    return targets;
  }

  /** Whether who connects to this address comes to who listens on that one. */
  private static boolean isSame(InetAddress target, InetAddress listen) throws IOException {
    if (listen.isAnyLocalAddress()) {
      return target.isAnyLocalAddress()
          || target.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(target) != null;
    }
    // A connect to the wildcard goes to the loopback address.
    return target.equals(listen) || (target.isAnyLocalAddress() && listen.isLoopbackAddress());
  }
}
