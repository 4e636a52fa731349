package dev.millrace.bench.load;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The echo's bytes are a stretch of one pattern, repeated without end; each connection begins at
 * another place in it. So bytes of another connection, and bytes that moved, do not fit.
 */
final class EchoProtocol implements Protocol {
  /**
   * Bytes after which the pattern repeats. It is a prime, so requests of any other size lie at
   * another phase each: two of them that were swapped are not equal.
   */
  static final int PERIOD = 65_521;

  /** How much is put or compared at a time; the pattern is stored so much longer. */
  static final int STRETCH = 16 * 1024;

  /** The golden section of the period: neighbours, and their neighbours, begin far apart. */
  private static final int STRIDE = 40_493;

  private final ByteBuffer pattern = ByteBuffer.allocateDirect(PERIOD + STRETCH);

  EchoProtocol(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int first = random.nextInt(256);
    int last = first;
    pattern.put(0, (byte) first);
    for (int i = 1; i < PERIOD; i++) {
      last = anyBut(last, i == PERIOD - 1 ? first : last, random);
      pattern.put(i, (byte) last);
    }
    for (int i = 0; i < STRETCH; i++) {
      pattern.put(PERIOD + i, pattern.get(i));
    }
  }

  /** Neighbours differ, so a byte that is lost or doubled is seen at once, not by chance. */
  private static int anyBut(int one, int other, SplittableRandom random) {
    int drawn = random.nextInt(256);
    while (drawn == one || drawn == other) {
      drawn = random.nextInt(256);
    }
    return drawn;
  }

  @Override
  public String title() {
    return "echo";
  }

  @Override
  public Conversation converse(long connection, int size) {
    return new Echo(connection, size);
  }

  private final class Echo implements Conversation {
    private final int size;
    private final int phase;
    private final ByteBuffer expected = pattern.duplicate();

    /** The end of what was given out to be sent, which is all that may come back. */
    private long asked;

    /** Bytes that came back. */
    private long position;

    /** Of these, the ones that belong to an answer that is not complete. */
    private int partial;

    Echo(long connection, int size) {
      this.size = size;
      this.phase = (int) Math.floorMod(connection * STRIDE, (long) PERIOD);
    }

    private int at(long streamPosition) {
      return (int) ((streamPosition + phase) % PERIOD);
    }

    @Override
    public int requestBytes(long k) {
      return size;
    }

    @Override
    public void request(long k, int from, ByteBuffer out) {
      long next = k * size + from;
      int left = Math.min(size - from, out.remaining());
      while (left > 0) {
        int n = Math.min(left, STRETCH);
        out.put(out.position(), pattern, at(next), n);
        out.position(out.position() + n);
        next += n;
        left -= n;
      }
      asked = Math.max(asked, next);
    }

    @Override
    public int answers(ByteBuffer in) throws WrongAnswerException {
      int bytes = in.remaining();
      int limit = in.limit();
      while (in.position() < limit) {
        int n = (int) Math.min(Math.min(limit - in.position(), STRETCH), asked - position);
        if (n == 0) {
          throw new WrongAnswerException(
              "byte %d of the answers is 0x%02x, expected nothing: %d bytes were sent"
                  .formatted(position, in.get(in.position()), asked));
        }
        int at = at(position);
        expected.limit(at + n).position(at);
        in.limit(in.position() + n);
        int wrong = in.mismatch(expected);
        if (wrong >= 0) {
          throw new WrongAnswerException(
              "byte %d of the answers is 0x%02x, expected 0x%02x (byte %d of answer %d)"
                  .formatted(
                      position + wrong,
                      in.get(in.position() + wrong),
                      expected.get(at + wrong),
                      (position + wrong) % size,
                      (position + wrong) / size));
        }
        in.position(in.position() + n).limit(limit);
        position += n;
      }
      long complete = (long) partial + bytes;
      partial = (int) (complete % size);
      return (int) (complete / size);
    }
  }
}
