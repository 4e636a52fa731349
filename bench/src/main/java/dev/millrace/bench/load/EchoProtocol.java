package dev.millrace.bench.load;

import java.nio.ByteBuffer;

/**
 * The echo's bytes are a stretch of one pattern; each connection begins at another place in it. So
 * bytes of another connection, and bytes that moved, do not fit.
 */
final class EchoProtocol implements Protocol {
  private final BytePattern pattern;

  EchoProtocol(long seed) {
    pattern = new BytePattern(seed);
  }

  @Override
  public String title() {
    return ProtocolName.ECHO.title();
  }

  @Override
  public Conversation converse(long connection, int size) {
    return new Echo(connection, size);
  }

  private final class Echo implements Conversation {
    private final int size;
    private final int begin;
    private final BytePattern.View expected = pattern.view();

    /** The end of what was given out to be sent, which is all that may come back. */
    private long asked;

    /** Bytes that came back. */
    private long position;

    /** Of these, the ones that belong to an answer that is not complete. */
    private int partial;

    Echo(long connection, int size) {
      this.size = size;
      this.begin = BytePattern.begin(connection);
    }

    @Override
    public int requestBytes(long k) {
      return size;
    }

    @Override
    public void request(long k, int from, ByteBuffer out) {
      long next = k * size + from;
      int n = Math.min(size - from, out.remaining());
      pattern.put(begin + next, n, out);
      asked = Math.max(asked, next + n);
    }

    @Override
    public int answers(ByteBuffer in) throws WrongAnswerException {
      int bytes = in.remaining();
      int n = (int) Math.min(bytes, asked - position);
      int taken = expected.take(begin + position, n, in);
      position += taken;
      if (taken < n) {
        throw new WrongAnswerException(
            "byte %d of the answers is 0x%02x, expected 0x%02x (byte %d of answer %d)"
                .formatted(
                    position,
                    in.get(in.position()),
                    pattern.at(begin + position),
                    position % size,
                    position / size));
      }
      if (n < bytes) {
        throw new WrongAnswerException(
            "byte %d of the answers is 0x%02x, expected nothing: %d bytes were sent"
                .formatted(position, in.get(in.position()), asked));
      }
      long complete = (long) partial + bytes;
      partial = (int) (complete % size);
      return (int) (complete / size);
    }
  }
}
