package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.EventLoop;
import dev.millrace.Server;
import dev.millrace.examples.ExampleProcess;
import dev.millrace.guard.ExpectedLog;
import dev.millrace.sim.BytePattern;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Through the proxy with real sockets. */
@Timeout(120)
class OverLoopbackTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int PIECE = 100_000;

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static Server proxy(ProxySettings settings) throws IOException {
    return Server.builder()
        .listen("127.0.0.1", 0)
        .limits(settings.limits())
        .timeouts(settings.timeouts())
        .handler(new ProxyService(settings))
        .start();
  }

  private static Server echo() throws IOException {
    return Server.builder().listen("127.0.0.1", 0).handler(() -> Connection::write).start();
  }

  private static Socket connect(Server server) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(loopback(server.port()), PATIENCE_MILLIS);
    return socket;
  }

  private static <T> T onLoop(EventLoop loop, Supplier<T> question) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(() -> answer.complete(question.get()));
    return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static void sendPattern(OutputStream out, long total) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long at = 0; at < total; at += PIECE) {
      int n = (int) Math.min(PIECE, total - at);
      BytePattern.fill(ByteBuffer.wrap(piece), 7, at, n);
      out.write(piece, 0, n);
    }
  }

  /** Reads to the end; returns how many bytes came, all of them the right ones. */
  private static long readPattern(InputStream in) throws IOException {
    byte[] piece = new byte[PIECE];
    long at = 0;
    for (int n; (n = in.read(piece)) >= 0; at += n) {
      assertEquals(-1, BytePattern.mismatch(ByteBuffer.wrap(piece, 0, n), 7, at), "at " + at);
    }
    return at;
  }

  @Test
  void ahundredMegabytesThereAndBackThenTheFin() throws Exception {
    long total = 100_000_000;
    try (Server echo = echo();
        Server proxy = proxy(ProxySettings.to(List.of(loopback(echo.port()))));
        Socket client = connect(proxy)) {
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                try {
                  sendPattern(client.getOutputStream(), total);
                  client.shutdownOutput();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertEquals(total, readPattern(client.getInputStream()));
      sender.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void targetThatAnswersOnlyAfterTheFinGetsEveryByteBeforeIt() throws Exception {
    int total = 3_000_001;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Server proxy = proxy(ProxySettings.to(List.of(loopback(listener.getLocalPort()))));
        Socket client = connect(proxy)) {
      CompletableFuture<Long> target =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket accepted = listener.accept()) {
                  long came = readPattern(accepted.getInputStream());
                  accepted.getOutputStream().write("got ".getBytes(StandardCharsets.US_ASCII));
                  accepted
                      .getOutputStream()
                      .write(Long.toString(came).getBytes(StandardCharsets.US_ASCII));
                  return came;
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      sendPattern(client.getOutputStream(), total);
      client.shutdownOutput();
      assertEquals(
          "got " + total,
          new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      assertEquals(total, target.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void targetEndsFirstAndTheClientGoesOnSending() throws Exception {
    int total = 1_000_000;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Server proxy = proxy(ProxySettings.to(List.of(loopback(listener.getLocalPort()))));
        Socket client = connect(proxy);
        Socket target = listener.accept()) {
      target.setSoTimeout(PATIENCE_MILLIS);
      target.getOutputStream().write('!');
      target.shutdownOutput();
      assertEquals(
          "!", new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      CompletableFuture<Long> came =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return readPattern(target.getInputStream());
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      sendPattern(client.getOutputStream(), total);
      client.shutdownOutput();
      assertEquals(total, came.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void clientThatDoesNotReadCostsNoMoreThanTheBoundAndGetsEveryByteLater() throws Exception {
    byte[] data = new byte[64 << 20];
    BytePattern.fill(ByteBuffer.wrap(data), 7, 0, data.length);
    CRC32 sent = new CRC32();
    CRC32 back = new CRC32();
    try (Server echo = echo();
        Server proxy = proxy(ProxySettings.to(List.of(loopback(echo.port()))));
        SocketChannel client = SocketChannel.open(loopback(proxy.port()))) {
      int taken = ExampleProcess.sendUntilStuck(client, data);
      sent.update(data, 0, taken);
      long held = onLoop(proxy.loop(), () -> proxy.loop().stats().queuedBytes());
      // Memory is counted in whole chunks, one more than the bytes fill at the most.
      long most = 2L * (ProxySettings.to(List.of(loopback(1))).mostQueuedBytes() + (16 << 10));
      assertTrue(held > 0 && held <= most, held + " bytes held, " + most + " allowed");
      client.configureBlocking(true);
      client.shutdownOutput();
      InputStream in = client.socket().getInputStream();
      byte[] piece = new byte[PIECE];
      for (int n; (n = in.read(piece)) >= 0; ) {
        back.update(piece, 0, n);
      }
      assertEquals(sent.getValue(), back.getValue());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "kind=ECONNREFUSED")
  void secondTargetServesWhereTheFirstRefuses() throws Exception {
    int nobody;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = listener.getLocalPort();
    }
    try (Server echo = echo();
        Server proxy = proxy(ProxySettings.to(List.of(loopback(nobody), loopback(echo.port()))));
        Socket client = connect(proxy)) {
      client.getOutputStream().write('x');
      assertEquals('x', client.getInputStream().read());
    }
  }
}
