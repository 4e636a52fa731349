package dev.millrace.examples.chat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Bytes in, lines out. It keeps no bytes: an incomplete line stays in the caller's buffer and is
 * given again with what follows; only how far that was searched is remembered, so that a line which
 * comes byte by byte is not searched from its start each time.
 */
final class LineParser {
  /** What {@link #next} has found. */
  enum Found {
    /** No end of line yet; what belongs to an incomplete line was not consumed. */
    NOTHING,
    /** A line, which was consumed with its end. */
    LINE,
    /** A line that is no UTF-8; it was consumed. */
    NOT_UTF8,
    /** A line with more bytes than allowed; it is consumed, also what is still to come of it. */
    TOO_LONG
  }

  private final int maxLineBytes;
  private final CharsetDecoder decoder;
  private final CharBuffer text;

  /** So many bytes behind the buffer's position are known to have no end of line. */
  private int searched;

  /** The line was too long and was told so; its rest is thrown away. */
  private boolean skipping;

  private int start;
  private int length;

  /**
   * A parser for one connection.
   *
   * @param maxLineBytes most bytes of a line, its end not counted
   */
  LineParser(int maxLineBytes) {
    this.maxLineBytes = maxLineBytes;
    // The JDK's decoder is strict: no overlong forms, no surrogates, nothing above U+10FFFF (RFC
    // 3629, section 3).
    this.decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    this.text = CharBuffer.allocate(maxLineBytes); // no byte gives more than one char
  }

  /** Looks for the next line; to be called until it has found nothing. */
  Found next(ByteBuffer in) {
    int from = in.position();
    int at = from + searched;
    while (at < in.limit() && in.get(at) != '\n') {
      at++;
    }
    if (at == in.limit()) {
      return withoutEnd(in, at - from);
    }
    searched = 0;
    in.position(at + 1);
    if (skipping) {
      skipping = false;
      return next(in); // once, since it does not skip any more
    }
    start = from;
    length = at - from;
    if (length > 0 && in.get(at - 1) == '\r') {
      length--;
    }
    return length > maxLineBytes ? Found.TOO_LONG : decode(in);
  }

  private Found withoutEnd(ByteBuffer in, int bytes) {
    // One byte more is no fault yet if it may be the CR of the end.
    int most = bytes > 0 && in.get(in.limit() - 1) == '\r' ? maxLineBytes + 1 : maxLineBytes;
    if (!skipping && bytes <= most) {
      searched = bytes;
      return Found.NOTHING;
    }
    searched = 0;
    in.position(in.limit());
    if (skipping) {
      return Found.NOTHING;
    }
    skipping = true;
    length = bytes;
    return Found.TOO_LONG;
  }

  private Found decode(ByteBuffer in) {
    int position = in.position();
    int limit = in.limit();
    in.limit(start + length).position(start);
    CoderResult result = decoder.reset().decode(in, text.clear(), true);
    in.limit(limit).position(position);
    text.flip();
    return result.isError() ? Found.NOT_UTF8 : Found.LINE;
  }

  /** The line's characters; the parser's, valid until the next call of {@link #next}. */
  CharBuffer text() {
    return text;
  }

  /** Where the line's bytes begin in the buffer that {@link #next} was given. */
  int start() {
    return start;
  }

  /** How many bytes the line has, without its end; of one that is too long, those that came. */
  int length() {
    return length;
  }
}
