package dev.millrace.examples.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Reads requests as a connection does, from bytes that come in pieces, and writes down all that it
 * learns. What it does not consume is offered again with the next piece, as the core does it, each
 * time in another buffer.
 */
final class Reading {
  static final int MAX_HEADER_BYTES = 512;
  static final int MAX_URI_BYTES = 64;
  static final int MAX_BODY_BYTES = 64;

  private final HeadParser parser = new HeadParser(MAX_HEADER_BYTES, MAX_URI_BYTES);
  private final RequestHead head = new RequestHead();
  private final BodyDecoder body = new BodyDecoder(MAX_BODY_BYTES, MAX_HEADER_BYTES);
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final StringBuilder seen = new StringBuilder();
  private final byte[] stream;

  /** Most bytes of a body taken in one step. */
  private final int mostTaken;

  private int arrived;
  private int consumed;
  private boolean inBody;
  private int messages;
  private int status;

  private Reading(byte[] stream, int mostTaken) {
    this.stream = stream;
    this.mostTaken = mostTaken;
  }

  /** The whole stream at once. */
  static Reading whole(byte[] stream) {
    Reading reading = new Reading(stream, Integer.MAX_VALUE);
    reading.arrive(stream.length);
    return reading;
  }

  static Reading byteByByte(byte[] stream) {
    Reading reading = new Reading(stream, 1);
    for (int i = 0; i < stream.length; i++) {
      reading.arrive(1);
    }
    return reading;
  }

  /** In two pieces, the first of so many bytes. */
  static Reading cutAt(byte[] stream, int first) {
    Reading reading = new Reading(stream, Integer.MAX_VALUE);
    reading.arrive(first);
    reading.arrive(stream.length - first);
    return reading;
  }

  static Reading inPieces(byte[] stream, SplittableRandom random) {
    Reading reading = new Reading(stream, random.nextInt(1, 20));
    while (reading.arrived < stream.length) {
      reading.arrive(random.nextInt(1, Math.min(40, stream.length - reading.arrived) + 1));
    }
    return reading;
  }

  private void arrive(int bytes) {
    arrived += bytes;
    if (status != 0 || consumed == arrived) {
      return;
    }
    // What lies around the view may not matter.
    int before = bytes % 7;
    ByteBuffer buffer =
        bytes % 2 == 0
            ? ByteBuffer.allocate(before + arrived - consumed + 9)
            : ByteBuffer.allocateDirect(before + arrived - consumed + 9);
    buffer.position(before);
    buffer.put(stream, consumed, arrived - consumed);
    buffer.put((byte) '\r').put((byte) '\n');
    buffer.position(before).limit(before + arrived - consumed);
    ByteBuffer in = buffer.asReadOnlyBuffer();
    read(in);
    consumed = arrived - in.remaining();
  }

  private void read(ByteBuffer in) {
    while (status == 0) {
      if (!inBody) {
        int start = in.position();
        int answer = parser.parse(in, head);
        if (answer != HeadParser.COMPLETE && in.position() != start) {
          throw new AssertionError("consumed " + (in.position() - start) + " of no head");
        }
        if (answer == HeadParser.INCOMPLETE) {
          return;
        }
        if (answer != HeadParser.COMPLETE) {
          status = answer;
          return;
        }
        if (in.position() - start != head.length()) {
          throw new AssertionError(in.position() - start + " is not " + head.length());
        }
        tell();
        data.reset();
        inBody = true;
        if (body.begin(head) == BodyDecoder.Step.BAD) {
          status = body.status();
          return;
        }
      }
      switch (body.next(in)) {
        case DATA -> take(in);
        case MORE -> {
          if (in.hasRemaining()) {
            throw new AssertionError("wants more and has " + in.remaining());
          }
          return;
        }
        case END -> {
          seen.append("  body '").append(printable(data.toByteArray())).append("'\n");
          inBody = false;
          messages++;
          if (!in.hasRemaining()) {
            return;
          }
        }
        case BAD -> status = body.status();
      }
    }
  }

  private void take(ByteBuffer in) {
    int n = Math.min(mostTaken, body.dataBytes());
    byte[] taken = new byte[n];
    in.get(taken);
    data.writeBytes(taken);
    body.took(n);
  }

  private void tell() {
    seen.append(head.method())
        .append(" '")
        .append(head.target())
        .append("' path '")
        .append(head.path())
        .append("' query '")
        .append(head.query())
        .append("' host '")
        .append(head.host())
        .append("' 1.")
        .append(head.minorVersion())
        .append(head.isKeepAlive() ? " keep-alive" : " close")
        .append(head.expectsContinue() ? " continue" : "")
        .append(head.isChunked() ? " chunked" : "")
        .append(" length ")
        .append(head.contentLength())
        .append(" head of ")
        .append(head.length())
        .append(" '")
        .append(head)
        .append("' x '")
        .append(head.header("x"))
        .append("'\n");
  }

  /** All that was learned, up to what ended it. */
  String transcript() {
    return seen
        + (status != 0
            ? "refused with " + status + (inBody ? " after " + consumed : "")
            : consumed == stream.length && !inBody
                ? "all read"
                : "more, " + consumed + " consumed, " + (inBody ? "body" : isInHead()));
  }

  private String isInHead() {
    return parser.isInHead() ? "in head" : "before it";
  }

  /** 200 for whole messages and nothing else, 0 if more is needed, or the refusal. */
  int status() {
    return status != 0 ? status : consumed == stream.length && !inBody ? 200 : 0;
  }

  /** How many messages were complete. */
  int messages() {
    return messages;
  }

  /** What has been consumed of the stream. */
  int consumed() {
    return consumed;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String printable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      if (b >= ' ' && b < 0x7f) {
        text.append((char) b);
      } else {
        text.append(b == '\r' ? "\\r" : b == '\n' ? "\\n" : String.format("\\x%02x", b & 0xff));
      }
    }
    return text.toString();
  }
}
