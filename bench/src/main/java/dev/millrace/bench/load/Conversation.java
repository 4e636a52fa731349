package dev.millrace.bench.load;

import java.nio.ByteBuffer;

/**
 * One connection's requests and answers, as bytes. Requests are numbered from 0 and answered in
 * that order; answers are one stream, which may be cut anywhere.
 *
 * <p>Thread rule: one thread. No method allocates, but at the first answer and to tell an error.
 */
public interface Conversation {
  /**
   * How long a request is.
   *
   * @param k its number
   * @return the same each time; at least 1
   */
  int requestBytes(long k);

  /**
   * Puts a request or a part of it. Nothing is kept of what a socket did not take: it is asked for
   * again, so the same arguments always give the same bytes.
   *
   * @param k its number
   * @param from how many of its bytes to leave out
   * @param out takes the others, or as many as it has room for
   */
  void request(long k, int from, ByteBuffer out);

  /**
   * Takes bytes of the answers and compares each.
   *
   * @param in all of it is consumed
   * @return how many answers it completed, 0 or more
   * @throws WrongAnswerException at the first byte that is wrong, or that nothing has asked for
   */
  int answers(ByteBuffer in) throws WrongAnswerException;
}
