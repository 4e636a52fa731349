package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** A channel that is ready for nothing, and a selector that returns for nothing or not at all. */
@Timeout(60)
class PollGoesWrongTest {

  /** Is ready again and again, and never does anything about it. */
  private static final class Idler extends Ready {
    int times;
    boolean muted;

    @Override
    boolean ready(int ops) {
      times++;
      return false;
    }

    @Override
    void settle() {}

    @Override
    void retired() {}

    @Override
    String spinning() {
      muted = true;
      key.interestOps(0);
      return "muted";
    }

    @Override
    void loopStopping() {}

    @Override
    void broken(Throwable fault) {
      throw new AssertionError(fault);
    }

    @Override
    public String toString() {
      return "Idler";
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "reaction=muted")
  void fruitlessChannelIsNamedOnceAndMuted() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withSpinLimit(100))) {
      Pipe pipe = Pipe.open();
      f.closeLater(pipe.source());
      f.closeLater(pipe.sink());
      pipe.source().configureBlocking(false);
      Idler idler = new Idler();
      f.loop.register(pipe.source(), SelectionKey.OP_READ, idler);
      pipe.sink().write(ByteBuffer.wrap(new byte[1]));
      f.turns(99);
      assertEquals(99, idler.times);
      assertEquals(List.of(), f.log.warnings());
      f.turn();
      assertTrue(idler.muted);
      f.turns(50);
      assertEquals(100, idler.times);
      assertEquals(
          List.of("ready without progress times=100 ops=1 culprit=Idler reaction=muted"),
          f.log.warnings());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "reaction=cut")
  void fruitlessConnectionIsNamedOnceAndCut() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withSpinLimit(100))) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Server server = f.server(recorder);
      f.client(server);
      f.until("open", () -> recorder.connection != null);
      // A kernel that says "writable" although nobody asked, which is how a spin looks from here.
      // Each
      // event sets the interest right, so it is set wrong again before each turn.
      SelectionKey key = recorder.connection.key;
      f.until(
          "end",
          () -> {
            if (recorder.records.isEmpty()) {
              key.interestOps(SelectionKey.OP_WRITE);
            }
            return !recorder.records.isEmpty();
          });
      assertEquals(FailureKind.SPIN, recorder.record().kind());
      assertEquals(1, f.log.warnings().size(), () -> f.log.warnings().toString());
      String line = f.log.warnings().get(0);
      assertTrue(line.contains("culprit=Connection[1 /127.0.0.1:"), line);
      assertTrue(line.endsWith("reaction=cut"), line);
      f.turns(300);
      assertEquals(1, f.log.warnings().size());
    }
  }

  @Test
  void progressNowAndThenIsNoSpin() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withSpinLimit(16))) {
      Server server = f.server((c, data) -> c.write(data));
      SocketChannel client = f.client(server);
      for (int i = 0; i < 100; i++) {
        client.write(ByteBuffer.wrap(new byte[1]));
        assertEquals(1, f.readFully(client, 1).length);
      }
      assertEquals(List.of(), f.log.warnings());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "selector rebuilt", atLeast = 2)
  void selectorThatReturnsEarlyIsReplacedAtMostOnceInTenSeconds() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options().withSpinLimit(16))) {
      for (int i = 0; i < 15; i++) {
        f.loop.turn(Long.MAX_VALUE);
      }
      assertEquals(1, provider.opened.size());
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(2, provider.opened.size());
      assertEquals(
          List.of("selector rebuilt loop=test-loop keys=0 why=polls returned early times=16"),
          f.log.warnings());
      f.clock.moveMillis(9_999);
      for (int i = 0; i < 100; i++) {
        f.loop.turn(Long.MAX_VALUE);
      }
      assertEquals(2, provider.opened.size());
      f.clock.moveMillis(2);
      for (int i = 0; i < 16; i++) {
        f.loop.turn(Long.MAX_VALUE);
      }
      assertEquals(3, provider.opened.size());
    }
  }

  /**
   * The platform's selectors, the first of which is closed under the loop when the test says so.
   */
  private static final class FailingProvider extends LoopFixture.Provider {
    final List<AbstractSelector> opened = new ArrayList<>();

    @Override
    public AbstractSelector openSelector() throws IOException {
      AbstractSelector selector = super.openSelector();
      opened.add(selector);
      return selector;
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "selector rebuilt")
  void connectionsGoOnOnTheNewSelector() throws Exception {
    FailingProvider provider = new FailingProvider();
    LoopOptions options = LoopFixture.options().withSpinLimit(16);
    try (LoopFixture f = new LoopFixture(provider, options)) {
      Server server = f.server((c, data) -> c.write(data));
      SocketChannel client = f.client(server);
      client.write(ByteBuffer.wrap(new byte[] {1}));
      assertEquals(1, f.readFully(client, 1)[0]);
      // Wake-ups that nobody asked for, which is all that a selector that spins shows.
      for (int i = 0; i < 16; i++) {
        provider.opened.get(0).wakeup();
        f.loop.turn(Long.MAX_VALUE);
      }
      assertEquals(2, provider.opened.size());
      assertEquals(
          List.of("selector rebuilt loop=test-loop keys=2 why=polls returned early times=16"),
          f.log.warnings());
      client.write(ByteBuffer.wrap(new byte[] {2}));
      assertEquals(2, f.readFully(client, 1)[0]);
      SocketChannel another = f.client(server);
      another.write(ByteBuffer.wrap(new byte[] {3}));
      assertEquals(3, f.readFully(another, 1)[0]);
      long before = LoopFixture.openDescriptors();
      client.close();
      f.until("descriptors back", () -> LoopFixture.openDescriptors() <= before - 2);
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "select failed")
  @ExpectedLog(level = Level.WARN, containing = "selector rebuilt")
  void selectThatThrowsOnceIsSurvived() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      provider.last().failures = 1;
      List<String> ran = new ArrayList<>();
      f.loop.execute(() -> ran.add("task"));
      f.loop.turn(0);
      assertEquals(List.of("task"), ran);
      assertEquals(2, provider.opened.size());
      assertEquals(
          List.of(
              "select failed loop=test-loop",
              "selector rebuilt loop=test-loop keys=0 why=select failed"),
          f.log.warnings());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "select failed")
  @ExpectedLog(level = Level.WARN, containing = "selector rebuilt")
  @ExpectedLog(level = Level.WARN, containing = "last poll failed")
  void selectThatAlwaysThrowsNeitherFloodsTheLogNorOpensSelectorsForEver() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    provider.failuresOfEach = Integer.MAX_VALUE;
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      List<String> ran = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        f.loop.execute(() -> ran.add("task"));
        f.loop.turn(Long.MAX_VALUE);
      }
      assertEquals(50, ran.size());
      assertEquals(2, provider.opened.size());
      assertEquals(2, f.log.warnings().size(), () -> f.log.warnings().toString());
      f.clock.moveMillis(10_001);
      f.loop.turn(0);
      assertEquals(3, provider.opened.size());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "last poll failed")
  void selectThatFailsAtTheEndLeavesNoSelectorOpen() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      f.loop.turn(0);
      f.loop.execute(() -> provider.last().failures = 1);
      f.loop.close();
      assertTrue(f.loop.isStopped());
    }
    assertFalse(provider.last().isOpen());
  }
}
