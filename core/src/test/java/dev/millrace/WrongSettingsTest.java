package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureTexts;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong setting is refused at once, and the message names option, value and what is allowed. */
@Timeout(30)
class WrongSettingsTest {

  static Stream<Record> all() {
    return Stream.of(
        Limits.defaults(), Timeouts.defaults(), SocketSettings.defaults(), LoopOptions.defaults());
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyComponentHasAWitherThatChangesJustIt(Record defaults) throws Exception {
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      Object old = component.getAccessor().invoke(defaults);
      Object value = another(component, old);
      assertNotEquals(old, value, component.getName());
      Object changed = wither(defaults, component).invoke(defaults, value);
      for (RecordComponent each : defaults.getClass().getRecordComponents()) {
        Object expected =
            each.getName().equals(component.getName())
                ? value
                : each.getAccessor().invoke(defaults);
        assertEquals(expected, each.getAccessor().invoke(changed), each.getName());
      }
    }
  }

  private static Method wither(Record r, RecordComponent c) throws NoSuchMethodException {
    String name = c.getName();
    return r.getClass()
        .getMethod(
            "with" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
            c.getType());
  }

  private static Object another(RecordComponent component, Object old) {
    Class<?> type = component.getType();
    if (type == boolean.class) {
      return !(Boolean) old;
    }
    if (type == int.class) {
      // Up for those whose neighbour bounds them below, and for those that are 0.
      return (Integer) old + 16;
    }
    if (type == long.class) {
      return (Long) old + 16;
    }
    if (type == Duration.class) {
      return ((Duration) old).plusMillis(3);
    }
    if (type == String.class) {
      return old + "-2";
    }
    if (type == IntFunction.class) {
      IntFunction<ByteBuffer> heap = ByteBuffer::allocate;
      return heap;
    }
    if (type == FailureTexts.class) {
      return FailureTexts.none();
    }
    throw new AssertionError("a type that this test does not know: " + component);
  }

  @ParameterizedTest
  @CsvSource({
    "highWaterBytes,0,1 to 1073741824",
    "highWaterBytes,1073741825,1 to 1073741824",
    "lowWaterBytes,-1,0 to 65536",
    "lowWaterBytes,65537,0 to 65536",
    "hardLimitBytes,65535,65536 to 1073741824",
    "hardLimitBytes,1073741825,65536 to 1073741824",
    "senderBytes,0,1 to 1073741824",
    "senderBytes,1073741825,1 to 1073741824",
    "maxKeptBytes,0,1 to 536870912",
    "maxKeptBytes,536870913,1 to 536870912",
    "readBudgetBytes,0,1 to 1073741824",
    "readBudgetBytes,1073741825,1 to 1073741824",
    "writeBudgetBytes,0,1 to 1073741824",
    "writeBudgetBytes,1073741825,1 to 1073741824",
    "lingerBytes,-1,0 to 9223372036854775807",
  })
  void limits(String option, long value, String allowed) {
    refused(Limits.defaults(), option, value, allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "sendBufferBytes,-1,0 to 1073741824",
    "sendBufferBytes,1073741825,0 to 1073741824",
    "receiveBufferBytes,-1,0 to 1073741824",
    "receiveBufferBytes,1073741825,0 to 1073741824",
    "backlog,0,1 to 65535",
    "backlog,65536,1 to 65535",
  })
  void sockets(String option, long value, String allowed) {
    refused(SocketSettings.defaults(), option, value, allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "readBufferBytes,1023,1024 to 16777216",
    "readBufferBytes,16777217,1024 to 16777216",
    "stagingBytes,1023,1024 to 16777216",
    "stagingBytes,16777217,1024 to 16777216",
    "chunkBytes,4095,4096 to 1048576",
    "chunkBytes,1048577,4096 to 1048576",
    "pooledBytes,-1,0 to 9223372036854775807",
    "budgetBytes,65535,65536 to 4611686018427387903",
    "keptBudgetBytes,65535,65536 to 4611686018427387903",
    "budgetBytes,4611686018427387904,65536 to 4611686018427387903",
    "tasksPerTurn,0,1 to 2147483647",
    "timersPerTurn,0,1 to 2147483647",
    "maxQueuedTasks,0,1 to 1073741823",
    "maxQueuedTasks,1073741824,1 to 1073741823",
    "spinLimit,15,16 to 2147483647",
  })
  void loops(String option, long value, String allowed) {
    refused(LoopOptions.defaults(), option, value, allowed);
  }

  private static void refused(Record defaults, String option, long value, String allowed) {
    RecordComponent component =
        Stream.of(defaults.getClass().getRecordComponents())
            .filter(c -> c.getName().equals(option))
            .findFirst()
            .orElseThrow();
    Object boxed = component.getType() == int.class ? (Object) (int) value : (Object) value;
    assertRefused(
        option + " is " + value + ", allowed is " + allowed,
        () -> call(wither(defaults, component), defaults, boxed));
  }

  private static void call(Method m, Object target, Object argument) throws Throwable {
    try {
      m.invoke(target, argument);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void everyTimeout() {
    Duration[] wrong = {Duration.ofNanos(-1), Duration.ofDays(36_500).plusNanos(1), null};
    for (Record r : new Record[] {Timeouts.defaults(), LoopOptions.defaults()}) {
      for (RecordComponent component : r.getClass().getRecordComponents()) {
        if (component.getType() == Duration.class) {
          for (Duration value : wrong) {
            assertRefused(
                component.getName() + " is " + value + ", allowed is 0 (off) to 36500 days",
                () -> call(wither(r, component), r, value));
          }
        }
      }
    }
    Server server = startAndStop();
    for (Duration value : wrong) {
      assertRefused(
          "deadline is " + value + ", allowed is 0 (off) to 36500 days",
          () -> server.shutdown(value));
    }
  }

  private static Server startAndStop() {
    try (Server server =
        Server.builder()
            .loopOptions(LoopFixture.options())
            .listen("127.0.0.1", 0)
            .handler(LoopFixture.Recorder::new)
            .start()) {
      return server;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void missingNamesAndSources() {
    LoopOptions defaults = LoopOptions.defaults();
    assertEquals(
        "name",
        assertThrows(NullPointerException.class, () -> defaults.withName(null)).getMessage());
    assertEquals(
        "buffers",
        assertThrows(NullPointerException.class, () -> defaults.withBuffers(null)).getMessage());
  }

  @Test
  void servers() {
    Server.Builder b = Server.builder();
    assertRefused("port is -1, allowed is 0 to 65535", () -> b.listen("127.0.0.1", -1));
    assertRefused("port is 65536, allowed is 0 to 65535", () -> b.listen("127.0.0.1", 65_536));
    assertRefused("maxConnections is -1, allowed is 0 to 2147483647", () -> b.maxConnections(-1));
    assertRefused(
        "maxConnectionsPerAddress is -1, allowed is 0 to 2147483647",
        () -> b.maxConnectionsPerAddress(-1));
    for (Executable missing :
        new Executable[] {
          () -> b.listen(null),
          () -> b.listen(null, 1),
          () -> b.handler(null),
          () -> b.loop(null),
          () -> b.loopOptions(null),
          () -> b.limits(null),
          () -> b.timeouts(null),
          () -> b.socketSettings(null),
          () -> b.capPolicy(null)
        }) {
      NullPointerException e = assertThrows(NullPointerException.class, missing);
      assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), "names nothing");
    }
  }

  @Test
  void serversWithoutAddressOrHandlerOrWithTooMuch() throws Exception {
    assertTrue(
        assertThrows(IllegalStateException.class, () -> Server.builder().start())
            .getMessage()
            .startsWith("listen is missing"));
    assertTrue(
        assertThrows(
                IllegalStateException.class, () -> Server.builder().listen("127.0.0.1", 0).start())
            .getMessage()
            .startsWith("handler is missing"));
    try (LoopFixture f = new LoopFixture()) {
      assertTrue(
          assertThrows(
                  IllegalStateException.class,
                  () ->
                      Server.builder()
                          .loop(f.loop)
                          .loopOptions(LoopFixture.options())
                          .listen("127.0.0.1", 0)
                          .handler(LoopFixture.Recorder::new)
                          .start())
              .getMessage()
              .startsWith("loopOptions is given beside loop"));
    }
  }

  @Test
  void limitsThatContradictTheLoop() throws Exception {
    long before = LoopFixture.openDescriptors();
    Server.Builder b =
        Server.builder()
            .loopOptions(LoopFixture.options())
            .listen("127.0.0.1", 0)
            .handler(LoopFixture.Recorder::new);
    // High water plus one read buffer is the least that an echo needs: 64 KiB and 64 KiB.
    b.limits(Limits.defaults().withHardLimitBytes((128 << 10) - 1));
    String least = assertThrows(IllegalArgumentException.class, b::start).getMessage();
    assertTrue(least.startsWith("hardLimitBytes is 131071, allowed is 131072"), least);
    b.limits(Limits.defaults()).loopOptions(LoopFixture.options().withBudgetBytes((16 << 20) - 1));
    String most = assertThrows(IllegalArgumentException.class, b::start).getMessage();
    assertEquals(
        "hardLimitBytes is 16777216, allowed is at most the loop's budgetBytes, 16777215", most);
    assertEquals(before, LoopFixture.openDescriptors());
    b.limits(Limits.defaults().withHardLimitBytes(128 << 10)).loopOptions(LoopFixture.options());
    b.start().close();
  }

  @Test
  void connectsThatContradictTheLoop() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      assertThrows(
          IllegalArgumentException.class,
          () ->
              Connector.connect(
                  f.loop,
                  LoopFixture.loopback(1),
                  Duration.ZERO,
                  new LoopFixture.Recorder(),
                  Limits.defaults().withHardLimitBytes(1 << 16),
                  Timeouts.defaults(),
                  SocketSettings.defaults()));
      assertRefused(
          "deadline is PT-1S, allowed is 0 (off) to 36500 days",
          () ->
              Connector.connect(
                  f.loop,
                  LoopFixture.loopback(1),
                  Duration.ofSeconds(-1),
                  new LoopFixture.Recorder()));
    }
  }
}
