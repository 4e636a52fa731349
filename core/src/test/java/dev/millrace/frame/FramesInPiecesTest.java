package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.frame.Codec.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However the bytes are cut, the same frames come out. */
@Timeout(60)
class FramesInPiecesTest {
  private static final int[] SIZES = {0, 1, 5, 0, 33, 2};
  private static final int MAX = 40;
  private static final List<Memory> MEMORIES = List.of(Memory.values());

  private static byte[] stream(Codec codec) {
    ByteBuffer[] frames = new ByteBuffer[SIZES.length];
    for (int i = 0; i < SIZES.length; i++) {
      frames[i] = codec.frame(Codec.payload(SIZES[i], i));
    }
    return Codec.joined(frames);
  }

  private static List<String> expected(Codec codec) {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < SIZES.length; i++) {
      String header = codec == Codec.CHECKSUMMED ? SIZES[i] + " " + -SIZES[i] + " " : "";
      expected.add(header + HexFormat.of().formatHex(Codec.payload(SIZES[i], i)));
    }
    expected.add("END");
    return expected;
  }

  @ParameterizedTest
  @EnumSource
  void inOnePiece(Codec codec) {
    for (Memory memory : Memory.values()) {
      assertEquals(expected(codec), codec.reading(MAX).takePieces(memory, stream(codec)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void byteByByte(Codec codec) {
    byte[] stream = stream(codec);
    int[] cuts = IntStream.range(0, stream.length).toArray();
    for (Memory memory : Memory.values()) {
      assertEquals(expected(codec), codec.reading(MAX).takePieces(memory, stream, cuts));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cutAtEachPairOfPlaces(Codec codec) {
    byte[] stream = stream(codec);
    List<String> expected = expected(codec);
    for (int i = 0; i <= stream.length; i++) {
      for (int j = i; j <= stream.length; j++) {
        Memory memory = MEMORIES.get((i + j) % MEMORIES.size());
        assertEquals(expected, codec.reading(MAX).takePieces(memory, stream, i, j), i + " " + j);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void endingAnywhere(Codec codec) {
    byte[] stream = stream(codec);
    List<String> whole = expected(codec);
    List<Integer> ends = new ArrayList<>();
    ends.add(0);
    for (int i = 0; i < SIZES.length; i++) {
      ends.add(ends.get(i) + codec.frame(Codec.payload(SIZES[i], i)).remaining());
    }
    for (int length = 0; length <= stream.length; length++) {
      int at = length;
      int frames = (int) ends.stream().filter(end -> end <= at).count() - 1;
      List<String> expected = new ArrayList<>(whole.subList(0, frames));
      expected.add(ends.contains(length) ? "END" : "TRUNCATED");
      byte[] cut = Arrays.copyOf(stream, length);
      assertEquals(expected, codec.reading(MAX).takePieces(Memory.DIRECT, cut), "of " + length);
    }
  }
}
