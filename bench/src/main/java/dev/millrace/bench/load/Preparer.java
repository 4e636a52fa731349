package dev.millrace.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Makes the requests of a {@link Preparation}, on a connection of its own that blocks. */
final class Preparer {
  /** For each piece of some thousand requests; only a server that hangs takes so long. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  /**
   * Written before answers are read. They are a few bytes each, so those of a piece fit into the
   * socket's buffers: a server that writes them is not held up by this side, which writes.
   */
  private static final int PIECE_BYTES = 16 * 1024;

  private Preparer() {}

  /**
   * Makes them all.
   *
   * @throws WrongAnswerException if an answer is wrong
   * @throws IOException if they can't be made
   */
  static void prepare(InetSocketAddress target, Preparation preparation) throws IOException {
    prepare(target, preparation, ANSWER_LIMIT);
  }

  /** As the other one, for tests that know that nothing will come. */
  static void prepare(InetSocketAddress target, Preparation preparation, Duration answerLimit)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(target, (int) answerLimit.toMillis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) answerLimit.toMillis());
      exchange(preparation, socket.getOutputStream(), socket.getInputStream());
    } catch (WrongAnswerException e) {
      throw new WrongAnswerException("preparation: " + e.getMessage());
    } catch (SocketTimeoutException e) {
      throw new IOException("preparation: no answer in %d ms".formatted(answerLimit.toMillis()), e);
    } catch (IOException e) {
      throw new IOException("preparation: " + e.getMessage(), e);
    }
  }

  private static void exchange(Preparation preparation, OutputStream out, InputStream in)
      throws IOException {
    Conversation conversation = preparation.conversation();
    ByteBuffer requests = ByteBuffer.allocate(PIECE_BYTES);
    byte[] answers = new byte[PIECE_BYTES];
    long request = 0;
    long answered = 0;
    int from = 0;
    while (request < preparation.requests()) {
      requests.clear();
      while (request < preparation.requests() && requests.hasRemaining()) {
        int before = requests.position();
        conversation.request(request, from, requests);
        from += requests.position() - before;
        if (from == conversation.requestBytes(request)) {
          request++;
          from = 0;
        }
      }
      out.write(requests.array(), 0, requests.position());
      while (answered < request) {
        int n = in.read(answers);
        if (n < 0) {
          throw new IOException("the server ended the connection");
        }
        answered += conversation.answers(ByteBuffer.wrap(answers, 0, n));
      }
    }
  }
}
