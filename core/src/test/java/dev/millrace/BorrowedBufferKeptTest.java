package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler keeps what it was only lent. In checked mode that fails at once. */
@Timeout(60)
class BorrowedBufferKeptTest {
  private ByteBuffer lent;
  private ByteBuffer slice;

  private void offered(int consumed) throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                lent = data;
                slice = data.slice();
                assertThrows(ReadOnlyBufferException.class, () -> data.put(0, (byte) 1));
                data.position(data.position() + Math.min(consumed, data.remaining()));
              });
      pair.peer.send(ReadWriteFixture.bytes(0, 100));
      f.until("offered", () -> lent != null);
      assertThrows(BufferUnderflowException.class, () -> lent.get());
      assertThrows(IndexOutOfBoundsException.class, () -> lent.get(0));
      ByteBuffer first = lent;
      lent = null;
      pair.peer.send(ReadWriteFixture.bytes(0, 100));
      f.until("offered again", () -> lent != null);
      assertEquals(0, first.remaining(), "it is not filled again behind the handler's back");
    }
  }

  @Test
  void allConsumed() throws Exception {
    offered(Integer.MAX_VALUE);
    assertNotEquals(ReadWriteFixture.at(0), slice.get(0), "a slice of it is overwritten");
  }

  @Test
  void nothingConsumed() throws Exception {
    offered(0);
  }

  @Test
  void writtenBackInALaterCallback() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                data.position(data.position()); // "I'll answer later"
                lent = data;
              });
      pair.peer.send(ReadWriteFixture.bytes(0, 100));
      f.until("offered", () -> lent != null);
      assertThrows(IllegalArgumentException.class, () -> pair.connection.write(lent));
    }
  }
}
