package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader does once it can't be right any more, and how it begins anew. */
class StreamOutOfStepTest {
  private static final ByteBuffer FRAME = Codec.CHECKSUMMED.frame(Codec.payload(9, 1));

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\n", "\u0016\u0003\u0001", "\u0000", "SSH-2.0", "é", "M\u00fa"})
  void anotherProtocolIsSeenAtItsFirstByte(String hello) {
    FrameCodec codec = new FrameCodec(100);
    assertEquals(FrameResult.DESYNCHRONISED, codec.read(Codec.bytes(hello).limit(1)));
  }

  @Test
  void anotherVersionIsSeenAtTheThirdByte() {
    ByteBuffer frame = ByteBuffer.wrap(Codec.joined(FRAME));
    frame.put(2, (byte) 2);
    FrameCodec codec = new FrameCodec(100);
    assertEquals(FrameResult.INCOMPLETE, codec.read(frame.duplicate().limit(2)));
    assertEquals(FrameResult.DESYNCHRONISED, codec.read(frame.duplicate().limit(3)));
  }

  @Test
  void aGoodFrameBehindIsNotLookedFor() {
    FrameCodec codec = new FrameCodec(100);
    assertEquals(FrameResult.DESYNCHRONISED, codec.read(Codec.bytes("x")));
    ByteBuffer good = FRAME.duplicate();
    for (int i = 0; i < 3; i++) {
      assertEquals(FrameResult.DESYNCHRONISED, codec.read(good));
      assertEquals(0, good.position());
      assertThrows(IllegalStateException.class, codec::payload);
      assertThrows(IllegalStateException.class, codec::id);
    }
    assertEquals(FrameResult.DESYNCHRONISED, codec.end(0));
    assertEquals(FrameResult.DESYNCHRONISED, codec.end(good));
    codec.reset();
    assertEquals(FrameResult.FRAME, codec.read(good));
    assertEquals(FrameResult.END, codec.end(good));
  }

  @ParameterizedTest
  @EnumSource
  void tooMuchStaysTooMuchUntilAReset(Codec kind) {
    Codec.Reading reading = kind.reading(8);
    ByteBuffer over = kind.frame(Codec.payload(9, 1));
    ByteBuffer fits = kind.frame(Codec.payload(8, 1));
    assertEquals(FrameResult.OVERSIZED, reading.read(over));
    assertEquals(FrameResult.OVERSIZED, reading.read(fits));
    assertEquals(0, over.position() + fits.position());
    assertEquals(FrameResult.OVERSIZED, reading.end(0));
    reading.reset();
    assertEquals(FrameResult.FRAME, reading.read(fits));
    assertEquals(FrameResult.END, reading.end(0));
  }

  @ParameterizedTest
  @EnumSource
  void resetWithinAFrameForgetsIt(Codec kind) {
    Codec.Reading reading = kind.reading(100);
    ByteBuffer frame = kind.frame(Codec.payload(30, 1));
    assertEquals(FrameResult.INCOMPLETE, reading.read(frame.duplicate().limit(28)));
    reading.reset();
    ByteBuffer other = kind.frame(Codec.payload(2, 5));
    assertEquals(FrameResult.FRAME, reading.read(other));
    assertEquals(ByteBuffer.wrap(Codec.payload(2, 5)), reading.payload());
  }

  @ParameterizedTest
  @EnumSource
  void thereIsNoPayloadButThatOfAFrame(Codec kind) {
    Codec.Reading reading = kind.reading(100);
    ByteBuffer frame = kind.frame(Codec.payload(4, 1));
    assertEquals(
        "there is no payload: the last read was INCOMPLETE",
        assertThrows(IllegalStateException.class, reading::payload).getMessage());
    assertEquals(FrameResult.FRAME, reading.read(frame));
    ByteBuffer lent = reading.payload();
    assertSame(lent, reading.payload());
    assertEquals(FrameResult.INCOMPLETE, reading.read(frame)); // nothing is left
    assertThrows(IllegalStateException.class, reading::payload);
    reading.reset();
    assertThrows(IllegalStateException.class, reading::payload);
  }

  /** Whatever a borrower did to the view, the next one has it fresh. */
  @ParameterizedTest
  @EnumSource
  void theNextPayloadIsRightWhateverWasDoneToTheLast(Codec kind) {
    ByteBuffer both =
        ByteBuffer.wrap(
            Codec.joined(kind.frame(Codec.payload(20, 1)), kind.frame(Codec.payload(3, 2))));
    Codec.Reading reading = kind.reading(100);
    assertEquals(FrameResult.FRAME, reading.read(both));
    reading.payload().order(ByteOrder.LITTLE_ENDIAN).position(7).mark().limit(8);
    assertEquals(FrameResult.FRAME, reading.read(both));
    assertEquals(ByteBuffer.wrap(Codec.payload(3, 2)), reading.payload());
    assertEquals(ByteOrder.BIG_ENDIAN, reading.payload().order());
  }

  @Test
  void delimitedSaysSoWhenWhatItHasSeenIsNotOfferedAgain() {
    Delimited codec = new Delimited(Codec.CRLF, 100);
    assertEquals(FrameResult.INCOMPLETE, codec.read(Codec.bytes("hello")));
    assertEquals(
        "data holds 4 bytes, but 5 were offered before and not taken; they are to be offered again",
        assertThrows(IllegalArgumentException.class, () -> codec.read(Codec.bytes("hell")))
            .getMessage());
    assertEquals(FrameResult.INCOMPLETE, codec.read(Codec.bytes("hello")));
    assertEquals(FrameResult.FRAME, codec.read(Codec.bytes("hello\r\n")));
    assertEquals(Codec.bytes("hello"), codec.payload());
  }

  @Test
  void fatalAreThoseAfterWhichNothingCanBeRead() {
    Set<FrameResult> fatal = EnumSet.noneOf(FrameResult.class);
    for (FrameResult result : FrameResult.values()) {
      if (result.isFatal()) {
        fatal.add(result);
      }
    }
    assertEquals(
        EnumSet.of(FrameResult.TRUNCATED, FrameResult.OVERSIZED, FrameResult.DESYNCHRONISED),
        fatal);
    assertFalse(FrameResult.CORRUPT.isFatal());
    assertTrue(FrameResult.TRUNCATED.isFatal());
  }
}
