package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts are learned on a machine where nothing has happened yet when the call returns, or where it
 * never happens.
 */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class SoftNetworkWhileLearningTest {
  private static final int FOR_EVER = Integer.MAX_VALUE;

  private final SoftProvider provider = new SoftProvider();

  private FailureTexts learn() {
    return FailureTexts.learn(provider);
  }

  // One wait in each test: the patience is counted in time, and only the first wait is sure to be
  // granted where other processes have the processor.

  @Test
  void thePipeTakesAMomentToBreak() {
    provider.writing = 1;
    assertEquals(Optional.of(FailureKind.EPIPE), learn().match("tuyau coup\u00e9"));
  }

  @Test
  void ourClientTakesAMomentToArrive() {
    provider.queueing = 1;
    FailureTexts texts = learn();
    assertTrue(texts.isLearned(FailureKind.ECONNRESET), texts.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"ECONNRESET", "ECONNREFUSED"})
  void theConnectTakesAMoment(FailureKind kind) {
    provider.connecting = 2;
    provider.slow = kind;
    FailureTexts texts = learn();
    assertTrue(texts.isLearned(kind), texts.toString());
  }

  @Test
  void aPipeThatNeverBreaksUsesUpThePatienceAndTeachesNothing() {
    provider.writing = FOR_EVER;
    FailureTexts texts = learn();

    assertFalse(texts.isLearned(FailureKind.EPIPE));
    assertTrue(texts.isLearned(FailureKind.EADDRINUSE), "what needs no wait is learned");
  }

  @Test
  void aConnectionThatNeverArrivesTeachesNoReset() {
    provider.queueing = FOR_EVER;
    FailureTexts texts = learn();

    assertFalse(texts.isLearned(FailureKind.ECONNRESET));
    assertTrue(texts.isLearned(FailureKind.EPIPE), texts.toString());
  }

  @Test
  void aConnectThatNeverEndsTeachesNoRefusal() {
    provider.connecting = FOR_EVER;
    provider.slow = FailureKind.ECONNREFUSED;
    FailureTexts texts = learn();

    assertFalse(texts.isLearned(FailureKind.ECONNREFUSED));
    assertTrue(texts.isLearned(FailureKind.EPIPE), texts.toString());
  }

  @Test
  void whatHasAClassOfItsOwnIsNotTheErrorThatWasProvoked() {
    provider.broken = new AsynchronousCloseException();
    assertFalse(learn().isLearned(FailureKind.EPIPE));
  }

  /** The setting of the JDK that adds the address is read once, so the channel plays it here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "refus\u00e9e",
        "refus\u00e9e: par le pair",
        "refus\u00e9e: par: /127.0.0.1:%d",
        "refus\u00e9e:%d"
      })
  void theAddressBehindARefusalIsNotLearnedWithIt(String said) {
    provider.refusal = said;
    FailureTexts texts = learn();

    String cause = said.replace(": /127.0.0.1:%d", "").replace("%d", "" + provider.refusedPort);
    assertEquals(Optional.of(FailureKind.ECONNREFUSED), texts.match(cause), () -> texts.toString());
  }

  @Test
  void anAddressAloneIsNoTextOfARefusal() {
    provider.refusal = ": localhost/127.0.0.1:%d";
    assertFalse(learn().isLearned(FailureKind.ECONNREFUSED));
  }

  @Test
  void aRefusalWithoutWordsTeachesNothing() {
    provider.wordless = true;
    assertFalse(learn().isLearned(FailureKind.ECONNREFUSED));
  }

  /** The platform's channels, except for when things happen and what is said of them. */
  private static final class SoftProvider extends HookedProvider {
    /** How many calls of each kind find that nothing has happened yet. */
    int connecting;

    int queueing;
    int writing;

    /** Which of the two clients is slow to connect: the one that resets, or the one refused. */
    FailureKind slow;

    private int opened;
    IOException broken = new IOException("tuyau coup\u00e9");
    String refusal;
    boolean wordless;
    int refusedPort;

    @Override
    public Pipe openPipe() throws IOException {
      return new SoftPipe(super.openPipe());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      return new SoftListener(super.openServerSocketChannel());
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
      if (++opened > 2) {
        return super.openSocketChannel(); // neither of the two: needs no wait and says its own
      }
      FailureKind kind = opened == 2 ? FailureKind.ECONNREFUSED : FailureKind.ECONNRESET;
      return new SoftChannel(super.openSocketChannel(), kind == slow ? connecting : 0);
    }

    private final class SoftPipe extends Pipe {
      private final Pipe real;

      SoftPipe(Pipe real) {
        this.real = real;
      }

      @Override
      public SourceChannel source() {
        return real.source();
      }

      @Override
      public SinkChannel sink() {
        return new SinkChannel(SoftProvider.this) {
          private int taken;

          @Override
          public int write(ByteBuffer source) throws IOException {
            if (taken++ >= writing) {
              throw broken;
            }
            int n = source.remaining();
            source.position(source.limit());
            return n;
          }

          @Override
          public long write(ByteBuffer[] sources) {
            throw new UnsupportedOperationException();
          }

          @Override
          public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
          }

          @Override
          protected void implCloseSelectableChannel() throws IOException {
            real.sink().close();
          }

          @Override
          protected void implConfigureBlocking(boolean block) {}
        };
      }
    }

    private final class SoftListener extends ServerSocketChannel {
      private final ServerSocketChannel real;
      private int empty;

      SoftListener(ServerSocketChannel real) {
        super(SoftProvider.this);
        this.real = real;
      }

      @Override
      public SocketChannel accept() throws IOException {
        return empty++ < queueing ? null : real.accept();
      }

      @Override
      public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        real.bind(local, backlog);
        return this;
      }

      @Override
      public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        real.setOption(name, value);
        return this;
      }

      @Override
      public <T> T getOption(SocketOption<T> name) throws IOException {
        return real.getOption(name);
      }

      @Override
      public Set<SocketOption<?>> supportedOptions() {
        return real.supportedOptions();
      }

      @Override
      public ServerSocket socket() {
        return real.socket();
      }

      @Override
      public SocketAddress getLocalAddress() throws IOException {
        return real.getLocalAddress();
      }

      @Override
      protected void implCloseSelectableChannel() throws IOException {
        real.close();
      }

      @Override
      protected void implConfigureBlocking(boolean block) throws IOException {
        real.configureBlocking(block);
      }
    }

    private final class SoftChannel extends SocketChannel {
      private final SocketChannel real;
      private int notYet;
      private ConnectException refused;

      SoftChannel(SocketChannel real, int notYet) {
        super(SoftProvider.this);
        this.real = real;
        this.notYet = notYet;
      }

      @Override
      public boolean connect(SocketAddress remote) throws IOException {
        refusedPort = ((InetSocketAddress) remote).getPort();
        real.configureBlocking(true); // the kernel answers now; when that is told is our affair
        try {
          real.connect(remote);
        } catch (ConnectException e) {
          refused = e;
        }
        return finishConnect();
      }

      @Override
      public boolean finishConnect() throws IOException {
        if (notYet > 0) {
          notYet--;
          return false;
        }
        if (refused != null) {
          throw words(refused);
        }
        return true;
      }

      private ConnectException words(ConnectException said) {
        if (wordless) {
          return new ConnectException();
        }
        return refusal == null ? said : new ConnectException(refusal.formatted(refusedPort));
      }

      @Override
      public SocketAddress getLocalAddress() throws IOException {
        return real.getLocalAddress();
      }

      @Override
      public SocketAddress getRemoteAddress() throws IOException {
        return real.getRemoteAddress();
      }

      @Override
      public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        real.setOption(name, value);
        return this;
      }

      @Override
      public <T> T getOption(SocketOption<T> name) throws IOException {
        return real.getOption(name);
      }

      @Override
      public Set<SocketOption<?>> supportedOptions() {
        return real.supportedOptions();
      }

      @Override
      public SocketChannel bind(SocketAddress local) throws IOException {
        real.bind(local);
        return this;
      }

      @Override
      public SocketChannel shutdownInput() throws IOException {
        real.shutdownInput();
        return this;
      }

      @Override
      public SocketChannel shutdownOutput() throws IOException {
        real.shutdownOutput();
        return this;
      }

      @Override
      public Socket socket() {
        return real.socket();
      }

      @Override
      public boolean isConnected() {
        return real.isConnected();
      }

      @Override
      public boolean isConnectionPending() {
        return real.isConnectionPending();
      }

      @Override
      public int read(ByteBuffer target) throws IOException {
        return real.read(target);
      }

      @Override
      public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
      }

      @Override
      public int write(ByteBuffer source) throws IOException {
        return real.write(source);
      }

      @Override
      public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return real.write(sources, offset, length);
      }

      @Override
      protected void implCloseSelectableChannel() throws IOException {
        real.close();
      }

      @Override
      protected void implConfigureBlocking(boolean block) throws IOException {
        real.configureBlocking(block);
      }
    }
  }
}
