package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The message is what an operator has: one line with the address, the kind, and what to do. */
@Timeout(60)
class ListeningFailsTest {

  private static Server.Builder server(SocketAddress... addresses) {
    Server.Builder builder =
        Server.builder()
            .loopOptions(LoopFixture.options().withFailureTexts(null))
            .handler(LoopFixture.Recorder::new);
    for (SocketAddress a : addresses) {
      builder.listen(a);
    }
    return builder;
  }

  private static BindFailedException failing(Server.Builder builder) {
    assertThrows(BindFailedException.class, builder::start); // loads what is loaded once
    long before = LoopFixture.openDescriptors();
    BindFailedException e = assertThrows(BindFailedException.class, builder::start);
    assertEquals(before, LoopFixture.openDescriptors());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    return e;
  }

  private static void assertLine(BindFailedException e, String address, FailureKind kind) {
    assertEquals(
        "cannot listen on " + address + ": " + kind.symbol() + ": " + kind.advice(),
        e.getMessage());
    assertEquals(kind, e.failure().kind());
    assertEquals(e.failure().cause(), e.getCause());
  }

  @Test
  void addressInUse() throws Exception {
    try (ServerSocket there = new ServerSocket(0, 1, LoopFixture.loopback(0).getAddress())) {
      InetSocketAddress address = LoopFixture.loopback(there.getLocalPort());
      BindFailedException e = failing(server(address));
      assertLine(e, "localhost/127.0.0.1:" + address.getPort(), FailureKind.EADDRINUSE);
      assertEquals(address, e.address());
    }
  }

  @Test
  void addressOfAnotherMachine() {
    BindFailedException e = failing(server(new InetSocketAddress("192.0.2.1", 7007)));
    assertLine(e, "192.0.2.1:7007", FailureKind.EADDRNOTAVAIL);
  }

  @Test
  void nameThatIsNotFound() {
    BindFailedException e =
        failing(server(InetSocketAddress.createUnresolved("nowhere.invalid", 7007)));
    assertLine(e, "nowhere.invalid:7007", FailureKind.UNRESOLVED);
  }

  @Test
  void theOtherAddressesAreFreeAgain() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    InetSocketAddress good = LoopFixture.loopback(port);
    failing(server(good, new InetSocketAddress("192.0.2.1", 7007)));
    try (Server again = server(good).start()) {
      assertEquals(port, again.port());
    }
  }

  @Test
  void givenLoopLivesOn() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server.Builder bad =
          Server.builder()
              .loop(f.loop)
              .listen("127.0.0.1", 0)
              .listen(new InetSocketAddress("192.0.2.1", 7007))
              .handler(LoopFixture.Recorder::new);
      failing(bad);
      f.turn();
      assertFalse(f.loop.isStopped());
      Server good = f.server(new LoopFixture.Recorder());
      f.client(good);
      f.until("open", () -> good.stats().open() == 1);
    }
  }

  @Test
  void noDescriptorForTheReserve() throws Exception {
    int[] opened = new int[1];
    LoopFixture.Provider provider =
        new LoopFixture.Provider() {
          @Override
          public java.nio.channels.SocketChannel openSocketChannel() throws IOException {
            if (++opened[0] % 2 == 0) {
              throw new java.net.SocketException("provoked");
            }
            return super.openSocketChannel();
          }
        };
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      Server.Builder builder =
          Server.builder()
              .loop(f.loop)
              .listen("127.0.0.1", 0)
              .listen("127.0.0.1", 0)
              .handler(LoopFixture.Recorder::new);
      long before = LoopFixture.openDescriptors();
      assertThrows(java.net.SocketException.class, builder::start);
      assertEquals(before, LoopFixture.openDescriptors());
    }
  }

  @Test
  void severalAddressesOfOneServer() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server =
          f.server(
              Server.builder().listen("127.0.0.2", 0).handler(() -> (c, data) -> c.write(data)));
      List<SocketAddress> addresses = server.addresses();
      assertEquals(2, addresses.size());
      for (SocketAddress a : addresses) {
        f.closeLater(java.nio.channels.SocketChannel.open(a));
      }
      f.until("both", () -> server.stats().open() == 2);
      assertTrue(server.toString().contains("open=2"), server.toString());
    }
  }
}
