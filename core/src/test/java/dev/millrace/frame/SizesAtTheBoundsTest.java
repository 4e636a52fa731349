package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.frame.Codec.Memory;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One byte more, one byte less. */
@Timeout(60)
class SizesAtTheBoundsTest {
  private static void refuses(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void aPayloadOfTheLimitIsReadAndOneByteMoreIsNot(Codec codec) {
    for (int max : new int[] {0, 1, 7, 8, 9, 255, 256, 5000}) {
      byte[] fits = Codec.joined(codec.frame(Codec.payload(max, 1)));
      byte[] over = Codec.joined(codec.frame(Codec.payload(max + 1, 1)));
      List<String> seen = codec.reading(max).takePieces(Memory.DIRECT, fits);
      assertEquals(2, seen.size());
      assertEquals("END", seen.get(1));
      assertEquals(List.of("OVERSIZED"), codec.reading(max).takePieces(Memory.DIRECT, over));
    }
  }

  /** What the header says is too much is not waited for. */
  @Test
  void aLengthTooGreatIsSeenWithTheHeader() {
    ByteBuffer frame = Codec.CHECKSUMMED.frame(new byte[101]);
    Codec.Reading reading = Codec.CHECKSUMMED.reading(100);
    assertEquals(FrameResult.INCOMPLETE, reading.read(frame.duplicate().limit(23)));
    assertEquals(FrameResult.OVERSIZED, reading.read(frame.duplicate().limit(24)));
    frame = Codec.PREFIXED.frame(new byte[101]);
    reading = Codec.PREFIXED.reading(100);
    assertEquals(FrameResult.INCOMPLETE, reading.read(frame.duplicate().limit(2)));
    assertEquals(FrameResult.OVERSIZED, reading.read(frame.duplicate().limit(3)));
    reading = Codec.DELIMITED.reading(100);
    ByteBuffer noEnd = ByteBuffer.allocate(200);
    assertEquals(FrameResult.INCOMPLETE, reading.read(noEnd.duplicate().limit(101)));
    assertEquals(FrameResult.OVERSIZED, reading.read(noEnd.duplicate().limit(102)));
  }

  @Test
  void whatIsTooLargeIsNamed() {
    FrameCodec codec = new FrameCodec(100);
    ByteBuffer frame = Codec.CHECKSUMMED.frame(new byte[200]);
    assertEquals(FrameResult.OVERSIZED, codec.read(frame));
    assertEquals(200, codec.type());
    assertEquals(-200, codec.id());
    assertEquals(200, codec.payloadBytes());
    assertThrows(IllegalStateException.class, codec::payload);
  }

  /** The length has no sign, so the greatest ones are too great and not below zero. */
  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, Integer.MAX_VALUE})
  void theGreatestLengths(int length) {
    ByteBuffer frame = Codec.CHECKSUMMED.frame(new byte[0]);
    frame.putInt(4, length);
    CRC32C crc = new CRC32C();
    crc.update(frame.duplicate().limit(20));
    frame.putInt(20, (int) crc.getValue());
    FrameCodec codec = new FrameCodec(FrameCodec.MAX_PAYLOAD_BYTES);
    assertEquals(FrameResult.OVERSIZED, codec.read(frame));
    assertEquals(length & 0xFFFF_FFFFL, codec.payloadBytes());
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      LengthPrefixed prefixed = new LengthPrefixed(4, order, Integer.MAX_VALUE - 4);
      ByteBuffer prefix = ByteBuffer.allocate(4).order(order).putInt(0, length);
      assertEquals(FrameResult.OVERSIZED, prefixed.read(prefix));
    }
  }

  /** The longest that may be allowed is waited for, and no sum of it becomes negative. */
  @Test
  void theGreatestLengthAllowed() {
    ByteBuffer frame = Codec.CHECKSUMMED.frame(new byte[0]);
    frame.putInt(4, FrameCodec.MAX_PAYLOAD_BYTES);
    CRC32C crc = new CRC32C();
    crc.update(frame.duplicate().limit(20));
    frame.putInt(20, (int) crc.getValue());
    FrameCodec codec = new FrameCodec(FrameCodec.MAX_PAYLOAD_BYTES);
    assertEquals(FrameResult.INCOMPLETE, codec.read(frame));
    assertEquals(Integer.MAX_VALUE, FrameCodec.size(FrameCodec.MAX_PAYLOAD_BYTES));
    LengthPrefixed prefixed = new LengthPrefixed(4, ByteOrder.BIG_ENDIAN, Integer.MAX_VALUE - 4);
    ByteBuffer prefix = ByteBuffer.allocate(9).putInt(0, Integer.MAX_VALUE - 4);
    assertEquals(FrameResult.INCOMPLETE, prefixed.read(prefix));
    assertEquals(Integer.MAX_VALUE, prefixed.size(Integer.MAX_VALUE - 4));
    Delimited delimited = new Delimited(new byte[8], Delimited.MAX_PAYLOAD_BYTES);
    assertEquals(FrameResult.INCOMPLETE, delimited.read(ByteBuffer.allocate(7)));
    assertEquals(Integer.MAX_VALUE, delimited.size(Delimited.MAX_PAYLOAD_BYTES));
  }

  @ParameterizedTest
  @CsvSource({"1, 255", "2, 65535", "3, 16777215", "4, 2147483643"})
  void whatAPrefixCanSay(int prefixBytes, int most) {
    assertEquals(
        most + prefixBytes, new LengthPrefixed(prefixBytes, ByteOrder.BIG_ENDIAN, most).size(most));
    refuses(
        "payload bytes are " + (most + 1) + ", allowed is 0 to " + most,
        () -> new LengthPrefixed(prefixBytes, ByteOrder.BIG_ENDIAN, most + 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void prefixesOfEachSizeInEitherOrder(int prefixBytes) {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      int most = prefixBytes == 1 ? 255 : prefixBytes == 2 ? 65_535 : 70_000;
      LengthPrefixed codec = new LengthPrefixed(prefixBytes, order, most);
      ByteBuffer target = ByteBuffer.allocateDirect(codec.size(most));
      codec.write(target, ByteBuffer.wrap(Codec.payload(most, 1)));
      assertEquals(0, target.remaining());
      int first = target.get(order == ByteOrder.LITTLE_ENDIAN ? 0 : prefixBytes - 1) & 0xFF;
      assertEquals(most & 0xFF, first);
      assertEquals(FrameResult.FRAME, codec.read(target.flip()));
      assertEquals(ByteBuffer.wrap(Codec.payload(most, 1)), codec.payload());
    }
  }

  @Test
  void settingsThatAreRefused() {
    refuses("payload bytes are -1, allowed is 0 to 2147483623", () -> new FrameCodec(-1));
    refuses(
        "payload bytes are 2147483624, allowed is 0 to 2147483623",
        () -> new FrameCodec(FrameCodec.MAX_PAYLOAD_BYTES + 1));
    refuses("payload bytes are -1, allowed is 0 to 2147483623", () -> FrameCodec.size(-1));
    for (int bytes : new int[] {-1, 0, 5}) {
      refuses(
          "prefix bytes are " + bytes + ", allowed is 1 to 4",
          () -> new LengthPrefixed(bytes, ByteOrder.BIG_ENDIAN, 1));
    }
    refuses("delimiter has 0 bytes, allowed is 1 to 8", () -> new Delimited(new byte[0], 10));
    refuses("delimiter has 9 bytes, allowed is 1 to 8", () -> new Delimited(new byte[9], 10));
    refuses(
        "payload bytes are -1, allowed is 0 to 2147483639", () -> new Delimited(Codec.CRLF, -1));
    refuses(
        "payload bytes are 11, allowed is 0 to 10", () -> new Delimited(Codec.CRLF, 10).size(11));
    refuses("unconsumed bytes are -1, allowed is 0 or more", () -> new FrameCodec(1).end(-1));
    refuses(
        "unconsumed bytes are -1, allowed is 0 or more",
        () -> new LengthPrefixed(1, ByteOrder.BIG_ENDIAN, 1).end(-1));
    refuses(
        "unconsumed bytes are -1, allowed is 0 or more",
        () -> new Delimited(Codec.CRLF, 1).end(-1));
  }

  private interface Writing {
    void write(ByteBuffer target, ByteBuffer payload);
  }

  @Test
  void whatCannotBeWrittenChangesNeitherBuffer() {
    FrameCodec checksummed = new FrameCodec(10);
    LengthPrefixed prefixed = new LengthPrefixed(2, ByteOrder.LITTLE_ENDIAN, 10);
    Delimited delimited = new Delimited(Codec.CRLF, 10);
    Writing[] writers = {
      (t, p) -> checksummed.write(t, 1, 2, p), prefixed::write, delimited::write
    };
    int[] overheads = {24, 2, 2};
    for (int i = 0; i < writers.length; i++) {
      Writing writer = writers[i];
      ByteBuffer exact = ByteBuffer.allocate(10 + overheads[i]);
      ByteBuffer small = ByteBuffer.allocate(9 + overheads[i]);
      ByteBuffer payload = ByteBuffer.allocate(10);
      ByteBuffer long11 = ByteBuffer.allocate(11);
      assertThrows(BufferOverflowException.class, () -> writer.write(small, payload));
      assertThrows(
          ReadOnlyBufferException.class, () -> writer.write(exact.asReadOnlyBuffer(), payload));
      refuses("payload bytes are 11, allowed is 0 to 10", () -> writer.write(exact, long11));
      refuses("the payload is the target", () -> writer.write(exact, exact));
      refuses("the payload is the target", () -> writer.write(small, small));
      assertEquals(0, small.position() + exact.position() + payload.position() + long11.position());
      writer.write(exact, payload);
      assertEquals(0, exact.remaining() + payload.remaining());
      assertThrows(BufferOverflowException.class, () -> writer.write(exact, payload));
    }
    ByteBuffer target = ByteBuffer.allocate(100);
    refuses(
        "type is 256, allowed is 0 to 255",
        () -> checksummed.write(target, 256, 1, Codec.bytes("")));
    refuses(
        "type is -1, allowed is 0 to 255", () -> checksummed.write(target, -1, 1, Codec.bytes("")));
    assertEquals(0, target.position());
  }

  /** As when a payload is passed on within the buffer it came in. */
  @Test
  void aPayloadInTheMemoryOfTheTarget() {
    for (int distance = -30; distance <= 30; distance++) {
      byte[] bytes = Codec.payload(50, 4);
      ByteBuffer memory = ByteBuffer.allocateDirect(200);
      ByteBuffer payload = memory.duplicate().position(60 + distance).limit(110 + distance);
      payload.duplicate().put(bytes);
      ByteBuffer target = memory.duplicate().position(60);
      new FrameCodec(50).write(target, 1, 2, payload.asReadOnlyBuffer());
      FrameCodec reader = new FrameCodec(50);
      assertEquals(FrameResult.FRAME, reader.read(target.flip().position(60)));
      assertEquals(ByteBuffer.wrap(bytes), reader.payload(), "at " + distance);
    }
  }

  @Test
  void theTargetsOrderIsOfNoMeaningAndIsKept() {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      ByteBuffer target = ByteBuffer.allocate(30).order(order);
      new FrameCodec(3).write(target, 255, Long.MIN_VALUE + 1, Codec.bytes("abc"));
      assertEquals(order, target.order());
      assertEquals(27, target.position());
      FrameCodec reader = new FrameCodec(3);
      assertEquals(FrameResult.FRAME, reader.read(target.flip()));
      assertEquals(255, reader.type());
      assertEquals(Long.MIN_VALUE + 1, reader.id());
      assertTrue(target.order() == order);
    }
  }
}
