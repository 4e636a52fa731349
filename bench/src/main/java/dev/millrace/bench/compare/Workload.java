package dev.millrace.bench.compare;

import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.load.RespCommand;
import dev.millrace.bench.peer.Hello;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What the clients do.
 *
 * @param id names it on the command line and in results
 * @param title the same for people
 * @param protocol what is spoken
 * @param commands of resp, made in turn; of the others none
 * @param connections how many there are
 * @param depth how many requests each has under way
 * @param sizeBytes of an echo and of its answer, or of a value
 * @param isReconnecting whether each request has a connection of its own: connect, ask, close
 */
record Workload(
    String id,
    String title,
    ProtocolName protocol,
    List<RespCommand> commands,
    int connections,
    int depth,
    int sizeBytes,
    boolean isReconnecting) {
  /** As many as the echo's, so that what a protocol costs can be seen beside it. */
  private static final int CONNECTIONS = 64;

  /** What TechEmpower's plaintext has, and {@code redis-benchmark -P 16} in Redis's own figures. */
  private static final int PIPELINE = 16;

  private static final int SIZE_BYTES = 64;

  /**
   * Keys of resp: enough that a store has to look, few enough that they stay in its caches; what is
   * measured is the server and not the machine's memory.
   */
  static final int KEYS = 1_000;

  /** Small messages, one at a time: what one event costs. */
  static final Workload SMALL = echo("small", "64 B × 64 connections", 64, 1, 64);

  /** Small messages, pipelined: what a message costs beside the event. */
  static final Workload PIPELINED =
      echo("pipelined", "64 B × 64 connections, depth 16", 64, 16, 64);

  /** Messages of a few pages: what a byte costs. */
  static final Workload LARGE = echo("large", "16 KiB × 16 connections", 16, 1, 16 * 1024);

  /** One connection: a turn of the loop for each request, so latency. */
  static final Workload SINGLE = echo("single", "64 B × 1 connection", 1, 1, 64);

  /** As many as fall out of the first caches. */
  static final Workload THOUSAND = echo("thousand", "64 B × 1,000 connections", 1_000, 1, 64);

  /** Accept and close: 16 at once keep the listener's queue from being the subject. */
  static final Workload CONNECT =
      new Workload(
          "connect",
          "connect, 64 B, close × 16 at once",
          ProtocolName.ECHO,
          List.of(),
          16,
          1,
          64,
          true);

  private static final List<Workload> ALL =
      List.of(
          SMALL,
          PIPELINED,
          LARGE,
          SINGLE,
          THOUSAND,
          CONNECT,
          http("plaintext", 1),
          http("plaintext-pipelined", PIPELINE),
          resp(RespCommand.PING, "ping", 1),
          resp(RespCommand.GET, "get", 1),
          resp(RespCommand.SET, "set", 1),
          resp(RespCommand.PING, "ping-pipelined", PIPELINE),
          resp(RespCommand.GET, "get-pipelined", PIPELINE),
          resp(RespCommand.SET, "set-pipelined", PIPELINE));

  private static Workload echo(String id, String title, int connections, int depth, int sizeBytes) {
    return new Workload(
        id, title, ProtocolName.ECHO, List.of(), connections, depth, sizeBytes, false);
  }

  private static Workload http(String id, int depth) {
    return new Workload(
        id,
        "GET, plaintext × 64 connections" + depth(depth),
        ProtocolName.HTTP,
        List.of(),
        CONNECTIONS,
        depth,
        SIZE_BYTES,
        false);
  }

  private static Workload resp(RespCommand command, String id, int depth) {
    String value = command == RespCommand.PING ? "" : " of 64 B";
    return new Workload(
        id,
        command.name() + value + " × 64 connections" + depth(depth),
        ProtocolName.RESP,
        List.of(command),
        CONNECTIONS,
        depth,
        SIZE_BYTES,
        false);
  }

  private static String depth(int depth) {
    return depth == 1 ? "" : ", depth " + depth;
  }

  /** All there are of a protocol, in the order they are told. */
  static List<Workload> of(ProtocolName protocol) {
    return ALL.stream().filter(workload -> workload.protocol == protocol).toList();
  }

  /** The first of those asked for that is of another protocol, in a sentence. */
  static Optional<String> notOf(ProtocolName protocol, List<Workload> asked) {
    return asked.stream()
        .filter(workload -> workload.protocol != protocol)
        .findFirst()
        .map(
            workload ->
                "%s is a workload of %s and not of %s; there are %s"
                    .formatted(
                        workload.id,
                        workload.protocol.title(),
                        protocol.title(),
                        ids(of(protocol))));
  }

  /**
   * What is said to the servers.
   *
   * @param seed another one gives other bytes
   */
  Protocol language(long seed) {
    return switch (protocol) {
      case ECHO -> Protocol.echo(seed);
      case HTTP -> Protocol.http("127.0.0.1", Hello.PATH, Optional.of(Hello.TEXT));
      case RESP -> Protocol.resp(seed, commands, KEYS);
    };
  }

  private static String ids(List<Workload> workloads) {
    return workloads.stream().map(Workload::id).collect(Collectors.joining(", "));
  }

  /** Their names, for help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ALL.stream().map(Workload::id).iterator();
    }
  }

  /** From the name on the command line. */
  static final class Converter implements ITypeConverter<Workload> {
    @Override
    public Workload convert(String name) {
      return ALL.stream()
          .filter(workload -> workload.id().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no workload; there are %s".formatted(name, ids(ALL))));
    }
  }
}
