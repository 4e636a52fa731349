package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultSelectorProvider;
import dev.millrace.guard.LogGuard;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** Two servers as they are, one of them Netty's, in JVMs that are told to inject faults. */
@Timeout(180)
class FaultsInAnyProgramTest {
  private enum Program {
    MILLRACE,
    NETTY;

    ExampleProcess start(String plan) throws IOException {
      List<String> options = FaultSwitch.on(plan);
      return this == MILLRACE
          ? ExampleProcess.serve(options, Examples.class, "echo", "--port", "0")
          : ExampleProcess.serve(options, NettyEcho.class);
    }
  }

  /** What a program says of its faults is its own affair, Netty's pipeline included. */
  @BeforeEach
  void programsMayWarn() {
    LogGuard.allow(Level.WARN, "");
  }

  private final long seed = Long.getLong("millrace.seed", System.nanoTime());

  private String where(ExampleProcess echo) {
    return "-Dmillrace.seed=" + seed + " " + echo;
  }

  @ParameterizedTest
  @EnumSource(Program.class)
  void theEchoIsExactToTheByte(Program program) throws Exception {
    String plan =
        "seed="
            + seed
            + " short-read=0.5 short-write=0.5 spurious-ready=0.2 null-accept=0.3"
            + " accept-emfile=0.1";
    ExecutorService clients = Executors.newCachedThreadPool();
    try (ExampleProcess echo = program.start(plan)) {
      List<CompletableFuture<Void>> ends = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        byte[] data = data(i, 100_000);
        ends.add(
            CompletableFuture.runAsync(() -> assertComesBackWhole(echo, clients, data), clients));
      }
      for (CompletableFuture<Void> end : ends) {
        end.get(2 * ExampleProcess.PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      assertTrue(echo.isAlive(), () -> where(echo));
    } finally {
      clients.shutdownNow();
    }
  }

  private byte[] data(int number, int bytes) {
    byte[] data = new byte[bytes];
    new Random(seed + number).nextBytes(data);
    return data;
  }

  private void assertComesBackWhole(ExampleProcess echo, ExecutorService threads, byte[] data) {
    try (Socket client = echo.connect()) {
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(() -> send(client, data), threads);
      byte[] back = client.getInputStream().readNBytes(data.length);
      assertArrayEquals(data, back, () -> where(echo));
      sending.join();
      client.shutdownOutput();
      assertEquals(-1, client.getInputStream().read(), () -> where(echo));
    } catch (IOException e) {
      throw new UncheckedIOException(where(echo), e);
    }
  }

  private static void send(Socket client, byte[] data) {
    try {
      client.getOutputStream().write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Program.class)
  void aConnectionThatIsResetHarmsNoOther(Program program) throws Exception {
    String plan = "seed=" + seed + " reset-at=0.5:0..8000 short-read=0.5:1..1000 read-error=0.01";
    int served = 0;
    int servedAfterReset = 0;
    int reset = 0;
    try (ExampleProcess echo = program.start(plan)) {
      for (int i = 0; i < 60; i++) {
        if (isServed(echo, data(i, 5_000))) {
          served++;
          servedAfterReset += reset > 0 ? 1 : 0;
        } else {
          reset++;
        }
      }
      String counts = served + " served, " + reset + " reset; ";
      assertTrue(echo.isAlive(), () -> where(echo));
      // Half of sixty each, more or less; one in a hundred thousand seeds is outside.
      assertTrue(served >= 10 && reset >= 10, () -> counts + where(echo));
      assertTrue(servedAfterReset > 0, () -> counts + where(echo));
    }
  }

  @Test
  void oneJarIsAllThatAProgramNeeds() throws Exception {
    List<String> options = new ArrayList<>(FaultSwitch.on("short-read=1:1"));
    String core = placeOf(FaultSelectorProvider.class);
    options.addAll(List.of("-cp", core + File.pathSeparator + placeOf(OneRead.class)));
    try (ExampleProcess program = ExampleProcess.serve(options, OneRead.class);
        Socket client = program.connect()) {
      client.getOutputStream().write(new byte[] {'h', 'e', 'l', 'l', 'o'});
      assertEquals('h', client.getInputStream().read(), program::toString);
      assertEquals(0, program.awaitExit());
      assertEquals(List.of("listening on 127.0.0.1:" + program.port(), "read 1"), program.out());
      assertEquals(List.of(), program.err());
    }
  }

  private static String placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** True if all came back, false if the connection was reset; anything else fails. */
  private boolean isServed(ExampleProcess echo, byte[] data) throws IOException {
    byte[] back = new byte[data.length];
    int n = 0;
    try (Socket client = echo.connect()) {
      client.getOutputStream().write(data);
      while (n < back.length) {
        int got = client.getInputStream().read(back, n, back.length - n);
        assertTrue(got >= 0, "a clean end of what was cut: " + where(echo));
        n += got;
      }
    } catch (SocketException e) {
      assertTrue(n < back.length, () -> where(echo));
    }
    int received = n;
    assertTrue(
        Arrays.equals(data, 0, received, back, 0, received),
        () -> "wrong bytes among the first " + received + ": " + where(echo));
    return n == back.length;
  }
}
