package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.timer.Timer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What belongs to the loop's thread says so, and names the caller and the owner. */
@Timeout(30)
class CalledFromAnotherThreadTest {
  private static final Set<String> FOR_ANY_THREAD =
      Set.of("toString", "id", "remoteAddress", "loop", "sender", "limits", "timeouts");

  @Test
  void everyMethodOfAConnectionSaysSo() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      List<String> checked = new ArrayList<>();
      for (Method m : Connection.class.getMethods()) {
        if (m.getDeclaringClass() == Object.class
            || Modifier.isStatic(m.getModifiers())
            || FOR_ANY_THREAD.contains(m.getName())) {
          continue;
        }
        Object[] arguments = new Object[m.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
          arguments[i] = argument(m.getParameterTypes()[i]);
        }
        Throwable thrown =
            inOtherThread(
                () -> {
                  try {
                    m.invoke(recorder.connection, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
        assertNamesBoth(m.toString(), thrown);
        checked.add(m.getName());
      }
      assertTrue(checked.size() >= 13, () -> "only " + checked);
      assertEquals(ConnectionState.OPEN, recorder.connection.state());
    }
  }

  @Test
  void theExemptOnesWork() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      Connection c = recorder.connection;
      Throwable thrown =
          inOtherThread(
              () -> {
                assertEquals(1, c.id());
                assertNotNull(c.remoteAddress());
                assertEquals(f.loop, c.loop());
                assertNotNull(c.limits());
                assertNotNull(c.timeouts());
                assertTrue(c.sender().isOpen());
                assertTrue(c.toString().startsWith("Connection[1 /127.0.0.1:"));
              });
      assertEquals(null, thrown);
    }
  }

  @Test
  void timersOfTheLoopSaySo() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      Timer timer = f.loop.schedule(Duration.ofHours(1), () -> {});
      assertNamesBoth(
          "schedule", inOtherThread(() -> f.loop.schedule(Duration.ofHours(1), () -> {})));
      assertNamesBoth(
          "schedule again", inOtherThread(() -> f.loop.schedule(timer, Duration.ofHours(1))));
      assertNamesBoth("cancel", inOtherThread(() -> f.loop.cancel(timer)));
      assertTrue(timer.isScheduled());
    }
  }

  @Test
  void connectorSaysSoAndOpensNothing() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      long before = LoopFixture.openDescriptors();
      assertNamesBoth(
          "connect",
          inOtherThread(
              () ->
                  Connector.connect(
                      f.loop,
                      LoopFixture.loopback(1),
                      Duration.ofSeconds(1),
                      new LoopFixture.Recorder())));
      assertEquals(before, LoopFixture.openDescriptors());
    }
  }

  private static Object argument(Class<?> type) {
    if (type == ByteBuffer.class) {
      return ByteBuffer.allocate(8);
    }
    if (type == String.class) {
      return "a reason";
    }
    if (type == Duration.class) {
      return Duration.ofSeconds(1);
    }
    if (type == WriteCompletion.class) {
      return (WriteCompletion) (c, handed) -> {};
    }
    if (type == FileRegion.class) {
      return null; // checked before it is looked at
    }
    throw new AssertionError("a parameter that this test does not know: " + type);
  }

  private static Throwable inOtherThread(Executable call) throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread other =
        new Thread(
            () -> {
              try {
                call.execute();
              } catch (Throwable t) {
                thrown[0] = t;
              }
            },
            "stranger");
    other.start();
    other.join();
    return thrown[0];
  }

  private static void assertNamesBoth(String what, Throwable t) {
    assertInstanceOf(IllegalStateException.class, t, what);
    assertTrue(t.getMessage().contains("stranger"), () -> what + ": " + t.getMessage());
    assertTrue(
        t.getMessage().contains(Thread.currentThread().getName()),
        () -> what + ": " + t.getMessage());
  }
}
