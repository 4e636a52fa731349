package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import dev.millrace.frame.Codec.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random streams, right and damaged, cut at random, against readers that have the whole stream in
 * one array and may be as slow and simple as they like.
 */
@Timeout(120)
class StreamsAgainstAModelTest {
  private static final int SEEDS = 3_000;
  private static final List<Memory> MEMORIES = List.of(Memory.values());

  private static int[] cuts(SplittableRandom random, int length) {
    int[] cuts = random.ints(random.nextInt(12), 0, length + 1).toArray();
    Arrays.sort(cuts);
    return cuts;
  }

  private static Memory memory(SplittableRandom random) {
    return MEMORIES.get(random.nextInt(MEMORIES.size()));
  }

  private static byte[] damaged(SplittableRandom random, byte[] stream) {
    byte[] bytes = stream.clone();
    switch (random.nextInt(5)) {
      case 0 -> {
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> { // a part is missing
        int from = random.nextInt(bytes.length + 1);
        int to = random.nextInt(from, bytes.length + 1);
        bytes =
            Codec.joined(
                ByteBuffer.wrap(bytes, 0, from), ByteBuffer.wrap(bytes, to, bytes.length - to));
      }
      case 3 -> { // a part comes twice
        int from = random.nextInt(bytes.length + 1);
        int to = random.nextInt(from, bytes.length + 1);
        bytes =
            Codec.joined(
                ByteBuffer.wrap(bytes, 0, to), ByteBuffer.wrap(bytes, from, bytes.length - from));
      }
      default -> {} // as it was sent
    }
    return bytes;
  }

  @Test
  void checksummed() throws Exception {
    Map<FrameResult, Integer> seen = new EnumMap<>(FrameResult.class);
    Seeds.each(
        SEEDS,
        random -> {
          int max = random.nextInt(80);
          FrameCodec writer = new FrameCodec(100);
          ByteArrayOutputStream stream = new ByteArrayOutputStream();
          for (int i = random.nextInt(6); i > 0; i--) {
            byte[] payload =
                new byte[random.nextInt(8) == 0 ? random.nextInt(100) : random.nextInt(max + 1)];
            random.nextBytes(payload);
            ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(payload.length));
            writer.write(frame, random.nextInt(256), random.nextLong(), ByteBuffer.wrap(payload));
            stream.writeBytes(frame.array());
          }
          byte[] bytes = damaged(random, stream.toByteArray());
          List<String> expected = checksummedModel(bytes, max);
          List<String> got =
              Codec.CHECKSUMMED
                  .reading(max)
                  .takePieces(memory(random), bytes, cuts(random, bytes.length));
          assertEquals(expected, got);
          seen.merge(FrameResult.valueOf(got.get(got.size() - 1)), 1, Integer::sum);
          got.stream()
              .filter(s -> s.endsWith("corrupt"))
              .forEach(s -> seen.merge(FrameResult.CORRUPT, 1, Integer::sum));
        });
    requireAll(
        seen,
        FrameResult.END,
        FrameResult.TRUNCATED,
        FrameResult.OVERSIZED,
        FrameResult.CORRUPT,
        FrameResult.DESYNCHRONISED);
  }

  private static void requireAll(Map<FrameResult, Integer> seen, FrameResult... results) {
    if (System.getProperty("millrace.seed") == null) {
      for (FrameResult result : results) {
        assertTrue(seen.getOrDefault(result, 0) > SEEDS / 100, seen.toString());
      }
    }
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  private static List<String> checksummedModel(byte[] stream, int max) {
    List<String> seen = new ArrayList<>();
    ByteBuffer all = ByteBuffer.wrap(stream);
    byte[] start = {(byte) 0xFA, 0x4D, 1};
    for (int at = 0; ; ) {
      int left = stream.length - at;
      if (left == 0) {
        seen.add("END");
        return seen;
      }
      int known = Math.min(3, left);
      if (!Arrays.equals(stream, at, at + known, start, 0, known)) {
        seen.add("DESYNCHRONISED");
        return seen;
      }
      if (left < 24) {
        seen.add("TRUNCATED");
        return seen;
      }
      if (all.getInt(at + 20) != crc(stream, at, at + 20)) {
        seen.add("DESYNCHRONISED");
        return seen;
      }
      int length = all.getInt(at + 4);
      if (length > max) {
        seen.add("OVERSIZED");
        return seen;
      }
      if (left < 24 + length) {
        seen.add("TRUNCATED");
        return seen;
      }
      String header = (stream[at + 3] & 0xFF) + " " + all.getLong(at + 8) + " ";
      boolean isRight = crc(stream, at + 24, at + 24 + length) == all.getInt(at + 16);
      seen.add(
          header
              + (isRight
                  ? HexFormat.of().formatHex(stream, at + 24, at + 24 + length)
                  : "corrupt"));
      at += 24 + length;
    }
  }

  @Test
  void lengthPrefixed() throws Exception {
    Map<FrameResult, Integer> seen = new EnumMap<>(FrameResult.class);
    Seeds.each(
        SEEDS,
        random -> {
          int prefix = random.nextInt(1, 5);
          ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
          int max = random.nextInt(prefix == 1 ? 256 : 400);
          LengthPrefixed writer = new LengthPrefixed(prefix, order, prefix == 1 ? 255 : 500);
          ByteArrayOutputStream stream = new ByteArrayOutputStream();
          for (int i = random.nextInt(6); i > 0; i--) {
            byte[] payload =
                new byte[random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(max + 1)];
            random.nextBytes(payload);
            ByteBuffer frame = ByteBuffer.allocate(writer.size(payload.length));
            writer.write(frame, ByteBuffer.wrap(payload));
            stream.writeBytes(frame.array());
          }
          byte[] bytes = damaged(random, stream.toByteArray());
          LengthPrefixed codec = new LengthPrefixed(prefix, order, max);
          List<String> got =
              new Codec.Reading(codec::read, codec::payload, codec::end, codec::reset)
                  .takePieces(memory(random), bytes, cuts(random, bytes.length));
          assertEquals(prefixedModel(bytes, prefix, order, max), got);
          seen.merge(FrameResult.valueOf(got.get(got.size() - 1)), 1, Integer::sum);
        });
    requireAll(seen, FrameResult.END, FrameResult.TRUNCATED, FrameResult.OVERSIZED);
  }

  private static List<String> prefixedModel(byte[] stream, int prefix, ByteOrder order, int max) {
    List<String> seen = new ArrayList<>();
    int at = 0;
    while (at < stream.length) {
      if (stream.length - at < prefix) {
        seen.add("TRUNCATED");
        return seen;
      }
      byte[] eight = new byte[8];
      System.arraycopy(stream, at, eight, order == ByteOrder.BIG_ENDIAN ? 8 - prefix : 0, prefix);
      long length = ByteBuffer.wrap(eight).order(order).getLong();
      at += prefix;
      if (length > max) {
        seen.add("OVERSIZED");
        return seen;
      }
      if (stream.length - at < length) {
        seen.add("TRUNCATED");
        return seen;
      }
      seen.add(HexFormat.of().formatHex(stream, at, at + (int) length));
      at += (int) length;
    }
    seen.add("END");
    return seen;
  }

  /** Of two letters only, so that parts of the delimiter are everywhere. */
  @Test
  void delimited() throws Exception {
    Map<FrameResult, Integer> seen = new EnumMap<>(FrameResult.class);
    Seeds.each(
        SEEDS,
        random -> {
          byte[] delimiter = twoLetters(random, random.nextInt(1, 9));
          byte[] bytes = twoLetters(random, random.nextInt(120));
          int max = random.nextInt(1 << random.nextInt(8));
          Delimited codec = new Delimited(delimiter, max);
          List<String> got =
              new Codec.Reading(codec::read, codec::payload, codec::end, codec::reset)
                  .takePieces(memory(random), bytes, cuts(random, bytes.length));
          assertEquals(delimitedModel(bytes, delimiter, max), got);
          seen.merge(FrameResult.valueOf(got.get(got.size() - 1)), 1, Integer::sum);
        });
    requireAll(seen, FrameResult.END, FrameResult.TRUNCATED, FrameResult.OVERSIZED);
  }

  /** Zero is the one that a window not yet full could be taken for. */
  private static byte[] twoLetters(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    int rare = random.nextInt(1, 5);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.nextInt(rare + 1) == 0 ? 0xFF : 0);
    }
    return bytes;
  }

  private static List<String> delimitedModel(byte[] stream, byte[] delimiter, int max) {
    List<String> seen = new ArrayList<>();
    String text = new String(stream, StandardCharsets.ISO_8859_1);
    String end = new String(delimiter, StandardCharsets.ISO_8859_1);
    while (!text.isEmpty()) {
      int at = text.indexOf(end);
      if (at > max || (at < 0 && text.length() >= max + end.length())) {
        seen.add("OVERSIZED");
        return seen;
      }
      if (at < 0) {
        seen.add("TRUNCATED");
        return seen;
      }
      seen.add(
          HexFormat.of().formatHex(text.substring(0, at).getBytes(StandardCharsets.ISO_8859_1)));
      text = text.substring(at + end.length());
    }
    seen.add("END");
    return seen;
  }

  /** What may be written is what is read back as one frame; what may not, would not be. */
  @Test
  void whatDelimitedWritesIsReadBackAndNothingElse() throws Exception {
    int[] refused = new int[2];
    Seeds.each(
        SEEDS,
        random -> {
          byte[] delimiter = twoLetters(random, random.nextInt(1, 9));
          byte[] payload = twoLetters(random, random.nextInt(20));
          Delimited codec = new Delimited(delimiter, 20);
          ByteBuffer target = ByteBuffer.allocate(40).position(7);
          ByteBuffer source = ByteBuffer.wrap(payload);
          byte[] frame = Codec.joined(ByteBuffer.wrap(payload), ByteBuffer.wrap(delimiter));
          List<String> back = delimitedModel(frame, delimiter, 20);
          boolean isOne = back.equals(List.of(HexFormat.of().formatHex(payload), "END"));
          String how = "written";
          try {
            codec.write(target, source);
          } catch (IllegalArgumentException e) {
            how = e.getMessage();
          }
          refused[isOne ? 0 : 1]++;
          if (isOne) {
            assertEquals("written", how);
            assertEquals(ByteBuffer.wrap(frame), target.flip().position(7));
            assertEquals(0, source.remaining());
          } else {
            int at = back.get(0).length() / 2; // where the first frame would have ended
            assertEquals("payload holds the delimiter at byte " + at, how);
            assertEquals(7, target.position());
            assertEquals(payload.length, source.remaining());
          }
        });
    if (System.getProperty("millrace.seed") == null) {
      assertTrue(Math.min(refused[0], refused[1]) > SEEDS / 10, Arrays.toString(refused));
    }
  }
}
