package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests with random faults in them: whatever they are, they are read the same in every way they
 * can come, and a head passes exactly if the grammar of the RFCs, written down a second time as
 * regular expressions, says so.
 */
@Timeout(120)
class MutatedRequestsTest {
  /** What breaks parsers: put in at random places. */
  private static final String[] INTERESTING = {
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    " ",
    "\t",
    "\0",
    ":",
    ";",
    ",",
    "/",
    "?",
    "#",
    "*",
    "%",
    "%41",
    "[",
    "]",
    "@",
    "\u007f",
    "\u0080",
    "\u00ff",
    "0",
    "1",
    "f",
    "x",
    "0x",
    "+",
    "-",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2.0",
    "http://a",
    "chunked",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 3\r\n",
    "Content-Length: 99999999999999999999\r\n",
    "Host: b\r\n",
    "Connection: close\r\n",
    "0\r\n\r\n",
    "3\r\nabc\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "X: y\r\n",
    " x: y\r\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };

  private final List<Sample> samples = Sample.all();

  @Test
  void eachIsReadTheSameInEveryWay() {
    int[] passed = new int[1];
    Seeds.each(
        20_000,
        random -> {
          byte[] stream = mutated(random);
          Reading reading = Reading.whole(stream);
          String whole = reading.transcript();
          assertEquals(whole, Reading.byteByByte(stream).transcript(), shown(stream));
          assertEquals(whole, Reading.inPieces(stream, random).transcript(), shown(stream));
          // Nor does it matter what follows a message or a refusal.
          byte[] longer = TableOfRequestsTest.concatenation(stream, mutated(random));
          Reading more = Reading.whole(longer);
          assertTrue(more.messages() >= reading.messages(), shown(longer));
          assertTrue(more.consumed() >= reading.consumed(), shown(longer));
          boolean isRefused = reading.status() != 200 && reading.status() != 0;
          assertEquals(isRefused ? whole : "", isRefused ? more.transcript() : "", shown(longer));
          passed[0] += reading.status() == 200 ? 1 : 0;
        });
    // The faults are few enough for some to survive them.
    assertTrue(passed[0] > 1000 || System.getProperty("millrace.seed") != null, passed[0] + "");
  }

  @Test
  void aHeadPassesExactlyIfTheGrammarSaysSo() {
    int[] passed = new int[1];
    HeadParser parser = new HeadParser(Reading.MAX_HEADER_BYTES, Reading.MAX_URI_BYTES);
    RequestHead head = new RequestHead();
    Seeds.each(
        50_000,
        random -> {
          byte[] stream = mutated(random);
          ByteBuffer in = ByteBuffer.wrap(stream);
          int status = parser.parse(in, head);
          HeadGrammar grammar = HeadGrammar.read(stream);
          assertEquals(grammar != null, status == HeadParser.COMPLETE, shown(stream));
          if (grammar != null) {
            assertEquals(grammar, HeadGrammar.of(head), shown(stream));
            assertEquals(grammar.length(), in.position(), shown(stream));
            passed[0]++;
          } else {
            assertEquals(0, in.position(), shown(stream));
            // A head that is not complete must not have been left unfinished for the next seed.
            parserStartsAnew(parser, head, stream);
          }
        });
    assertTrue(passed[0] > 5000 || System.getProperty("millrace.seed") != null, passed[0] + "");
  }

  /** Makes an incomplete head a refused one, by a byte that nowhere can be right. */
  private static void parserStartsAnew(HeadParser parser, RequestHead head, byte[] stream) {
    if (parser.isInHead() || stream.length < 4) {
      byte[] longer = Arrays.copyOf(stream, stream.length + 1);
      int status = parser.parse(ByteBuffer.wrap(longer), head);
      assertTrue(status >= 400, () -> status + " " + Reading.printable(longer));
    }
  }

  private byte[] mutated(SplittableRandom random) {
    byte[] bytes = sample(random);
    for (int faults = random.nextInt(4); faults > 0; faults--) {
      int at = random.nextInt(bytes.length + 1);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> {
              String put = INTERESTING[random.nextInt(INTERESTING.length)];
              yield spliced(bytes, at, at, Reading.bytes(put));
            }
            case 1 -> {
              String put = INTERESTING[random.nextInt(INTERESTING.length)];
              int end = Math.min(bytes.length, at + put.length());
              yield spliced(bytes, at, end, Reading.bytes(put));
            }
            case 2 ->
                spliced(
                    bytes,
                    at,
                    Math.min(bytes.length, at + random.nextInt(1, 6)),
                    new byte[random.nextInt(20) == 0 ? 1 : 0]);
            case 3 -> {
              byte[] one = {(byte) random.nextInt(256)};
              yield spliced(bytes, at, Math.min(bytes.length, at + 1), one);
            }
            default -> {
              byte[] other = sample(random);
              int from = random.nextInt(other.length);
              yield spliced(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
            }
          };
    }
    return bytes;
  }

  private byte[] sample(SplittableRandom random) {
    return samples.get(random.nextInt(samples.size())).bytes();
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] put) {
    byte[] left = Arrays.copyOf(bytes, from);
    byte[] right = Arrays.copyOfRange(bytes, to, bytes.length);
    return TableOfRequestsTest.concatenation(TableOfRequestsTest.concatenation(left, put), right);
  }

  private static Supplier<String> shown(byte[] stream) {
    return () -> Reading.printable(stream);
  }
}
