package dev.millrace.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CountsAreExactTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "5, 16"})
  void aServerThatAnswersSoManyAndNoMoreGivesThatCount(int connections, int depth)
      throws Exception {
    FreeServer.Behaviour hundred =
        (connection, in, out) -> {
          for (int i = 0; i < 100; i++) {
            out.write(in.readNBytes(64));
          }
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(hundred)) {
      LoadOptions options =
          new LoadOptions(
              server.address(),
              connections,
              depth,
              64,
              Duration.ZERO,
              Duration.ofSeconds(3),
              OptionalDouble.empty(),
              false,
              Protocol.echo(1),
              1);
      LoadResult result = Load.run(options, Runs.NOBODY, Runs.NO_DRAIN);
      assertEquals(100L * connections, result.requests());
      assertEquals(6_400L * connections, result.bytes());
      assertEquals((long) depth * connections, result.unanswered());
      assertEquals(result.requests(), result.latency().getTotalCount());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 64, 1, 0, false",
    "8, 16, 64, 1, 0, false",
    "7, 2, 1, 3, 0, false",
    "4, 8, 16384, 2, 0, false",
    "2, 2, 1000000, 1, 0, false",
    "4, 1, 64, 1, 2000, false",
    "5, 4, 64, 2, 2000, false",
    "4, 1, 64, 2, 0, true",
    "4, 1, 64, 1, 500, true"
  })
  void noAnswerIsLostOnAServerThatEchoes(
      int connections, int depth, int size, int threads, double rate, boolean reconnect)
      throws Exception {
    AtomicLong echoed = new AtomicLong();
    try (Server server = echo(echoed)) {
      List<Long> ends = new ArrayList<>();
      LoadOptions options =
          Runs.options(
              address(server),
              connections,
              depth,
              size,
              rate == 0 ? OptionalDouble.empty() : OptionalDouble.of(rate),
              reconnect,
              threads,
              false);
      LoadResult result =
          Load.run(
              options,
              new LoadListener() {
                @Override
                public void measuringBegins() {
                  ends.add(-1L);
                }

                @Override
                public void measuringEnds(long requests) {
                  ends.add(requests);
                }
              });
      assertTrue(result.requests() > 0, result::toString);
      assertEquals(List.of(-1L, result.requests()), ends);
      assertEquals(0, result.errors(), result::toString);
      assertEquals(threads, result.threads().size());
      assertEquals(result.requests(), result.latency().getTotalCount());
      assertEquals(result.requests(), result.uncorrected().getTotalCount());
      // Without a warm-up the server has echoed what counted, and what came after the window.
      assertTrue(echoed.get() >= result.bytes(), result::toString);
      assertTrue(result.bytes() >= result.requests() * size, result::toString);
      if (reconnect) {
        assertTrue(server.stats().accepted() >= result.requests(), result::toString);
      } else {
        assertEquals(connections, server.stats().accepted());
      }
    }
  }

  @Test
  void betweenSilentEdgesTheServerHasEchoedExactlyWhatIsTold() throws Exception {
    AtomicLong echoed = new AtomicLong();
    try (Server server = echo(echoed)) {
      List<String> course = new ArrayList<>();
      Load.run(
          Runs.options(address(server), 8, 4, 64, OptionalDouble.empty(), false, 1, false),
          new LoadListener() {
            @Override
            public void measuringBegins() {
              course.add("begins at " + echoed.get());
            }

            @Override
            public void measuringEnds(long requests) {
              course.add("ends");
            }

            @Override
            public void drained(long requests) {
              course.add("drained, all counted: " + (echoed.get() == requests * 64));
            }
          });
      assertEquals(List.of("begins at 0", "ends", "drained, all counted: true"), course);
    }
  }

  @Test
  void warmUpDoesNotCountAndProgressTellsOfBoth() throws Exception {
    AtomicLong echoed = new AtomicLong();
    try (Server server = echo(echoed)) {
      AtomicLong before = new AtomicLong(-1);
      List<Progress> lines = new ArrayList<>();
      LoadOptions options =
          new LoadOptions(
              address(server),
              4,
              1,
              64,
              Duration.ofMillis(200),
              Duration.ofMillis(200),
              OptionalDouble.empty(),
              false,
              Protocol.echo(1),
              2,
              false,
              Duration.ofMillis(10));
      LoadResult result =
          Load.run(
              options,
              new LoadListener() {
                @Override
                public void measuringBegins() {
                  before.set(echoed.get());
                }

                @Override
                public void progress(Progress progress) {
                  lines.add(progress);
                }
              });
      assertTrue(before.get() > 0, "the warm-up is load");
      assertTrue(result.bytes() < echoed.get(), result::toString);
      assertTrue(lines.get(0).warmingUp(), lines::toString);
      assertTrue(!lines.get(lines.size() - 1).warmingUp(), lines::toString);
      assertTrue(lines.stream().anyMatch(p -> p.requestsPerSecond() > 0), lines::toString);
    }
  }

  @Test
  void anOpenLoopAsksAsOftenAsItWasTold() throws Exception {
    AtomicLong echoed = new AtomicLong();
    try (Server server = echo(echoed)) {
      long began = System.nanoTime();
      LoadResult result = Load.run(Runs.open(address(server), 8, 1_000), Runs.NOBODY);
      long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
      // All that was due in the window was answered, or is told of; and nothing else was asked.
      long due = result.requests() + result.queued() + result.inFlight();
      assertTrue(due >= Runs.SHORT.toMillis(), result::toString);
      assertTrue(due <= millis + 1, result::toString);
      assertEquals(0, result.dropped());
      assertTrue(result.lateness().getTotalCount() <= due);
      assertTrue(result.lateness().getTotalCount() > 0, result::toString);
    }
  }

  @Test
  void aQueueThatOverflowsIsCountedAndNothingIsDroppedInSilence() throws Exception {
    FreeServer.Behaviour silent =
        (connection, in, out) -> {
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(silent)) {
      // The queue is as long as the window's schedule, and no longer than memory allows.
      double rate = 50_000_000;
      LoadResult result =
          Load.run(Runs.open(server.address(), 1, rate), Runs.NOBODY, Runs.NO_DRAIN);
      assertTrue(result.dropped() > 0, result::toString);
      assertTrue(result.queued() + result.inFlight() <= LoadOptions.MOST_UNDER_WAY);
      assertTrue(result.errors() >= result.dropped(), result::toString);
    }
  }

  @Test
  void aRequestAllocatesNothing() throws Exception {
    try (Server server = echo(new AtomicLong())) {
      for (OptionalDouble rate : List.of(OptionalDouble.empty(), OptionalDouble.of(20_000))) {
        LoadOptions options =
            new LoadOptions(
                address(server),
                4,
                4,
                64,
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                rate,
                false,
                Protocol.echo(1),
                1);
        LoadResult result = Load.run(options, Runs.NOBODY);
        long bytes = result.threads().get(0).allocatedBytes();
        // Not per request, that is: exactly 0 most of the time, but nothing promises that.
        assertTrue(bytes < 1_024, () -> bytes + " bytes in " + result.requests() + " requests");
        assertTrue(result.requests() > 0, result::toString);
      }
    }
  }

  private static Server echo(AtomicLong echoed) throws IOException {
    return Server.builder()
        .listen("127.0.0.1", 0)
        .handler(
            () ->
                (connection, data) -> {
                  echoed.addAndGet(data.remaining());
                  connection.write(data);
                })
        .start();
  }

  private static InetSocketAddress address(Server server) {
    return (InetSocketAddress) server.addresses().get(0);
  }
}
