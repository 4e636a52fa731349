package dev.millrace.bench.compare;

import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What the clients do.
 *
 * @param id names it on the command line and in results
 * @param title the same for people
 * @param connections how many there are
 * @param depth how many requests each has under way
 * @param sizeBytes of a request and of its answer
 * @param isReconnecting whether each request has a connection of its own: connect, ask, close
 */
record Workload(
    String id, String title, int connections, int depth, int sizeBytes, boolean isReconnecting) {
  /** Small messages, one at a time: what one event costs. */
  static final Workload SMALL = new Workload("small", "64 B × 64 connections", 64, 1, 64, false);

  /** Small messages, pipelined: what a message costs beside the event. */
  static final Workload PIPELINED =
      new Workload("pipelined", "64 B × 64 connections, depth 16", 64, 16, 64, false);

  /** Messages of a few pages: what a byte costs. */
  static final Workload LARGE =
      new Workload("large", "16 KiB × 16 connections", 16, 1, 16 * 1024, false);

  /** One connection: a turn of the loop for each request, so latency. */
  static final Workload SINGLE = new Workload("single", "64 B × 1 connection", 1, 1, 64, false);

  /** As many as fall out of the first caches. */
  static final Workload THOUSAND =
      new Workload("thousand", "64 B × 1,000 connections", 1_000, 1, 64, false);

  /** Accept and close: 16 at once keep the listener's queue from being the subject. */
  static final Workload CONNECT =
      new Workload("connect", "connect, 64 B, close × 16 at once", 16, 1, 64, true);

  /** All there are, in the order they are told. */
  static List<Workload> all() {
    return List.of(SMALL, PIPELINED, LARGE, SINGLE, THOUSAND, CONNECT);
  }

  /** Their names, for help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return all().stream().map(Workload::id).iterator();
    }
  }

  /** From the name on the command line. */
  static final class Converter implements ITypeConverter<Workload> {
    @Override
    public Workload convert(String name) {
      return all().stream()
          .filter(workload -> workload.id().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no workload; there are %s"
                          .formatted(
                              name,
                              all().stream().map(Workload::id).collect(Collectors.joining(", ")))));
    }
  }
}
