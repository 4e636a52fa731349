package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.Seeds;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Eight bytes looked at in one step give what one at a time gives, for every pair of bytes. */
@Timeout(30)
class CharactersInWordsTest {
  private interface Scan {
    int end(byte[] bytes, int at, int end);
  }

  private static void agree(Scan scan, IntPredicate ends) {
    // Every two neighbours, at every place in a word: what a carry could spoil.
    for (int pair = 0; pair < 1 << 16; pair++) {
      byte[] bytes = Reading.bytes("aaaaaaaaaaaaaaaaaaaaaaaaaaaa");
      int at = 1 + pair % 13;
      bytes[at] = (byte) pair;
      bytes[at + 1] = (byte) (pair >> 8);
      check(scan, ends, bytes, 1, 16);
    }
    Seeds.each(
        20_000,
        random -> {
          byte[] bytes = new byte[40];
          random.nextBytes(bytes);
          for (int i = random.nextInt(40); i > 0; i--) {
            bytes[random.nextInt(40)] = (byte) "az09-.AZ~\u00ff\t\u0080".charAt(random.nextInt(12));
          }
          check(scan, ends, bytes, random.nextInt(16), 16 + random.nextInt(16));
        });
  }

  private static void check(Scan scan, IntPredicate ends, byte[] bytes, int from, int to) {
    int expected = from;
    while (expected < to && !ends.test(bytes[expected] & 0xff)) {
      expected++;
    }
    assertEquals(expected, Math.min(to, scan.end(bytes, from, to)), () -> Reading.printable(bytes));
  }

  @Test
  void wordsOfLettersDigitsHyphensAndDots() {
    agree(
        Ascii::endOfWord,
        c -> {
          boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
          return !isLetter && !(c >= '0' && c <= '9') && c != '-' && c != '.';
        });
  }

  @Test
  void targets() {
    agree(Ascii::endOfTarget, c -> c <= ' ' || c >= 0x7f || c == '#');
  }

  @Test
  void values() {
    agree(Ascii::endOfValue, c -> (c < ' ' && c != '\t') || c == 0x7f);
  }

  @Test
  void namesInEitherCase() {
    for (String text : new String[] {"host", "100-continue", "transfer-encoding", "keep-alive"}) {
      Name name = Name.of(text);
      byte[] padded = Reading.bytes("x" + text + "xxxxxxxx");
      int to = 1 + text.length();
      assertEquals(true, name.is(padded, 1, to));
      assertEquals(false, name.is(padded, 1, to + 1));
      assertEquals(false, name.is(padded, 1, to - 1));
      for (int at = 1; at < to; at++) {
        byte is = padded[at];
        for (int b = ' '; b < 256; b++) {
          padded[at] = (byte) b;
          boolean expected = Character.toLowerCase(b) == is && b < 0x80;
          assertEquals(expected, name.is(padded, 1, to), text + " " + at + " " + b);
        }
        padded[at] = is;
      }
    }
  }
}
