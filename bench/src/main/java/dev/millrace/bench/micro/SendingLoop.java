package dev.millrace.bench.micro;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Sender;
import dev.millrace.Server;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A loop on its own thread, without a kernel, and the {@link Sender} of one connection on it. */
public final class SendingLoop implements AutoCloseable {
  private final EventLoop loop;
  private final Thread thread;
  private final Sender sender;

  /** Starts the loop, with one connection whose peer takes all. */
  public SendingLoop() throws IOException {
    StubProvider provider = new StubProvider();
    loop =
        new EventLoop(
            provider,
            System::nanoTime,
            LoopOptions.defaults().withChecked(false).withFailureTexts(FailureTexts.none()));
    CompletableFuture<Sender> opened = new CompletableFuture<>();
    ConnectionHandler silent =
        new ConnectionHandler() {
          @Override
          public void onOpen(Connection connection) {
            opened.complete(connection.sender());
          }

          @Override
          public void onData(Connection connection, ByteBuffer data) {
            throw new IllegalStateException("the peer sends nothing");
          }
        };
    Server.builder().loop(loop).listen("127.0.0.1", 0).handler(() -> silent).start();
    provider.connect(); // before the loop's thread is there: from then on the sockets are its own
    thread = loop.start();
    sender = opened.join();
  }

  /** The door to the connection, for any thread. */
  public Sender sender() {
    return sender;
  }

  /** The loop's thread. */
  public Thread thread() {
    return thread;
  }

  @Override
  public void close() {
    loop.close();
  }
}
