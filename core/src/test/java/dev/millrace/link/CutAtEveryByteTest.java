package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.link.Relay.Cut;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole conversation, with its connection cut behind each single byte of it, in each direction
 * and in each way: all of it arrives, once and in order.
 */
@Timeout(120)
class CutAtEveryByteTest {
  private static final List<String> TEXTS = List.of("one", "", "three", "four and more", "five");
  private static final List<String> ARRIVES =
      List.of("1 one", "2 ", "3 three", "4 four and more", "5 five");

  static Stream<Arguments> waysAndDirections() {
    return Stream.of(Cut.values())
        .flatMap(
            cut ->
                Stream.of(Relay.TO_SERVER, Relay.TO_LINK)
                    .map(direction -> Arguments.of(cut, direction)));
  }

  @ParameterizedTest
  @MethodSource("waysAndDirections")
  void everythingArrivesOnceAndInOrder(Cut cut, int direction) throws IOException {
    long[] carried = conversation(null, 0, 0);
    long bytes = carried[direction];
    assertTrue(bytes > (direction == Relay.TO_SERVER ? 150 : 50), bytes + " bytes");
    int reconnected = 0;
    for (long at = 0; at <= bytes; at++) {
      try {
        reconnected += conversation(cut, direction, at)[2] > 1 ? 1 : 0;
      } catch (AssertionError e) {
        throw new AssertionError(cut + " at byte " + at + " of direction " + direction, e);
      }
    }
    // Behind the good-bye and the last acknowledgement there is nothing to come back for.
    assertTrue(reconnected > bytes * 3 / 4, reconnected + " of " + bytes + " had to reconnect");
  }

  private static long[] conversation(Cut cut, int direction, long at) throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      if (cut != null) {
        g.relay.cut(cut, direction, at);
      }
      g.open(g.link().heartbeat(Duration.ofMillis(500), 2).welcomeTimeout(Duration.ofSeconds(2)));
      // With a rest in between, so that acknowledgements come behind each.
      for (String text : TEXTS) {
        g.send(text);
        g.pass(Duration.ofMillis(20));
      }
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      assertEquals(ARRIVES, g.got);
      assertTrue(g.report.isComplete(), g.report::toString);
      assertTrue(g.told.stream().noneMatch(line -> line.startsWith("lost")), g.told::toString);
      if (cut == null) {
        assertEquals(1, g.relay.connections);
      }
      g.checkNothingIsLeft();
      return new long[] {g.relay.carried[0], g.relay.carried[1], g.relay.connections};
    }
  }
}
