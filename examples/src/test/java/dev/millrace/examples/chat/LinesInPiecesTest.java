package dev.millrace.examples.chat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same lines are found however the bytes come. */
@Timeout(60)
class LinesInPiecesTest {
  private static final int MAX = 8;

  /**
   * Feeds the bytes in pieces and keeps what was not consumed, as the core does.
   *
   * @param piece how many bytes come next, of so many that are left
   */
  private static List<String> parse(byte[] bytes, IntUnaryOperator piece) {
    LineParser parser = new LineParser(MAX);
    List<String> found = new ArrayList<>();
    int from = 0;
    for (int to = 0; to < bytes.length; ) {
      to += piece.applyAsInt(bytes.length - to);
      ByteBuffer view = ByteBuffer.wrap(bytes, 0, to).position(from).asReadOnlyBuffer();
      LineParser.Found each;
      while ((each = parser.next(view)) != LineParser.Found.NOTHING) {
        found.add(each == LineParser.Found.LINE ? textOf(parser, bytes) : each.name());
      }
      from = view.position();
      assertTrue(to - from <= MAX + 1, "an incomplete line is kept, and no more than that");
    }
    return found;
  }

  private static String textOf(LineParser parser, byte[] bytes) {
    String text = parser.text().toString();
    assertEquals(text, new String(bytes, parser.start(), parser.length(), UTF_8));
    return "'" + text + "'";
  }

  /** What is to be found, told from all the bytes at once and without regard to cost. */
  private static List<String> expected(byte[] bytes) {
    List<String> lines = new ArrayList<>();
    String all = new String(bytes, ISO_8859_1);
    int from = 0;
    for (int end; (end = all.indexOf('\n', from)) >= 0; from = end + 1) {
      String line = all.substring(from, end);
      lines.add(named(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line));
    }
    String rest = all.substring(from);
    if (rest.length() > MAX + 1 || (rest.length() == MAX + 1 && !rest.endsWith("\r"))) {
      lines.add("TOO_LONG");
    }
    return lines;
  }

  private static String named(String line) {
    if (line.length() > MAX) {
      return "TOO_LONG";
    }
    try {
      return "'" + UTF_8.newDecoder().decode(ByteBuffer.wrap(line.getBytes(ISO_8859_1))) + "'";
    } catch (CharacterCodingException e) {
      return "NOT_UTF8";
    }
  }

  private static void assertFound(String text, String... found) {
    byte[] bytes = text.getBytes(UTF_8);
    assertEquals(List.of(found), parse(bytes, left -> left), "in one piece");
    assertEquals(List.of(found), parse(bytes, left -> 1), "byte by byte");
    for (int split = 1; split < bytes.length; split++) {
      int first = split;
      assertEquals(
          List.of(found),
          parse(bytes, left -> left == bytes.length ? first : left),
          () -> "split at " + first);
    }
  }

  @Test
  void linesEndWithLfOrCrLf() {
    assertFound("a\nbc\r\n\n\r\nd\n", "'a'", "'bc'", "''", "''", "'d'");
  }

  @Test
  void aCrThatIsNotTheEndBelongsToTheLine() {
    assertFound("a\rb\n\rc\nd\r\r\n", "'a\rb'", "'\rc'", "'d\r'");
  }

  @Test
  void aLineWithoutEndIsNotThereYet() {
    assertFound("a\nbc", "'a'");
  }

  @Test
  void theLongestLineIsThereWithEitherEnd() {
    assertFound("12345678\n12345678\r\nx\n", "'12345678'", "'12345678'", "'x'");
  }

  @Test
  void aByteMoreIsTooLongAndToldOnce() {
    assertFound("123456789\nx\n", "TOO_LONG", "'x'");
    assertFound("123456789\r\nx\n", "TOO_LONG", "'x'");
    assertFound("1234567890123456789012345678901234567890\nx\n", "TOO_LONG", "'x'");
    assertFound("12345678\r9\nx\n", "TOO_LONG", "'x'");
    assertFound("123456789", "TOO_LONG");
  }

  @Test
  void aCharacterInPiecesIsWholeAgain() {
    assertFound("é€\n😀!\n", "'é€'", "'😀!'");
  }

  @ParameterizedTest
  @CsvSource({"c0af", "eda080", "f4908080", "80", "c3", "ff", "e282", "f09f98"})
  void whatIsNotUtf8IsToldAndTheNextLineIsThere(String hex) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < hex.length(); i += 2) {
      bytes.write(Integer.parseInt(hex.substring(i, i + 2), 16));
    }
    bytes.writeBytes("\nok\n".getBytes(UTF_8));
    for (int size : new int[] {1, 2, 3, 100}) {
      assertEquals(
          List.of("NOT_UTF8", "'ok'"),
          parse(bytes.toByteArray(), left -> Math.min(left, size)),
          "in pieces of " + size);
    }
  }

  @Test
  void randomBytesInRandomPieces() {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] likely = "\n\n\n\r\nab ".getBytes(UTF_8);
    for (int n = 0; n < 50_000; n++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int i = 0; i < bytes.length; i++) {
        if (random.nextInt(4) != 0) {
          bytes[i] = likely[random.nextInt(likely.length)];
        }
      }
      assertEquals(
          expected(bytes),
          parse(bytes, left -> 1 + random.nextInt(left)),
          () -> "-Dmillrace.seed=" + seed + " " + Arrays.toString(bytes));
    }
  }

  @Test
  void aLineThatComesByteByByteIsSearchedOnce() {
    LineParser parser = new LineParser(1 << 14);
    ByteBuffer all = ByteBuffer.allocate(1 << 14);
    for (int i = 0; i < all.capacity(); i++) {
      all.put(i, (byte) 'x');
    }
    // Where it has been searched already, the end is not seen any more: that shows it.
    parser.next(all.limit(100));
    all.put(50, (byte) '\n');
    assertEquals(LineParser.Found.NOTHING, parser.next(all.limit(200)));
    assertEquals(LineParser.Found.LINE, parser.next(all.limit(300).put(250, (byte) '\n')));
    assertEquals(250, parser.length());
  }
}
