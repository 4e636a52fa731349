package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class BindFailsTest {

  private static final SelectorProvider PLATFORM = SelectorProvider.provider();

  private final Classifier learned = new Classifier(InventedTexts.learned());
  private final Classifier nothing = new Classifier(FailureTexts.none());

  @Test
  void addressThatCannotBeBoundAtAllIsNotOurs() {
    assertEquals(
        "EADDRNOTAVAIL (certain) on bind",
        nothing.bind(new BindException(InventedTexts.STRANGE), false).toString());
  }

  @Test
  void textTellsOneOfTheOtherTwo() {
    assertEquals(
        "EADDRINUSE (by text) on bind",
        learned.bind(new BindException(InventedTexts.IN_USE), true).toString());
    assertEquals(
        FailureKind.UNKNOWN, learned.bind(new BindException(InventedTexts.STRANGE), true).kind());
    assertEquals(
        FailureKind.UNKNOWN, nothing.bind(new BindException(InventedTexts.IN_USE), true).kind());
  }

  @Test
  void otherClassesAreUnknown() {
    assertEquals(
        FailureKind.UNKNOWN, learned.bind(new SocketException(InventedTexts.IN_USE), true).kind());
    assertEquals(
        FailureKind.UNKNOWN, learned.bind(new SocketException(InventedTexts.IN_USE), false).kind());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void portIsReallyInUse() throws IOException {
    Classifier classifier = new Classifier(FailureTexts.learn(PLATFORM));
    try (ServerSocketChannel owner = Departures.listener();
        ServerSocketChannel second = ServerSocketChannel.open()) {
      SocketAddress address = owner.getLocalAddress();
      BindException t = assertThrows(BindException.class, () -> second.bind(address));

      assertEquals(
          "EADDRINUSE (by text) on bind", classifier.bind(t, PLATFORM, address).toString());
      assertEquals(FailureKind.UNKNOWN, nothing.bind(t, PLATFORM, address).kind());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void addressIsReallyNotOurs() throws IOException {
    // RFC 5737: for documentation, so nobody's.
    SocketAddress foreign = new InetSocketAddress("192.0.2.1", 0);
    try (ServerSocketChannel channel = ServerSocketChannel.open()) {
      BindException t = assertThrows(BindException.class, () -> channel.bind(foreign));

      assertEquals(
          "EADDRNOTAVAIL (certain) on bind", nothing.bind(t, PLATFORM, foreign).toString());
    }
  }

  @Test
  void privilegedPortLeavesPermissionWhenItIsNotInUse() {
    BindException t = new BindException(InventedTexts.STRANGE);

    assertEquals("EACCES (by text) on bind", learned.bind(t, PLATFORM, loopback(1023)).toString());
    assertEquals("EACCES (by text) on bind", learned.bind(t, PLATFORM, loopback(1)).toString());
    assertEquals(
        "EADDRINUSE (by text) on bind",
        learned.bind(new BindException(InventedTexts.IN_USE), PLATFORM, loopback(80)).toString());
  }

  @Test
  void permissionIsNotGuessedWithoutGrounds() {
    BindException t = new BindException(InventedTexts.STRANGE);

    assertEquals(FailureKind.UNKNOWN, learned.bind(t, PLATFORM, loopback(1024)).kind());
    assertEquals(FailureKind.UNKNOWN, learned.bind(t, PLATFORM, loopback(0)).kind());
    assertEquals(FailureKind.UNKNOWN, nothing.bind(t, PLATFORM, loopback(80)).kind());
    assertEquals(
        FailureKind.UNKNOWN, learned.bind(new BindException(), PLATFORM, loopback(80)).kind());
  }

  @Test
  void exhaustedPortsDoNotMakeTheAddressForeign() {
    SelectorProvider exhausted = new NothingBinds(new BindException(InventedTexts.IN_USE));

    assertEquals(
        FailureKind.UNKNOWN,
        nothing.bind(new BindException(InventedTexts.IN_USE), exhausted, loopback(8080)).kind());
    assertEquals(
        "EADDRINUSE (by text) on bind",
        learned
            .bind(new BindException(InventedTexts.IN_USE), exhausted, loopback(8080))
            .toString());
    assertEquals(
        FailureKind.UNKNOWN,
        learned.bind(new BindException(InventedTexts.STRANGE), exhausted, loopback(80)).kind());
  }

  @Test
  void exhaustedDescriptorsDoNotMakeTheAddressForeign() {
    SelectorProvider exhausted = new NothingOpens();

    assertEquals(
        FailureKind.UNKNOWN,
        learned.bind(new BindException(InventedTexts.STRANGE), exhausted, loopback(80)).kind());
    assertEquals(
        FailureKind.EADDRINUSE,
        learned.bind(new BindException(InventedTexts.IN_USE), exhausted, loopback(80)).kind());
  }

  @Test
  void whatCannotBeProbedIsNotProbed() {
    NothingOpens untouched = new NothingOpens();
    SocketAddress unix = UnixDomainSocketAddress.of("/nowhere");
    SocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 80);

    BindException inUse = new BindException(InventedTexts.IN_USE);

    assertEquals(FailureKind.EADDRINUSE, learned.bind(inUse, untouched, unix).kind());
    assertEquals(FailureKind.EADDRINUSE, learned.bind(inUse, untouched, unresolved).kind());
    assertEquals(
        FailureKind.UNKNOWN,
        learned.bind(new SocketException("x"), untouched, loopback(80)).kind());
    assertEquals(0, untouched.asked, "no channel was even asked for");
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static final class NothingOpens extends HookedProvider {
    private int asked;

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      asked++;
      throw new SocketException("no descriptor");
    }
  }

  private static final class NothingBinds extends HookedProvider {
    private final BindException t;

    NothingBinds(BindException t) {
      this.t = t;
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
      return new UnbindableListener(this, t);
    }
  }

  /** A listener that no address suits. */
  private static final class UnbindableListener extends ServerSocketChannel {
    private final BindException t;

    UnbindableListener(SelectorProvider provider, BindException t) {
      super(provider);
      this.t = t;
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
      throw t;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
      return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return Set.of();
    }

    @Override
    public ServerSocket socket() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel accept() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketAddress getLocalAddress() {
      return null;
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}
  }
}
