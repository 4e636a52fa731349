package dev.millrace.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EchoBytesAreCheckedTest {
  private static final Protocol ECHO = Protocol.echo(1);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 1000, 16_384, BytePattern.STRETCH + 1, BytePattern.PERIOD * 2})
  void inOnePieceAllAnswersAreCounted(int size) throws Exception {
    Conversation echo = ECHO.converse(3, size);
    assertEquals(5, echo.answers(requests(echo, 0, 5, size)));
    assertEquals(2, echo.answers(requests(echo, 5, 2, size)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 1000})
  void byteByByteAnAnswerIsCountedWithItsLastByte(int size) throws Exception {
    Conversation echo = ECHO.converse(3, size);
    byte[] bytes = requests(echo, 0, 3, size).array();
    for (int i = 0; i < bytes.length; i++) {
      ByteBuffer one = ByteBuffer.wrap(bytes, i, 1);
      assertEquals((i + 1) % size == 0 ? 1 : 0, echo.answers(one), "at byte " + i);
      assertEquals(0, one.remaining());
    }
  }

  @Test
  void anyCutGivesTheSameCount() {
    Seeds.each(
        200,
        random -> {
          int size = random.nextInt(1, 100_000);
          Conversation echo = ECHO.converse(random.nextInt(1_000_000), size);
          ByteBuffer all = requests(echo, 0, 7, size);
          int answers = 0;
          while (all.hasRemaining()) {
            int n = random.nextInt(1, all.remaining() + 1);
            answers += echo.answers(all.slice(all.position(), n));
            all.position(all.position() + n);
          }
          assertEquals(7, answers);
        });
  }

  @Test
  void aRequestRenderedInPiecesIsTheSameRequest() {
    Seeds.each(
        200,
        random -> {
          int size = random.nextInt(1, 100_000);
          Conversation echo = ECHO.converse(1, size);
          ByteBuffer whole = requests(echo, 9, 1, size);
          ByteBuffer pieces = ByteBuffer.allocate(size);
          while (pieces.hasRemaining()) {
            int room = random.nextInt(1, pieces.remaining() + 1);
            pieces.limit(pieces.position() + room);
            echo.request(9, pieces.position(), pieces);
            pieces.limit(size);
          }
          assertEquals(whole, pieces.flip());
        });
  }

  @Test
  void oneByteFlippedIsNamed() {
    Seeds.each(
        200,
        random -> {
          Conversation echo = ECHO.converse(5, 64);
          byte[] bytes = requests(echo, 0, 100, 64).array();
          int at = random.nextInt(bytes.length);
          int expected = bytes[at] & 0xff;
          bytes[at] ^= (byte) (1 << random.nextInt(8));
          assertEquals(
              "byte %d of the answers is 0x%02x, expected 0x%02x (byte %d of answer %d)"
                  .formatted(at, bytes[at], expected, at % 64, at / 64),
              complaint(echo, bytes));
        });
  }

  @Test
  void oneByteLostIsNamedAtItsPlace() {
    Seeds.each(
        200,
        random -> {
          Conversation echo = ECHO.converse(5, 64);
          byte[] bytes = requests(echo, 0, 100, 64).array();
          int at = random.nextInt(bytes.length - 1);
          byte[] lost = new byte[bytes.length - 1];
          System.arraycopy(bytes, 0, lost, 0, at);
          System.arraycopy(bytes, at + 1, lost, at, lost.length - at);
          assertNamed(at, complaint(echo, lost));
        });
  }

  @Test
  void oneByteDoubledIsNamedBehindItsPlace() {
    Seeds.each(
        200,
        random -> {
          Conversation echo = ECHO.converse(5, 64);
          byte[] bytes = requests(echo, 0, 100, 64).array();
          int at = random.nextInt(bytes.length);
          byte[] doubled = new byte[bytes.length + 1];
          System.arraycopy(bytes, 0, doubled, 0, at + 1);
          System.arraycopy(bytes, at, doubled, at + 1, bytes.length - at);
          assertNamed(at + 1, complaint(echo, doubled));
        });
  }

  @Test
  void twoAnswersThatWereSwappedDoNotFit() {
    Seeds.each(
        200,
        random -> {
          Conversation echo = ECHO.converse(5, 64);
          byte[] bytes = requests(echo, 0, 100, 64).array();
          int one = random.nextInt(99);
          int other = random.nextInt(one + 1, 100);
          byte[] swapped = bytes.clone();
          System.arraycopy(bytes, one * 64, swapped, other * 64, 64);
          System.arraycopy(bytes, other * 64, swapped, one * 64, 64);
          // The first byte of both may be the same by chance; 64 are not.
          int at = place(complaint(echo, swapped));
          assertTrue(at >= one * 64 && at < one * 64 + 64, () -> "named " + at);
        });
  }

  @Test
  void anAnswerOfAnotherConnectionDoesNotFit() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      int one = random.nextInt(100_000);
      int other = one + 1 + random.nextInt(BytePattern.PERIOD - 1);
      Conversation echo = ECHO.converse(one, 64);
      requests(echo, 0, 1, 64);
      byte[] others = requests(ECHO.converse(other, 64), 0, 1, 64).array();
      assertTrue(place(complaint(echo, others)) < 64, one + " and " + other);
    }
  }

  @Test
  void aByteThatNothingAskedForIsNamed() {
    Conversation echo = ECHO.converse(5, 64);
    byte[] bytes = requests(echo, 0, 2, 64).array();
    byte[] more = java.util.Arrays.copyOf(bytes, 129);
    more[128] = 0x2a;
    assertEquals(
        "byte 128 of the answers is 0x2a, expected nothing: 128 bytes were sent",
        complaint(echo, more));
  }

  @Test
  void anotherSeedSendsOtherBytes() {
    ByteBuffer one = requests(Protocol.echo(1).converse(0, 64), 0, 1, 64);
    ByteBuffer other = requests(Protocol.echo(2).converse(0, 64), 0, 1, 64);
    assertTrue(!one.equals(other));
  }

  private static ByteBuffer requests(Conversation echo, long first, int n, int size) {
    ByteBuffer out = ByteBuffer.allocate(n * size);
    for (long k = first; k < first + n; k++) {
      assertEquals(size, echo.requestBytes(k));
      echo.request(k, 0, out);
    }
    return out.flip();
  }

  private static String complaint(Conversation echo, byte[] bytes) {
    return assertThrows(WrongAnswerException.class, () -> echo.answers(ByteBuffer.wrap(bytes)))
        .getMessage();
  }

  private static void assertNamed(int at, String complaint) {
    assertEquals(at, place(complaint), complaint);
  }

  private static int place(String complaint) {
    return Integer.parseInt(complaint.split(" ", 3)[1]);
  }
}
