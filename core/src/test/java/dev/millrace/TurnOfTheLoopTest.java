package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TurnOfTheLoopTest {

  @Test
  void withNoWaitDoesNotBlock() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(true);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      assertFalse(f.loop.turn(0));
      assertEquals(0, provider.last().blockingSelects());
      assertEquals(1, provider.last().immediateSelects());
    }
  }

  @Test
  void tellsWhetherItDidAnything() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      assertFalse(f.loop.turn(0));
      f.loop.execute(() -> {});
      assertTrue(f.loop.turn(0));
      assertFalse(f.loop.turn(0));
      f.loop.schedule(Duration.ofMillis(1), () -> {});
      assertFalse(f.loop.turn(0));
      f.clock.moveMillis(10);
      assertTrue(f.loop.turn(0));
    }
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void insideATurnIsRefused() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      AtomicReference<Throwable> fromTurn = new AtomicReference<>();
      AtomicReference<Throwable> fromRun = new AtomicReference<>();
      f.loop.execute(
          () -> {
            fromTurn.set(caught(() -> f.loop.turn(0)));
            fromRun.set(caught(f.loop::run));
          });
      f.loop.turn(0);
      assertNested(fromTurn.get());
      assertNested(fromRun.get());
      assertFalse(f.loop.isStopped());
      // And the refusal leaves the loop as it was.
      f.loop.execute(() -> {});
      assertTrue(f.loop.turn(0));
    }
  }

  private static Throwable caught(Runnable action) {
    try {
      action.run();
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static void assertNested(Throwable t) {
    assertNotNull(t, "a turn inside a turn was let through");
    assertEquals(IllegalStateException.class, t.getClass());
    assertTrue(t.getMessage().contains("inside"), t.getMessage());
    assertTrue(t.getMessage().contains("test-loop"), t.getMessage());
  }

  @Test
  void fromASecondThreadIsRefusedAndNamesBoth() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      AtomicReference<Throwable> seen = new AtomicReference<>();
      Thread second = new Thread(() -> seen.set(caught(() -> f.loop.turn(0))), "second-driver");
      second.start();
      second.join();
      assertEquals(IllegalStateException.class, seen.get().getClass());
      assertTrue(seen.get().getMessage().contains("second-driver"), seen.get().getMessage());
      assertTrue(
          seen.get().getMessage().contains(Thread.currentThread().getName()),
          seen.get().getMessage());
    }
  }

  @Test
  void phasesInTheOrderOfTheDocumentation() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<String> trace = new ArrayList<>();
      Pipe pipe = Pipe.open();
      f.closeLater(pipe.source());
      f.closeLater(pipe.sink());
      pipe.source().configureBlocking(false);
      Ready probe =
          new Ready() {
            @Override
            boolean ready(int ops) {
              trace.add("keys");
              key.interestOps(0);
              f.loop.retire(this);
              f.loop.attend(this);
              f.loop.execute(() -> trace.add("tasks"));
              return true;
            }

            @Override
            void settle() {
              trace.add("flush");
            }

            @Override
            void retired() {
              trace.add("closes");
            }

            @Override
            String spinning() {
              return "";
            }

            @Override
            void loopStopping() {}

            @Override
            void broken(Throwable fault) {
              trace.add("broken");
            }
          };
      f.loop.register(pipe.source(), SelectionKey.OP_READ, probe);
      f.loop.schedule(Duration.ofMillis(1), () -> trace.add("timers"));
      pipe.sink().write(ByteBuffer.wrap(new byte[1]));
      f.clock.moveMillis(10);
      f.loop.turn(0);
      assertEquals(List.of("keys", "timers", "tasks", "flush", "closes"), trace);
    }
  }

  @Test
  void documentationListsWhatTheCodeCalls() throws Exception {
    String source = Files.readString(Path.of("src/main/java/dev/millrace/EventLoop.java"));
    Matcher picture =
        Pattern.compile("\\* *poll \\([^)]*\\)\\s*\\*\\s*((?:→ [a-z ]+)+)").matcher(source);
    assertTrue(picture.find(), "no picture of a turn in EventLoop's description");
    List<String> documented = new ArrayList<>(List.of("poll"));
    for (String phase : picture.group(1).split("→", -1)) {
      if (!phase.isBlank()) {
        documented.add(phase.strip());
      }
    }
    Matcher body =
        Pattern.compile("poll\\(maxWaitNanos\\);\\n((?: *[a-zA-Z]+\\(\\);\\n)+)").matcher(source);
    assertTrue(body.find(), "turn() does not call its phases one after the other");
    List<String> called = new ArrayList<>(List.of("poll"));
    for (String call : body.group(1).split("\\(\\);\\s*", -1)) {
      if (!call.isBlank()) {
        called.add(call.strip().replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT));
      }
    }
    assertEquals(documented, called);
    assertEquals(5, called.size());
  }

  @Test
  void twoLoopsKnowNothingOfEachOther() throws Exception {
    try (LoopFixture a = new LoopFixture();
        LoopFixture b = new LoopFixture()) {
      Server echo = a.server((c, data) -> c.write(data));
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      b.loop.turn(0);
      Connection c =
          Connector.connect(
              b.loop, LoopFixture.loopback(echo.port()), Duration.ofSeconds(5), recorder);
      b.until("open", () -> recorder.events.contains("open"));
      c.write(ByteBuffer.wrap(new byte[] {7}));
      for (int n = 0; recorder.received.size() == 0 && n < 1000; n++) {
        a.turn();
        b.turn();
      }
      assertEquals(1, recorder.received.size());
      b.loop.close();
      assertFalse(a.loop.isStopped());
      SocketChannel client = a.client(echo);
      client.write(ByteBuffer.wrap(new byte[] {1}));
      assertEquals(1, a.readFully(client, 1)[0]);
    }
  }

  @Test
  void closeNamesNoThreadBeforeTheFirstTurn() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> f.loop.schedule(Duration.ZERO, () -> {}));
      assertTrue(e.getMessage().contains("before any thread drives"), e.getMessage());
    }
  }
}
