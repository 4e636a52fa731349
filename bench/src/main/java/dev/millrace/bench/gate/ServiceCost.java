package dev.millrace.bench.gate;

import dev.millrace.ConnectionHandler;
import dev.millrace.bench.load.Conversation;
import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.RespCommand;
import dev.millrace.bench.load.WrongAnswerException;
import dev.millrace.bench.micro.CoreEcho;
import dev.millrace.bench.micro.EchoLoop;
import dev.millrace.bench.micro.StubClients;
import dev.millrace.bench.peer.Hello;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import dev.millrace.examples.http.HttpService;
import dev.millrace.examples.http.HttpSettings;
import dev.millrace.examples.kv.KvService;
import dev.millrace.examples.kv.KvSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a program built on the core allocates and asks of sockets without a kernel, for a request.
 *
 * @param bytes allocated for one
 * @param writes for one
 */
record ServiceCost(Summary bytes, Summary writes) {
  private static final int CONNECTIONS = 64;

  /** Turns in a round: some thousand requests at the least. */
  private static final int TURNS = 100;

  private static final int VALUE_BYTES = 64;

  /** One for each request that is under way on a connection, which are the same on all. */
  private static final int KEYS = 16;

  /** Far more than the answers to the requests of one connection. */
  private static final int MOST_ANSWER_BYTES = 64 << 10;

  /** One is usual, and one more to accept; a server that does not answer would turn for ever. */
  private static final int MOST_TURNS = 10;

  /** {@code GET /} of the http example. */
  static ServiceCost ofHttp(int depth) throws IOException {
    return of(
        new HttpService(HttpSettings.defaults()),
        Protocol.http("127.0.0.1", Hello.PATH, Optional.of(Hello.TEXT)),
        depth);
  }

  /** A command of the kv example, whose keys have their values already. */
  static ServiceCost ofKv(RespCommand command, int depth) throws IOException {
    return of(
        new KvService(KvSettings.defaults()), Protocol.resp(1, List.of(command), KEYS), depth);
  }

  /** Some program, whose connections are all on one loop. */
  static ServiceCost of(Supplier<? extends ConnectionHandler> service, Protocol protocol, int depth)
      throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = new CoreEcho(provider, service)) {
      var preparation = protocol.preparation(VALUE_BYTES);
      if (preparation.isPresent()) {
        exchange(
            provider, loop, preparation.get().conversation(), (int) preparation.get().requests());
      }
      // The first one sets what is not there yet, and tells how long the answers are.
      ByteBuffer requests =
          exchange(provider, loop, protocol.converse(0, VALUE_BYTES), depth).requests();
      int answerBytes =
          exchange(provider, loop, protocol.converse(0, VALUE_BYTES), depth).answerBytes();
      StubClients clients = new StubClients(provider, loop, CONNECTIONS, answerBytes, requests);
      int operations = TURNS * CONNECTIONS * depth;
      Runnable round =
          () -> {
            long until = clients.answered() + (long) TURNS * CONNECTIONS * answerBytes;
            for (int i = 0; i < TURNS; i++) {
              clients.exchange();
            }
            clients.turnUntilAnswered(until);
          };
      Summary bytes = Allocation.perOperation(operations, round);
      long before = provider.calls().writes();
      round.run();
      long writes = provider.calls().writes() - before;
      return new ServiceCost(bytes, Summary.exact((double) writes / operations));
    }
  }

  /**
   * What was said on one connection.
   *
   * @param requests as they were sent
   * @param answerBytes how many bytes came back
   */
  private record Exchange(ByteBuffer requests, int answerBytes) {}

  /** Sends the first requests of a conversation at once, and checks what comes back. */
  private static Exchange exchange(
      StubProvider provider, EchoLoop loop, Conversation conversation, int n)
      throws WrongAnswerException {
    int bytes = 0;
    for (int k = 0; k < n; k++) {
      bytes += conversation.requestBytes(k);
    }
    ByteBuffer requests = ByteBuffer.allocateDirect(bytes);
    for (int k = 0; k < n; k++) {
      conversation.request(k, 0, requests);
    }
    requests.flip();
    StubSocketChannel socket = provider.connect();
    ByteBuffer answers = ByteBuffer.allocate(MOST_ANSWER_BYTES);
    socket.copyWrittenTo(answers);
    socket.arrive(requests.duplicate());
    int answered = 0;
    int taken = 0;
    for (int turns = 0; answered < n; turns++) {
      if (turns == MOST_TURNS) {
        throw new IllegalStateException(
            "the server does not answer: of %d requests it has answered %d".formatted(n, answered));
      }
      loop.turn();
      answered +=
          conversation.answers(answers.duplicate().position(taken).limit(answers.position()));
      taken = answers.position();
    }
    socket.copyWrittenTo(null);
    return new Exchange(requests, taken);
  }
}
