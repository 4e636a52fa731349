package dev.millrace.examples.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds a request's body in the bytes behind its head, whether it has a length or comes in chunks
 * (RFC 9112 sections 6 and 7). Used again for each request of a connection.
 *
 * <p>Nothing is copied: a step {@link Step#DATA} says that the next so many bytes of the buffer are
 * the body's, and the caller takes as many as it can.
 *
 * <pre>{@code
 * switch (body.next(in)) {
 *   case DATA -> {
 *     int n = Math.min(body.dataBytes(), room);
 *     ...                                 // use n bytes, and move in's position over them
 *     body.took(n);
 *   }
 *   case MORE -> ...                      // all is consumed that could be: return from onData
 *   case END -> ...                       // in's position is behind the message
 *   case BAD -> ...                       // answer body.status(), and close
 * }
 * }</pre>
 *
 * <p>Chunk extensions are skipped. Trailer fields are checked, and kept as they are for who wants
 * them.
 */
public final class BodyDecoder {
  /** What comes next. */
  public enum Step {
    /** Bytes of the body are at the buffer's position: {@link #dataBytes()} of them. */
    DATA,
    /** More input is needed; what was there is consumed. */
    MORE,
    /** The body is complete; the buffer's position is behind it. */
    END,
    /** The body is refused with {@link #status()}; where it ends nobody knows. */
    BAD
  }

  /**
   * Most bytes of one chunk's extensions. Those in use are signatures of some ninety bytes; nobody
   * has to understand them (RFC 9112 section 7.1.1).
   */
  static final int MAX_EXTENSION_BYTES = 256;

  /**
   * Extensions may be so much longer, all together, than the data so far: or a client could keep a
   * server at work for a body that never grows.
   */
  static final int MAX_EXTENSION_EXCESS_BYTES = 16 << 10;

  /** Digests and signatures, for which trailers are used, are shorter. */
  private static final int FIRST_TRAILER_BYTES = 256;

  /** As many hexadecimal digits as a long has. */
  private static final int MAX_SIZE_DIGITS = 16;

  /**
   * Where in the body the decoder is; from any of them but DONE to REFUSED.
   *
   * <pre>
   *   LENGTH, all taken: DONE
   *
   *   SIZE ---CR---&gt; SIZE_LF ---LF, not the last---&gt; CHUNK, all taken: CHUNK_CR
   *   |               ^    |                                                 |
   *   ;               CR   LF, the last                                      CR
   *   v               |    |                                                 v
   *   EXTENSION ------+    |                        SIZE &lt;------LF------ CHUNK_LF
   *                        v
   *        +------&gt; TRAILER_START ---CR---&gt; LAST_LF ---LF---&gt; DONE
   *        |               |
   *        LF              v
   *   TRAILER_LF    TRAILER_NAME
   *        ^               |
   *        CR              :
   *        |               v
   *        +------- TRAILER_VALUE
   * </pre>
   */
  private enum State {
    /** A body whose length is known. */
    LENGTH,
    /** In a chunk's size. */
    SIZE,
    /** Behind a semicolon in the line of a chunk's size. */
    EXTENSION,
    /** At the end of that line. */
    SIZE_LF,
    /** In a chunk's data. */
    CHUNK,
    /** Behind a chunk's data. */
    CHUNK_CR,
    /** Behind the carriage return there. */
    CHUNK_LF,
    /** At the start of a trailer field, or of the last line. */
    TRAILER_START,
    /** In a trailer field's name. */
    TRAILER_NAME,
    /** Behind a trailer field's colon. */
    TRAILER_VALUE,
    /** At a trailer field's end. */
    TRAILER_LF,
    /** At the end of the body's last line. */
    LAST_LF,
    /** There is no body, or it was complete. */
    DONE,
    /** It was refused. */
    REFUSED
  }

  private final long maxBodyBytes;
  private final int maxTrailerBytes;

  private State state = State.DONE;
  private int status;

  /**
   * Of the body, or of the chunk, what has not been taken yet; or the size as far as it is read.
   */
  private long remaining;

  private int digits;

  /** All data so far, that of the chunk under way included. */
  private long total;

  private int extensionBytes;
  private long allExtensionBytes;

  /** The trailer section as it came; made when there is one. */
  private byte[] trailers = {};

  private int trailerBytes;
  private int dataBytes;

  /**
   * Makes one with its bounds.
   *
   * @param maxBodyBytes most bytes of data; beyond it the status is 413
   * @param maxTrailerBytes most bytes of the trailer fields; beyond it the status is 431
   */
  public BodyDecoder(long maxBodyBytes, int maxTrailerBytes) {
    this.maxBodyBytes = maxBodyBytes;
    this.maxTrailerBytes = maxTrailerBytes;
  }

  /**
   * Begins the body of a request.
   *
   * @param head the request's, complete
   * @return {@link Step#END} if there is no body; {@link Step#BAD} if its length is more than is
   *     allowed, so that the client need not send it; else {@link Step#MORE}
   */
  public Step begin(RequestHead head) {
    total = 0;
    remaining = 0;
    dataBytes = 0;
    trailerBytes = 0;
    if (head.isChunked()) {
      digits = 0;
      allExtensionBytes = 0;
      state = State.SIZE;
      return Step.MORE;
    }
    if (!head.hasBody()) {
      state = State.DONE;
      return Step.END;
    }
    if (head.contentLength() > maxBodyBytes) {
      return refuse(413);
    }
    remaining = head.contentLength();
    total = remaining;
    state = State.LENGTH;
    return Step.MORE;
  }

  /**
   * Reads on.
   *
   * @param in what follows the head, or what the last step left; its position moves over what is
   *     not data
   * @return what comes next; after {@code END} and {@code BAD} the same again
   */
  public Step next(ByteBuffer in) {
    while (true) {
      if (state == State.LENGTH || state == State.CHUNK) {
        if (remaining > 0) {
          dataBytes = (int) Math.min(remaining, in.remaining());
          return dataBytes > 0 ? Step.DATA : Step.MORE;
        }
        state = state == State.LENGTH ? State.DONE : State.CHUNK_CR;
      }
      if (state == State.DONE) {
        return Step.END;
      }
      if (state == State.REFUSED) {
        return Step.BAD;
      }
      if (!in.hasRemaining()) {
        return Step.MORE;
      }
      int refusal = frame(in.get());
      if (refusal != 0) {
        in.position(in.position() - 1);
        return refuse(refusal);
      }
    }
  }

  /**
   * How many bytes at the buffer's position are the body's, after a step {@code DATA}.
   *
   * @return at least one
   */
  public int dataBytes() {
    return dataBytes;
  }

  /**
   * Tells that the caller has moved the buffer's position over data.
   *
   * @param bytes how many; at most {@link #dataBytes()}, and 0 if it could take none
   */
  public void took(int bytes) {
    if (bytes < 0 || bytes > dataBytes) {
      throw new IllegalArgumentException(bytes + " bytes taken of " + dataBytes);
    }
    remaining -= bytes;
    dataBytes -= bytes;
  }

  /**
   * Whether the whole body was taken.
   *
   * @return true after {@code END}
   */
  public boolean isDone() {
    return state == State.DONE;
  }

  /**
   * The trailer fields, as they were sent. What they mean, and whether they are to be kept, is the
   * caller's to say (RFC 9110 section 6.5.1).
   *
   * @return after {@code END}: lines that each end with CR LF; empty if there are none
   */
  public String trailers() {
    return Ascii.text(trailers, 0, trailerBytes);
  }

  /**
   * Why the body is refused.
   *
   * @return 400, 413 or 431 after {@code BAD}
   */
  public int status() {
    return status;
  }

  private Step refuse(int why) {
    state = State.REFUSED;
    status = why;
    return Step.BAD;
  }

  /** Takes one byte that is not data, and answers 0 or the status of a refusal. */
  private int frame(byte b) {
    switch (state) {
      case SIZE -> {
        int digit = Ascii.hex(b);
        if (digit >= 0) {
          if (++digits > MAX_SIZE_DIGITS || remaining >>> 59 != 0) {
            return 400;
          }
          remaining = remaining << 4 | digit;
          return 0;
        }
        // No sign, no 0x, no space: what one reader skips another may not.
        if (digits == 0 || (b != '\r' && b != ';')) {
          return 400;
        }
        extensionBytes = 0;
        return to(b == '\r' ? State.SIZE_LF : State.EXTENSION);
      }
      case EXTENSION -> {
        if (b == '\r') {
          allExtensionBytes += extensionBytes;
          boolean isTooMuch = allExtensionBytes > total + MAX_EXTENSION_EXCESS_BYTES;
          return isTooMuch ? 400 : to(State.SIZE_LF);
        }
        return Ascii.isControl(b) || ++extensionBytes > MAX_EXTENSION_BYTES ? 400 : 0;
      }
      case SIZE_LF -> {
        if (b != '\n') {
          return 400;
        }
        if (remaining == 0) {
          return to(State.TRAILER_START);
        }
        if (remaining > maxBodyBytes - total) {
          return 413;
        }
        total += remaining;
        return to(State.CHUNK);
      }
      case CHUNK_CR -> {
        return b == '\r' ? to(State.CHUNK_LF) : 400;
      }
      case CHUNK_LF -> {
        digits = 0;
        return b == '\n' ? to(State.SIZE) : 400;
      }
      case LAST_LF -> {
        return b == '\n' ? to(State.DONE) : 400;
      }
      default -> {
        return trailer(b);
      }
    }
  }

  /** As the header section's fields are read, and as strictly. */
  private int trailer(byte b) {
    if (state == State.TRAILER_START && b == '\r') {
      return to(State.LAST_LF);
    }
    if (trailerBytes == maxTrailerBytes) {
      return 431;
    }
    if (trailerBytes == trailers.length) {
      trailers = Arrays.copyOf(trailers, Math.max(FIRST_TRAILER_BYTES, 2 * trailerBytes));
    }
    trailers[trailerBytes++] = b;
    switch (state) {
      case TRAILER_START -> {
        return Ascii.isToken(b) ? to(State.TRAILER_NAME) : 400;
      }
      case TRAILER_NAME -> {
        if (b == ':') {
          return to(State.TRAILER_VALUE);
        }
        return Ascii.isToken(b) ? 0 : 400;
      }
      case TRAILER_VALUE -> {
        if (b == '\r') {
          return to(State.TRAILER_LF);
        }
        return Ascii.isControl(b) ? 400 : 0;
      }
      case TRAILER_LF -> {
        return b == '\n' ? to(State.TRAILER_START) : 400;
      }
      default -> throw new IllegalStateException("no line in " + state);
    }
  }

  private int to(State next) {
    state = next;
    return 0;
  }
}
