package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code GET} of one path, with the one head field that HTTP/1.1 asks for (as {@code wrk} sends
 * it).
 *
 * <p>An answer is parsed once, strictly. As long as the next ones are the same to the last byte,
 * they are right too, and comparing them costs the generator a tenth of parsing them; the first
 * that differs, as each second by its {@code Date}, is parsed, and then compared with.
 *
 * <pre>
 *                 the same                            complete
 *               .----------.                     .---------------.
 *               v          |   another byte      v               |
 *     begin -> COMPARE ----'----------------> HEAD --------> BODY
 *               ^                                                |
 *               '------------------------------------------------'
 * </pre>
 */
final class HttpProtocol implements Protocol {
  /** No server that is measured sends a hundredth of it; one that sends no end of it is broken. */
  static final int MOST_HEAD_BYTES = 16 * 1024;

  /** A longer answer is a file transfer, and its body is compared in any case. */
  private static final int MOST_COMPARED_BYTES = 64 * 1024;

  private final String path;
  private final byte[] request;

  /** Of all answers: what was expected, or of the first one that was complete. */
  private final AtomicReference<byte[]> body = new AtomicReference<>();

  HttpProtocol(String host, String path, Optional<String> body) {
    if (!path.matches("/[!-~]*")) {
      throw new IllegalArgumentException(
          "path is '%s', it has to begin with / and be ASCII without spaces".formatted(path));
    }
    this.path = path;
    this.request = ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(US_ASCII);
    body.ifPresent(text -> this.body.set(text.getBytes(UTF_8)));
  }

  @Override
  public String title() {
    return ProtocolName.HTTP.title() + " GET " + path;
  }

  @Override
  public boolean isSized() {
    return false;
  }

  @Override
  public Conversation converse(long connection, int size) {
    return new Talk();
  }

  private enum State {
    /** Bytes are those of the last answer, so far. */
    COMPARE,
    /** Between the first byte and the empty line. */
    HEAD,
    /** Behind it. */
    BODY
  }

  private final class Talk implements Conversation {
    private State state = State.HEAD;

    /** So many requests were given out to be sent: no more can be answered. */
    private long asked;

    /** So many answers are complete. */
    private long answered;

    /** The last answer that was parsed; empty if it was too long to be kept. */
    private ByteBuffer last = ByteBuffer.allocate(0);

    private Expected lastAgain = new Expected(last);

    /** In {@code COMPARE}: so many of its bytes came again. */
    private int same;

    private final HttpHead head = new HttpHead(MOST_HEAD_BYTES);

    /** In {@code BODY}: so many bytes of it are there. */
    private int bodyBytes;

    /** What it has to be; null as long as this is not known. */
    private byte[] expectedBody;

    private Expected bodyAgain;

    /** The body that is coming, if it is not known what it has to be; else null. */
    private byte[] firstBody;

    @Override
    public int requestBytes(long k) {
      return request.length;
    }

    @Override
    public void request(long k, int from, ByteBuffer out) {
      asked = Math.max(asked, k + 1);
      out.put(request, from, Math.min(request.length - from, out.remaining()));
    }

    @Override
    public int answers(ByteBuffer in) throws WrongAnswerException {
      int complete = 0;
      while (in.hasRemaining()) {
        if (answered == asked) {
          throw new WrongAnswerException(
              "after answer %d comes 0x%02x, expected nothing: so many requests were sent"
                  .formatted(answered, in.get(in.position())));
        }
        boolean isComplete =
            switch (state) {
              case COMPARE -> compare(in);
              case HEAD -> head(in);
              case BODY -> body(in);
            };
        if (isComplete) {
          answered++;
          complete++;
        }
      }
      return complete;
    }

    private boolean compare(ByteBuffer in) throws WrongAnswerException {
      int n = Math.min(in.remaining(), last.capacity() - same);
      int taken = lastAgain.take(same, n, in);
      same += taken;
      if (taken < n) {
        parseWhatWasTheSame();
        return false;
      }
      if (same < last.capacity()) {
        return false;
      }
      same = 0;
      return true;
    }

    /** The answer is another one. None of the bytes that were the same can be its last. */
    private void parseWhatWasTheSame() throws WrongAnswerException {
      last.position(0).limit(same);
      state = State.HEAD;
      head(last);
      if (last.hasRemaining()) {
        body(last);
      }
    }

    private boolean head(ByteBuffer in) throws WrongAnswerException {
      try {
        if (!head.take(in)) {
          return false;
        }
      } catch (WrongAnswerException e) {
        throw new WrongAnswerException("answer %d: %s".formatted(answered, e.getMessage()));
      }
      state = State.BODY;
      if (expectedBody == null) {
        expect(body.get());
      }
      if (expectedBody == null) {
        firstBody = new byte[head.contentLength()];
      } else {
        checkLength(head.contentLength());
      }
      // A body of no bytes is complete with the head.
      return head.contentLength() == 0 && body(in);
    }

    private void expect(byte[] expected) {
      if (expected != null) {
        expectedBody = expected;
        bodyAgain = new Expected(ByteBuffer.wrap(expected));
      }
    }

    private boolean body(ByteBuffer in) throws WrongAnswerException {
      int n = Math.min(in.remaining(), head.contentLength() - bodyBytes);
      if (firstBody != null) {
        in.get(firstBody, bodyBytes, n);
        bodyBytes += n;
      } else {
        int taken = bodyAgain.take(bodyBytes, n, in);
        bodyBytes += taken;
        if (taken < n) {
          throw wrongByte(bodyBytes, in.get(in.position()));
        }
      }
      if (bodyBytes < head.contentLength()) {
        return false;
      }
      if (firstBody != null) {
        compareFirst();
      }
      keep();
      return true;
    }

    /** Another connection's first answer may have been complete before this one's. */
    private void compareFirst() throws WrongAnswerException {
      body.compareAndSet(null, firstBody);
      expect(body.get());
      checkLength(firstBody.length);
      int wrong = Arrays.mismatch(expectedBody, firstBody);
      if (wrong >= 0) {
        throw wrongByte(wrong, firstBody[wrong]);
      }
      firstBody = null;
    }

    private void checkLength(int length) throws WrongAnswerException {
      if (length != expectedBody.length) {
        throw new WrongAnswerException(
            "answer %d has a body of %d bytes, expected %d"
                .formatted(answered, length, expectedBody.length));
      }
    }

    private WrongAnswerException wrongByte(int at, byte got) {
      return new WrongAnswerException(
          "byte %d of the body of answer %d is 0x%02x, expected 0x%02x"
              .formatted(at, answered, got, expectedBody[at]));
    }

    /** The answer is right; the next one may be the same. */
    private void keep() {
      int length = head.length() + expectedBody.length;
      if (length <= MOST_COMPARED_BYTES) {
        if (last.capacity() != length) {
          last = ByteBuffer.allocate(length);
          lastAgain = new Expected(last);
        }
        head.copyTo(last.array());
        System.arraycopy(expectedBody, 0, last.array(), head.length(), expectedBody.length);
        state = State.COMPARE;
      } else {
        state = State.HEAD;
      }
      same = 0;
      bodyBytes = 0;
      head.clear();
    }
  }
}
