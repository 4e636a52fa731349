package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The loop ends under what lives on it, or is about to. */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class LoopStopsTest {
  private int connects;
  private int closed;

  @Test
  void listenersThatWereNotStartedYetAreClosed() throws Exception {
    EventLoop loop =
        new EventLoop(
            SelectorProvider.provider(),
            System::nanoTime,
            LoopOptions.defaults().withTasksPerTurn(1).withFailureTexts(FailureTexts.none()));
    loop.execute(
        () -> {}); // all that the last turn runs; the start of the listeners is left to the end
    Server server =
        Server.builder()
            .loop(loop)
            .listen("127.0.0.1", 0)
            .handler(() -> (connection, data) -> connection.write(data))
            .start();
    loop.stop();
    loop.turn(0);
    assertThrows(IOException.class, () -> SocketChannel.open(server.addresses().get(0)).close());
  }

  @Test
  void aHandlerThatReconnectsIsToldOfEachConnect() throws Exception {
    try (ServerSocket target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HandTurned hand = new HandTurned(HandTurned.options())) {
      InetSocketAddress address =
          new InetSocketAddress(target.getInetAddress(), target.getLocalPort());
      ConnectionHandler handler =
          new ConnectionHandler() {
            @Override
            public void onData(Connection connection, ByteBuffer data) {}

            @Override
            public void onClosed(Connection connection, CloseRecord record) {
              closed++;
              if (connects < 5) {
                connects++;
                Connector.connect(connection.loop(), address, Duration.ZERO, this);
              }
            }
          };
      connects++;
      Connector.connect(hand.loop, address, Duration.ZERO, handler);
      hand.turns(3);
      hand.loop.stop();
      hand.loop.turn(0);
      assertEquals(5, connects);
      assertEquals(connects, closed);
    }
  }

  @Test
  void whoeverWaitsForTheServerGoesOn() throws Exception {
    EventLoop loop =
        new EventLoop(
            SelectorProvider.provider(),
            System::nanoTime,
            LoopOptions.defaults().withFailureTexts(FailureTexts.none()));
    loop.start();
    Server server =
        Server.builder()
            .loop(loop)
            .listen("127.0.0.1", 0)
            .handler(() -> (connection, data) -> connection.write(data))
            .start();
    SocketChannel peer = SocketChannel.open(server.addresses().get(0));
    try (peer) {
      loop.close();
      server.awaitStopped();
      assertEquals(0, server.stats().open());
    }
  }

  @Test
  void aTurnInsideATurnIsRefused() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Throwable[] thrown = new Throwable[1];
      hand.loop.execute(
          () -> thrown[0] = assertThrows(IllegalStateException.class, () -> hand.loop.turn(0)));
      hand.loop.turn(0);
      assertEquals(IllegalStateException.class, thrown[0].getClass());
    }
  }
}
