package dev.millrace.examples.echo;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Server;
import dev.millrace.examples.Examples;
import dev.millrace.examples.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code echo} subcommand. */
@Command(
    name = "echo",
    description = {
      "Sends back what it is sent.",
      "",
      "Prints 'listening on ADDRESS:PORT' when it serves. SIGINT and SIGTERM stop accepting, drain"
          + " the connections and print what became of them.",
      "",
      "Try it:  printf hello | nc -N 127.0.0.1 7007"
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class EchoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServerOptions options;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7007",
      description = "Port to listen on (default: ${DEFAULT-VALUE}; 0 picks one).")
  private int port;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Server.Builder builder = options.builder(port);
    builder.handler(options.isVerbose() ? () -> new VerboseEcho(err) : () -> Connection::write);
    return options.serve(builder.start());
  }

  /** An echo that prints each close record. */
  private static final class VerboseEcho implements ConnectionHandler {
    private final PrintWriter err;

    VerboseEcho(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      connection.write(data);
    }

    @Override
    public void onClosed(Connection connection, CloseRecord record) {
      err.println(record);
      err.flush();
    }
  }
}
