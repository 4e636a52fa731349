package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.frame.Codec.Memory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No flipped bit goes unseen, and one in a payload costs that frame alone. */
@Timeout(60)
class EveryBitFlippedTest {
  private static final byte[] FIRST = Codec.payload(61, 1);
  private static final byte[] SECOND = Codec.payload(3, 2);
  private static final byte[] STREAM =
      Codec.joined(Codec.CHECKSUMMED.frame(FIRST), Codec.CHECKSUMMED.frame(SECOND));
  private static final int FIRST_BITS = FrameCodec.size(FIRST.length) * 8;

  private static byte[] flipped(int... bits) {
    byte[] bytes = STREAM.clone();
    for (int bit : bits) {
      bytes[bit / 8] ^= (byte) (0x80 >>> bit % 8);
    }
    return bytes;
  }

  private static List<String> read(byte[] stream, int... cuts) {
    return Codec.CHECKSUMMED.reading(1000).takePieces(Memory.DIRECT_READ_ONLY, stream, cuts);
  }

  @Test
  void eachSingleBit() {
    int[] everywhere = IntStream.range(0, STREAM.length).toArray();
    for (int bit = 0; bit < FIRST_BITS; bit++) {
      byte[] stream = flipped(bit);
      List<String> expected =
          bit < FrameCodec.HEADER_BYTES * 8
              ? List.of("DESYNCHRONISED")
              : List.of("61 -61 corrupt", "3 -3 0e2d4c", "END");
      assertEquals(expected, read(stream), "bit " + bit);
      assertEquals(expected, read(stream, everywhere), "byte by byte, bit " + bit);
    }
  }

  @Test
  void eachPairOfBits() {
    for (int i = 0; i < FIRST_BITS; i++) {
      for (int j = i + 1; j < FIRST_BITS; j++) {
        String first = read(flipped(i, j)).get(0);
        boolean isInHeader = i < FrameCodec.HEADER_BYTES * 8;
        assertEquals(isInHeader ? "DESYNCHRONISED" : "61 -61 corrupt", first, i + " and " + j);
      }
    }
  }

  @Test
  void eachBurstOfThirtyTwoBits() {
    for (int from = 0; from + 32 <= FIRST_BITS; from++) {
      int[] burst = IntStream.range(from, from + 32).toArray();
      boolean isInHeader = from < FrameCodec.HEADER_BYTES * 8;
      assertEquals(
          isInHeader ? "DESYNCHRONISED" : "61 -61 corrupt", read(flipped(burst)).get(0), "" + from);
    }
  }

  @Test
  void eachByteLostOrDoubled() {
    for (int at = 0; at < FIRST_BITS / 8; at++) {
      ByteBuffer before = ByteBuffer.wrap(STREAM, 0, at);
      ByteBuffer from = ByteBuffer.wrap(STREAM, at, STREAM.length - at);
      ByteBuffer behind = ByteBuffer.wrap(STREAM, at + 1, STREAM.length - at - 1);
      ByteBuffer one = ByteBuffer.wrap(STREAM, at, 1);
      checkOutOfStep(read(Codec.joined(before, behind)), at < FrameCodec.HEADER_BYTES, at);
      List<String> doubled = read(Codec.joined(before, one, from));
      if (at < FIRST_BITS / 8 - 1) {
        // The header's last byte, doubled, is one too many in front of the payload.
        checkOutOfStep(doubled, at < FrameCodec.HEADER_BYTES - 1, at);
      } else { // and the frame's last byte is one too many behind it
        assertEquals("DESYNCHRONISED", doubled.get(1));
      }
    }
  }

  private static void checkOutOfStep(List<String> seen, boolean isHeaderHit, int at) {
    assertEquals(isHeaderHit ? "DESYNCHRONISED" : "61 -61 corrupt", seen.get(0), "byte " + at);
    // The length is believed, so the frame behind begins one byte off: that is seen there.
    assertEquals("DESYNCHRONISED", seen.get(seen.size() - 1), "byte " + at);
  }

  @Test
  void aCorruptFrameIsNamedAndHasNoPayload() {
    FrameCodec codec = new FrameCodec(61);
    ByteBuffer data = ByteBuffer.wrap(flipped(FIRST_BITS - 1));
    assertEquals(FrameResult.CORRUPT, codec.read(data));
    assertEquals(61, codec.type());
    assertEquals(-61, codec.id());
    assertEquals(61, codec.payloadBytes());
    assertEquals(FIRST_BITS / 8, data.position());
    assertEquals(
        "there is no payload: the last read was CORRUPT",
        assertThrows(IllegalStateException.class, codec::payload).getMessage());
    assertEquals(FrameResult.FRAME, codec.read(data));
    assertEquals(ByteBuffer.wrap(SECOND), codec.payload());
  }
}
