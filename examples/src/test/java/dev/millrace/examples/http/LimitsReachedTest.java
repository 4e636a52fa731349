package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As much as is allowed passes, and one byte more does not, however it comes. */
@Timeout(30)
class LimitsReachedTest {
  private static final String LINE = "GET / HTTP/1.1\r\n";
  private static final String CHUNKED = LINE + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";

  /** Of a header section with one field and so many bytes in all. */
  private static String section(int bytes) {
    return "Host:" + " ".repeat(bytes - 9) + "\r\n\r\n";
  }

  private static void answers(int status, String text) {
    byte[] stream = Reading.bytes(text);
    assertEquals(status, Reading.whole(stream).status(), text);
    assertEquals(status, Reading.byteByByte(stream).status(), text);
    assertEquals(Reading.whole(stream).transcript(), Reading.byteByByte(stream).transcript(), text);
  }

  @Test
  void bytesOfTheHeaderSection() {
    answers(200, LINE + section(Reading.MAX_HEADER_BYTES));
    answers(431, LINE + section(Reading.MAX_HEADER_BYTES + 1));
    answers(431, LINE + section(Reading.MAX_HEADER_BYTES + 2));
    answers(431, LINE + section(5 * Reading.MAX_HEADER_BYTES));
    answers(431, LINE + "N".repeat(Reading.MAX_HEADER_BYTES));
    answers(0, LINE + "N".repeat(Reading.MAX_HEADER_BYTES - 1));
    // What is wrong behind the bound is not looked at any more.
    answers(431, LINE + "N".repeat(Reading.MAX_HEADER_BYTES) + "\n");
    answers(400, LINE + "N".repeat(Reading.MAX_HEADER_BYTES - 1) + "\n");
  }

  @Test
  void bytesOfTheTarget() {
    String rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
    answers(200, "GET /" + "a".repeat(Reading.MAX_URI_BYTES - 1) + rest);
    answers(414, "GET /" + "a".repeat(Reading.MAX_URI_BYTES) + rest);
    answers(414, "GET /" + "a".repeat(10 * Reading.MAX_URI_BYTES));
    answers(0, "GET /" + "a".repeat(Reading.MAX_URI_BYTES - 1));
    answers(414, "GET /" + "a".repeat(Reading.MAX_URI_BYTES) + "\n");
    answers(400, "GET /" + "a".repeat(Reading.MAX_URI_BYTES - 1) + "\n");
  }

  @Test
  void lettersOfTheMethod() {
    answers(200, "M".repeat(HeadParser.MAX_METHOD_BYTES) + " / HTTP/1.0\r\n\r\n");
    answers(501, "M".repeat(HeadParser.MAX_METHOD_BYTES + 1) + " / HTTP/1.0\r\n\r\n");
    answers(501, "M".repeat(1000));
    answers(0, "M".repeat(HeadParser.MAX_METHOD_BYTES));
  }

  @Test
  void numberOfFields() {
    answers(200, "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(HeadParser.MAX_FIELDS) + "\r\n");
    answers(431, "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(HeadParser.MAX_FIELDS + 1) + "\r\n");
  }

  @Test
  void theLargestHeadIsAsLargeAsItIsSaid() {
    String head =
        "\r\n"
            + "M".repeat(HeadParser.MAX_METHOD_BYTES)
            + " /"
            + "a".repeat(Reading.MAX_URI_BYTES - 1)
            + " HTTP/1.1\r\n"
            + section(Reading.MAX_HEADER_BYTES);
    answers(200, head);
    assertEquals(
        head.length(), HeadParser.maxHeadBytes(Reading.MAX_HEADER_BYTES, Reading.MAX_URI_BYTES));
  }

  @Test
  void aLargeHeadIsReadByteByByteInLinearTime() {
    // Looked at anew with each byte, that would be a hundred billion steps and more.
    int bytes = 1 << 19;
    byte[] stream = Reading.bytes(LINE + section(bytes));
    HeadParser parser = new HeadParser(bytes, 10);
    RequestHead head = new RequestHead();
    ByteBuffer in = ByteBuffer.wrap(stream);
    for (int i = 0; i < stream.length; i++) {
      assertEquals(0, parser.parse(in.limit(i), head));
    }
    assertEquals(HeadParser.COMPLETE, parser.parse(in.limit(stream.length), head));
  }

  @Test
  void theSameBytesOfferedAgainAndAgain() {
    // As after a pause in reading: nothing grows by it.
    HeadParser parser = new HeadParser(8192, 8192);
    RequestHead head = new RequestHead();
    for (int bytes = 240; bytes < 270; bytes++) {
      byte[] stream = Reading.bytes("GET /" + "a".repeat(bytes));
      for (int i = 0; i < 100; i++) {
        assertEquals(0, parser.parse(ByteBuffer.wrap(stream), head));
      }
    }
  }

  @Test
  void bytesOfABody() {
    String head = LINE + "Host: a\r\nContent-Length: ";
    answers(200, head + "64\r\n\r\n" + "b".repeat(Reading.MAX_BODY_BYTES));
    answers(413, head + "65\r\n\r\n");
  }

  @Test
  void bytesOfAllChunks() {
    answers(200, CHUNKED + "40\r\n" + "b".repeat(64) + "\r\n0\r\n\r\n");
    answers(413, CHUNKED + "41\r\n");
    answers(
        200, CHUNKED + "20\r\n" + "b".repeat(32) + "\r\n20\r\n" + "b".repeat(32) + "\r\n0\r\n\r\n");
    answers(413, CHUNKED + "20\r\n" + "b".repeat(32) + "\r\n21\r\n");
    // Refused as soon as the line is there, and not before: what it says may still be wrong.
    answers(0, CHUNKED + "41\r");
    answers(400, CHUNKED + "41\rx");
  }

  @Test
  void bytesOfAnExtension() {
    int most = BodyDecoder.MAX_EXTENSION_BYTES;
    answers(200, CHUNKED + "0;" + "e".repeat(most) + "\r\n\r\n");
    answers(400, CHUNKED + "0;" + "e".repeat(most + 1) + "\r\n\r\n");
    answers(400, CHUNKED + "0;" + "e".repeat(most + 1));
    answers(0, CHUNKED + "0;" + "e".repeat(most));
  }

  @Test
  void bytesOfAllExtensionsAgainstThoseOfTheBody() {
    int most = BodyDecoder.MAX_EXTENSION_BYTES;
    String chunk = "1;" + "e".repeat(most) + "\r\nb\r\n";
    int chunks = BodyDecoder.MAX_EXTENSION_EXCESS_BYTES / most;
    answers(200, CHUNKED + chunk.repeat(chunks) + "0\r\n\r\n");
    // 65 chunks of one byte would be too large a body; so here the data do not count.
    BodyDecoder body = new BodyDecoder(1 << 20, 100);
    RequestHead head = new RequestHead();
    String request = CHUNKED + chunk.repeat(chunks + 1) + "0\r\n\r\n";
    ByteBuffer in = ByteBuffer.wrap(Reading.bytes(request));
    assertEquals(HeadParser.COMPLETE, new HeadParser(512, 64).parse(in, head));
    body.begin(head);
    BodyDecoder.Step step = body.next(in);
    int data = 0;
    while (step == BodyDecoder.Step.DATA) {
      data += body.dataBytes();
      in.position(in.position() + body.dataBytes());
      body.took(body.dataBytes());
      step = body.next(in);
    }
    assertEquals(BodyDecoder.Step.BAD, step);
    assertEquals(400, body.status());
    assertEquals(chunks, data);
  }

  @Test
  void bytesOfTheTrailers() {
    int most = Reading.MAX_HEADER_BYTES;
    answers(200, CHUNKED + "0\r\nA:" + "t".repeat(most - 4) + "\r\n\r\n");
    answers(431, CHUNKED + "0\r\nA:" + "t".repeat(most - 3) + "\r\n\r\n");
    answers(431, CHUNKED + "0\r\n" + "A: b\r\n".repeat(most));
  }
}
