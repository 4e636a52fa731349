package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Chunked bodies with faults in them: one is complete exactly if the grammar of RFC 9112 section
 * 7.1, written down a second time as regular expressions, says so, and where it says so.
 */
@Timeout(60)
class MutatedChunksTest {
  private static final Pattern SIZE =
      Pattern.compile("([0-9A-Fa-f]{1,16})(?:;[\\t\\x20-\\x7e\\x80-\\xff]{0,256})?\\r\\n");
  private static final Pattern TRAILERS =
      Pattern.compile(
          "(?:[!#$%&'*+\\-.^_`|~0-9A-Za-z]+:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)*\\r\\n");
  private static final String BODY =
      "3\r\nabc\r\n1;a=\"b\"\r\nd\r\n0a\r\n0123456789\r\n0;e\r\nA: b\r\nC:\r\n\r\nGET";
  private static final byte[] INTERESTING = Reading.bytes("\r\n\t :;0123456789afAFgxX+-\0\u007f");

  private final RequestHead head = new RequestHead();
  private final BodyDecoder body = new BodyDecoder(Reading.MAX_BODY_BYTES, 512);

  MutatedChunksTest() {
    String request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    new HeadParser(512, 64).parse(ByteBuffer.wrap(Reading.bytes(request)), head);
  }

  /** The data and how far the body reaches, or null if it is not complete or not right. */
  private static String byGrammar(byte[] stream) {
    String text = new String(stream, StandardCharsets.ISO_8859_1);
    StringBuilder data = new StringBuilder();
    Matcher size = SIZE.matcher(text);
    for (int at = 0; size.region(at, text.length()).lookingAt(); ) {
      BigInteger bytes = new BigInteger(size.group(1), 16);
      at = size.end();
      if (bytes.signum() == 0) {
        Matcher trailers = TRAILERS.matcher(text).region(at, text.length());
        return trailers.lookingAt() ? data + " " + trailers.end() : null;
      }
      int room = Reading.MAX_BODY_BYTES - data.length();
      if (bytes.compareTo(BigInteger.valueOf(room)) > 0) {
        return null;
      }
      int end = at + bytes.intValue();
      if (!text.startsWith("\r\n", end)) {
        return null;
      }
      data.append(text, at, end);
      at = end + 2;
    }
    return null;
  }

  /** The same as the decoder finds it. */
  private String byDecoder(byte[] stream) {
    ByteBuffer in = ByteBuffer.wrap(stream);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    BodyDecoder.Step step = body.begin(head);
    while (step != BodyDecoder.Step.END) {
      step = body.next(in);
      if (step == BodyDecoder.Step.BAD || step == BodyDecoder.Step.MORE) {
        return null;
      }
      if (step == BodyDecoder.Step.DATA) {
        byte[] taken = new byte[body.dataBytes()];
        in.get(taken);
        data.writeBytes(taken);
        body.took(taken.length);
      }
    }
    return data.toString(StandardCharsets.ISO_8859_1) + " " + in.position();
  }

  private void agree(byte[] stream) {
    assertEquals(byGrammar(stream), byDecoder(stream), () -> Reading.printable(stream));
  }

  @Test
  void everyByteReplacedByEveryOther() {
    assertTrue(byGrammar(Reading.bytes(BODY)).startsWith("abcd0123456789 "));
    for (int at = 0; at < BODY.length(); at++) {
      byte[] stream = Reading.bytes(BODY);
      for (int b = 0; b < 256; b++) {
        stream[at] = (byte) b;
        agree(stream);
      }
    }
  }

  @Test
  void everyByteLeftOutOrDoubled() {
    for (int at = 0; at < BODY.length(); at++) {
      agree(Reading.bytes(BODY.substring(0, at) + BODY.substring(at + 1)));
      agree(Reading.bytes(BODY.substring(0, at + 1) + BODY.substring(at)));
      agree(Reading.bytes(BODY.substring(0, at)));
    }
  }

  @Test
  void severalFaultsAtOnce() {
    Seeds.each(30_000, random -> agree(mutated(random)));
  }

  private static byte[] mutated(SplittableRandom random) {
    byte[] bytes = Reading.bytes(BODY);
    for (int faults = random.nextInt(1, 4); faults > 0; faults--) {
      int at = random.nextInt(bytes.length);
      if (random.nextBoolean()) {
        bytes[at] = INTERESTING[random.nextInt(INTERESTING.length)];
      } else {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
        longer[at] = INTERESTING[random.nextInt(INTERESTING.length)];
        bytes = longer;
      }
    }
    return bytes;
  }
}
