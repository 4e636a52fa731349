package dev.millrace.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class IdleConnectionsStayTest {
  @Test
  void theyStayUpAndTellWhichTheServerEnded() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        IdleConnections connections = new IdleConnections()) {
      Socket[] accepted = new Socket[3];
      Thread server = new Thread(() -> echoOnce(listener, accepted), "idle-echo");
      server.start();
      connections.open((InetSocketAddress) listener.getLocalSocketAddress(), accepted.length);
      server.join();
      assertEquals(3, connections.size());
      assertEquals(0, connections.ended());
      accepted[1].close();
      // A FIN over loopback has arrived when close returns.
      assertEquals(1, connections.ended());
      accepted[0].close();
      accepted[2].close();
    }
  }

  @Test
  void aServerThatRefusesIsToldWithTheNumberOfTheConnection() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) listener.getLocalSocketAddress();
    }
    try (IdleConnections connections = new IdleConnections()) {
      IOException refused = assertThrows(IOException.class, () -> connections.open(nobody, 5));
      assertTrue(
          refused.getMessage().startsWith("connection 1 of 5 failed: "), refused.getMessage());
    }
  }

  @Test
  void aServerThatNeverAnswersIsNotWaitedForWithoutAnEnd() throws Exception {
    // The kernel accepts for it, and nobody reads.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        IdleConnections connections = new IdleConnections(Duration.ofMillis(50))) {
      InetSocketAddress address = (InetSocketAddress) silent.getLocalSocketAddress();
      IOException unanswered = assertThrows(IOException.class, () -> connections.open(address, 5));
      assertEquals(
          "connection 1 of 5 failed: no answer in 50 ms; has the server a descriptor left"
              + " (ulimit -n)?",
          unanswered.getMessage());
    }
  }

  private static void echoOnce(ServerSocket listener, Socket[] accepted) {
    try {
      for (int i = 0; i < accepted.length; i++) {
        accepted[i] = listener.accept();
        InputStream in = accepted[i].getInputStream();
        accepted[i].getOutputStream().write(in.readNBytes(64));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
