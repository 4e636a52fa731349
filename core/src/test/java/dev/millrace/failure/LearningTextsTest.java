package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.Descriptors;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
class LearningTextsTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisJvmTeachesAllFive() {
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());

    assertTrue(texts.isLearned(FailureKind.EPIPE), texts.toString());
    assertTrue(texts.isLearned(FailureKind.ECONNRESET), texts.toString());
    assertTrue(texts.isLearned(FailureKind.ECONNREFUSED), texts.toString());
    assertTrue(texts.isLearned(FailureKind.EADDRINUSE), texts.toString());
    assertTrue(texts.isLearned(FailureKind.ENETUNREACH), texts.toString());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noDescriptorIsLeftOpen() {
    FailureTexts.learn(SelectorProvider.provider()); // loads classes, some of which keep one
    int before = descriptors();
    for (int i = 0; i < 100; i++) {
      FailureTexts.learn(SelectorProvider.provider());
    }
    int more = descriptors() - before;

    // One leaked each time would be 100. Something else in this JVM may open or close a few
    // meanwhile.
    assertTrue(more < 50, more + " more are open");
  }

  @Test
  void nothingCanBeOpened() {
    FailureTexts texts = FailureTexts.learn(new NothingOpens());

    for (FailureKind kind : FailureKind.values()) {
      assertFalse(texts.isLearned(kind));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void providerWithoutPipesTeachesTheRest() {
    FailureTexts texts = FailureTexts.learn(new NoPipes());

    assertFalse(texts.isLearned(FailureKind.EPIPE));
    assertTrue(texts.isLearned(FailureKind.ECONNRESET), texts.toString());
    assertTrue(texts.isLearned(FailureKind.ECONNREFUSED), texts.toString());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void strangerInTheQueueIsNotMistakenForOurClient() throws IOException {
    try (StrangerKnocksFirst provider = new StrangerKnocksFirst()) {
      FailureTexts texts = FailureTexts.learn(provider);

      assertTrue(provider.hasKnocked());
      assertTrue(texts.isLearned(FailureKind.ECONNRESET), texts.toString());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void interruptedThreadLearnsToo() {
    Thread.currentThread().interrupt();
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());

    assertTrue(Thread.interrupted(), "the interrupt is the caller's and stays");
    assertTrue(texts.isLearned(FailureKind.EPIPE), texts.toString());
    assertTrue(texts.isLearned(FailureKind.ECONNRESET), texts.toString());
  }

  @Test
  void aProviderIsNeeded() {
    assertThrows(NullPointerException.class, () -> FailureTexts.learn(null));
  }

  private static int descriptors() {
    return Descriptors.now().count();
  }

  private static final class NothingOpens extends HookedProvider {
    @Override
    public Pipe openPipe() throws IOException {
      throw new IOException("Zu viele offene Dateien");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      throw new SocketException("Zu viele offene Dateien");
    }

    @Override
    public SocketChannel openSocketChannel() {
      throw new NoClassDefFoundError("what the JVM throws when it cannot open a class file");
    }
  }

  private static final class NoPipes extends HookedProvider {
    @Override
    public Pipe openPipe() {
      throw new UnsupportedOperationException();
    }
  }

  /** Lets somebody else connect to the listener before each of our own clients does. */
  private static final class StrangerKnocksFirst extends HookedProvider implements AutoCloseable {
    private final List<SocketChannel> strangers = new ArrayList<>();
    private ServerSocketChannel first;

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      ServerSocketChannel opened = super.openServerSocketChannel();
      if (first == null) {
        first = opened;
      }
      return opened;
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
      if (first.isOpen()) {
        SocketAddress address = first.getLocalAddress();
        strangers.add(SocketChannel.open(address));
      }
      return super.openSocketChannel();
    }

    boolean hasKnocked() {
      return !strangers.isEmpty();
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel stranger : strangers) {
        stranger.close();
      }
    }
  }
}
