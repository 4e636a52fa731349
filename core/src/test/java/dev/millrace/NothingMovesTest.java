package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long nothing has moved on a connection, in either direction. */
@Timeout(60)
class NothingMovesTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void countedFromTheBeginningThenFromTheLastByteInOrOut() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      int[] came = new int[1];
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                came[0] += data.remaining();
                data.position(data.limit());
              });
      Connection c = pair.connection;
      f.until("open", () -> !f.opened.isEmpty());
      assertEquals(0, c.idleNanos());
      f.nowNanos += SECOND;
      f.loop.turn(0);
      assertEquals(SECOND, c.idleNanos(), "nothing yet, since it was accepted");

      pair.peer.send((byte) 1);
      f.until("a byte in", () -> came[0] == 1);
      assertEquals(0, c.idleNanos());
      f.nowNanos += 2 * SECOND;
      f.loop.turn(0);
      assertEquals(2 * SECOND, c.idleNanos());

      c.write(ByteBuffer.wrap(new byte[10]));
      assertEquals(2 * SECOND, c.idleNanos(), "accepted is not taken");
      f.loop.turn(0);
      assertEquals(0, c.idleNanos());
    }
  }
}
