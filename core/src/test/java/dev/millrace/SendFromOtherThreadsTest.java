package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Sender is the one door to a connection for other threads. */
@Timeout(60)
class SendFromOtherThreadsTest {
  private static final int CALLERS = 4;

  @Test
  void buffersOfEachCallerArriveWholeAndInOrder() throws Exception {
    int perCaller = 5_000;
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      Sender sender = recorder.connection.sender();
      List<Thread> callers = new ArrayList<>();
      for (int c = 0; c < CALLERS; c++) {
        int caller = c;
        callers.add(
            new Thread(
                () -> {
                  for (int i = 0; i < perCaller; i++) {
                    ByteBuffer message = ByteBuffer.allocateDirect(8);
                    message.putInt(caller).putInt(i).flip();
                    while (sender.send(message) == WriteResult.FULL) {
                      Thread.onSpinWait();
                    }
                  }
                }));
      }
      callers.forEach(Thread::start);
      ByteBuffer all = ByteBuffer.wrap(f.readFully(client, 8 * CALLERS * perCaller));
      int[] next = new int[CALLERS];
      while (all.hasRemaining()) {
        int caller = all.getInt();
        assertEquals(next[caller]++, all.getInt());
      }
      for (Thread t : callers) {
        t.join();
      }
      assertEquals(List.of(), f.log.errors());
    }
  }

  @Test
  void boundsAreToldByValue() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Limits limits = Limits.defaults().withSenderBytes(1000);
      f.client(f.server(Server.builder().limits(limits).handler(() -> recorder)));
      f.until("open", () -> recorder.connection != null);
      Sender sender = recorder.connection.sender();
      assertSame(sender, recorder.connection.sender());
      ByteBuffer tooLarge = ByteBuffer.allocate(1000 - Sender.OVERHEAD_BYTES + 1);
      assertEquals(WriteResult.TOO_LARGE, sender.send(tooLarge));
      assertEquals(0, tooLarge.position());
      ByteBuffer half = ByteBuffer.allocate(500 - Sender.OVERHEAD_BYTES);
      assertEquals(WriteResult.ACCEPTED, sender.send(half));
      assertEquals(WriteResult.ACCEPTED, sender.send(half.duplicate()));
      ByteBuffer more = ByteBuffer.allocate(1);
      assertEquals(WriteResult.FULL, sender.send(more));
      assertEquals(1, more.remaining());
      f.turns(2);
      assertEquals(WriteResult.ACCEPTED, sender.send(more));
      assertEquals(WriteResult.ACCEPTED, sender.send(ByteBuffer.allocate(0)));
    }
  }

  @Test
  void closedAfterTheEndAlsoWhereItIsAskedForLate() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder early = new LoopFixture.Recorder();
      LoopFixture.Recorder late = new LoopFixture.Recorder();
      List<LoopFixture.Recorder> handlers = new ArrayList<>(List.of(early, late));
      Server server = f.server(Server.builder().handler(() -> handlers.remove(0)));
      f.client(server);
      f.client(server);
      f.until("open", () -> early.connection != null && late.connection != null);
      Sender sender = early.connection.sender();
      assertTrue(sender.isOpen());
      early.connection.abort();
      late.connection.abort();
      f.until("closed", () -> early.records.size() + late.records.size() == 2);
      assertFalse(sender.isOpen());
      assertEquals(WriteResult.CLOSED, sender.send(ByteBuffer.allocate(1)));
      assertFalse(late.connection.sender().isOpen());
      assertEquals(WriteResult.CLOSED, late.connection.sender().send(ByteBuffer.allocate(1)));
      assertTrue(sender.toString().endsWith(", closed]"), sender.toString());
    }
  }

  @Test
  void completionComesExactlyOnceWithSuccessOrFailure() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<String> told = new ArrayList<>();
      LoopFixture.Recorder recorder =
          new LoopFixture.Recorder() {
            @Override
            public void onClosed(Connection c, CloseRecord record) {
              super.onClosed(c, record);
              told.add("closed");
            }
          };
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      Sender sender = recorder.connection.sender();
      sender.send(ByteBuffer.allocate(10), (c, handed) -> told.add("first " + handed));
      f.until("told", () -> !told.isEmpty());
      assertEquals(10, f.readFully(client, 10).length);
      sender.send(ByteBuffer.allocate(20), (c, handed) -> told.add("second " + handed));
      recorder.connection.abort();
      f.until("closed", () -> !recorder.records.isEmpty());
      f.turns(3);
      assertEquals(List.of("first true", "second false", "closed"), told);
      assertEquals(20, recorder.record().bytesUnsent());
      assertEquals(10, recorder.record().bytesHandedToKernel());
      assertEquals(1, recorder.record().writesFailed());
    }
  }

  @Test
  void whatWasSentBeforeACloseIsDelivered() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      Sender sender = recorder.connection.sender();
      assertEquals(WriteResult.ACCEPTED, sender.send(ascii("before ")));
      assertEquals(WriteResult.ACCEPTED, sender.send(ascii("the close")));
      recorder.connection.close();
      assertEquals(WriteResult.CLOSED, sender.send(ascii("after")));
      assertEquals(
          "before the close", new String(f.readFully(client, 16), StandardCharsets.US_ASCII));
      client.close();
      f.until("closed", () -> !recorder.records.isEmpty());
      assertTrue(recorder.record().isOrderly(), () -> recorder.record().toString());
      assertEquals(16, recorder.record().bytesHandedToKernel());
    }
  }

  @Test
  void bufferIsTakenWithoutACopy() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      ByteBuffer buffer = ByteBuffer.allocateDirect(1);
      buffer.put(0, (byte) 1);
      recorder.connection.sender().send(buffer);
      // Forbidden to an application, and the way to see here whose memory is written.
      buffer.put(0, (byte) 2);
      assertEquals(2, f.readFully(client, 1)[0]);
      assertEquals(1, buffer.position());
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void sentFromCallbacksOfTheConnectionItself() throws Exception {
    // The connection takes what was sent before the loop comes to the task that announces it, so
    // the next send must not announce it a second time.
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder =
          new LoopFixture.Recorder() {
            @Override
            public void onData(Connection c, ByteBuffer data) {
              super.onData(c, data);
              c.sender().send(ascii("a"), (same, handed) -> same.sender().send(ascii("b")));
              c.write(
                  ascii("w"),
                  (same, handed) -> {
                    same.sender().send(ascii("c"));
                    f.loop.execute(() -> same.sender().send(ascii("d")));
                  });
            }
          };
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      for (int i = 0; i < 50; i++) {
        client.write(ascii("x"));
        String got = new String(f.readFully(client, 5), StandardCharsets.US_ASCII);
        assertEquals(
            "abcdw",
            got.chars()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString());
      }
      assertEquals(List.of(), f.log.errors());
    }
  }

  @Test
  void whatHadToWaitForTheLoopsMemoryGoesOutWhenThereIsRoom() throws Exception {
    LoopOptions options =
        LoopFixture.options()
            .withReadBufferBytes(1 << 10)
            .withBudgetBytes(1 << 20)
            .withBudgetStallTimeout(java.time.Duration.ZERO);
    Limits limits =
        Limits.defaults()
            .withLowWaterBytes(0)
            .withHighWaterBytes(1 << 10)
            .withHardLimitBytes(1 << 20);
    try (LoopFixture f = new LoopFixture(new LoopFixture.Provider(), options)) {
      LoopFixture.Recorder greedy = new LoopFixture.Recorder();
      LoopFixture.Recorder waiting = new LoopFixture.Recorder();
      List<LoopFixture.Recorder> handlers = new ArrayList<>(List.of(greedy, waiting));
      Server server =
          f.server(
              Server.builder()
                  .limits(limits)
                  .timeouts(LoopFixture.noTimeouts())
                  .handler(() -> handlers.remove(0)));
      SocketChannel slow = f.client(server);
      f.until("open", () -> greedy.connection != null);
      SocketChannel other = f.client(server);
      f.until("open", () -> waiting.connection != null);
      long written = 0;
      ByteBuffer piece = ByteBuffer.allocateDirect(16 << 10);
      for (int refusals = 0; refusals < 20; ) {
        piece.clear();
        if (greedy.connection.write(piece) == WriteResult.ACCEPTED) {
          written += piece.capacity();
        } else {
          refusals++;
        }
        f.loop.turn(0);
      }
      assertEquals(
          WriteResult.ACCEPTED, waiting.connection.sender().send(ByteBuffer.allocate(900 << 10)));
      f.turns(5);
      f.readFully(slow, (int) written);
      assertEquals(900 << 10, f.readFully(other, 900 << 10).length);
    }
  }

  @Test
  void stoppedLoopCutsWhatWasSentWithAResetNotACleanEnd() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      // More than the kernel takes, so that some of it is certainly unsent.
      Sender sender = recorder.connection.sender();
      for (int i = 0; i < 15; i++) {
        sender.send(ByteBuffer.allocateDirect((1 << 20) - Sender.OVERHEAD_BYTES));
        f.loop.turn(0);
      }
      f.loop.stop();
      f.turn();
      CloseRecord record = recorder.record();
      assertTrue(record.bytesUnsent() > 0, record::toString);
      assertEquals("reset", endOf(client));
    }
  }

  @Test
  void stoppedLoopResetsAlsoWhereAllThatIsLostWasStillWithTheSender() throws Exception {
    // It fits the sender's bound but, with the loop's memory used up by another, no queue.
    LoopOptions options =
        LoopFixture.options()
            .withReadBufferBytes(1 << 10)
            .withBudgetBytes(1 << 20)
            .withBudgetStallTimeout(java.time.Duration.ZERO);
    Limits limits =
        Limits.defaults()
            .withLowWaterBytes(0)
            .withHighWaterBytes(1 << 10)
            .withHardLimitBytes(1 << 20);
    try (LoopFixture f = new LoopFixture(new LoopFixture.Provider(), options)) {
      LoopFixture.Recorder greedy = new LoopFixture.Recorder();
      LoopFixture.Recorder waiting = new LoopFixture.Recorder();
      List<LoopFixture.Recorder> handlers = new ArrayList<>(List.of(greedy, waiting));
      Server server =
          f.server(
              Server.builder()
                  .limits(limits)
                  .timeouts(LoopFixture.noTimeouts())
                  .handler(() -> handlers.remove(0)));
      f.client(server);
      f.until("open", () -> greedy.connection != null);
      SocketChannel other = f.client(server);
      f.until("open", () -> waiting.connection != null);
      ByteBuffer piece = ByteBuffer.allocateDirect(16 << 10);
      for (int refusals = 0; refusals < 20; ) {
        piece.clear();
        if (greedy.connection.write(piece) != WriteResult.ACCEPTED) {
          refusals++;
        }
        f.loop.turn(0);
      }
      waiting.connection.sender().send(ByteBuffer.allocate(900 << 10));
      f.turns(3);
      f.loop.stop();
      f.turn();
      assertEquals(900 << 10, waiting.record().bytesUnsent());
      assertEquals("reset", endOf(other));
    }
  }

  private static String endOf(SocketChannel client) {
    try {
      client.configureBlocking(true);
      ByteBuffer sink = ByteBuffer.allocateDirect(1 << 20);
      while (client.read(sink.clear()) >= 0) {
        // Until the end, whichever it is.
      }
      return "end of stream";
    } catch (java.net.SocketException e) {
      return "reset";
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  @Test
  void everyByteIsHandedOverOrCountedAsUnsentWhateverTheMomentOfTheEnd() throws Exception {
    long seed = LoopFixture.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      boolean abort = random.nextBoolean();
      int turnsBefore = random.nextInt(6);
      int size = 1 + random.nextInt(3000);
      String where = "seed " + seed + " round " + round;
      try (LoopFixture f = new LoopFixture()) {
        LoopFixture.Recorder recorder = new LoopFixture.Recorder();
        SocketChannel client = f.client(f.server(recorder));
        f.until("open", () -> recorder.connection != null);
        Sender sender = recorder.connection.sender();
        AtomicLong accepted = new AtomicLong();
        AtomicLong acceptedSends = new AtomicLong();
        int[] succeeded = new int[1];
        int[] failed = new int[1];
        WriteCompletion completion =
            (c, handed) -> {
              if (handed) {
                succeeded[0]++;
              } else {
                failed[0]++;
              }
            };
        List<Thread> callers = new ArrayList<>();
        for (int c = 0; c < 2; c++) {
          callers.add(
              new Thread(
                  () -> {
                    WriteResult result;
                    do {
                      result = sender.send(ByteBuffer.allocate(size), completion);
                      if (result == WriteResult.ACCEPTED) {
                        accepted.addAndGet(size);
                        acceptedSends.incrementAndGet();
                      }
                    } while (result != WriteResult.CLOSED);
                  }));
        }
        callers.forEach(Thread::start);
        f.turns(turnsBefore);
        if (abort) {
          recorder.connection.abort();
        } else {
          recorder.connection.close();
        }
        client.configureBlocking(false);
        ByteBuffer sink = ByteBuffer.allocateDirect(1 << 20);
        for (int n = 0; recorder.records.isEmpty() && n < 20_000; n++) {
          try {
            if (client.isOpen() && client.read(sink.clear()) < 0) {
              client.close();
            }
          } catch (java.io.IOException reset) {
            client.close();
          }
          f.turn();
        }
        for (Thread t : callers) {
          t.join();
        }
        CloseRecord record = recorder.record();
        assertEquals(accepted.get(), record.bytesHandedToKernel() + record.bytesUnsent(), where);
        assertEquals(acceptedSends.get(), succeeded[0] + failed[0], where);
        assertEquals(failed[0], record.writesFailed(), where);
        if (!abort) {
          assertEquals(0, record.bytesUnsent(), where);
        }
      }
    }
  }

  @Test
  void sendAllocates24Bytes() throws Exception {
    int sends = 10_000;
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      Sender sender = recorder.connection.sender();
      ByteBuffer[] payload = new ByteBuffer[sends];
      for (int i = 0; i < sends; i++) {
        payload[i] = ByteBuffer.allocate(1);
      }
      allocated(); // loads what the measuring needs
      long before = allocated();
      for (int i = 0; i < sends; i++) {
        if (sender.send(payload[i]) != WriteResult.ACCEPTED) {
          throw new AssertionError("refused at " + i);
        }
      }
      long bytes = allocated() - before;
      // The measuring itself allocates a little, far less than a byte a send.
      assertEquals(24, bytes / sends);
    }
  }

  @Test
  void thousandSendsToASleepingLoopAreOneTask() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withTasksPerTurn(1))) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      SocketChannel client = f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      for (int i = 0; i < 1000; i++) {
        recorder.connection.sender().send(ByteBuffer.allocate(3));
      }
      List<String> ran = new ArrayList<>();
      f.loop.execute(() -> ran.add("behind them"));
      f.loop.turn(0);
      f.loop.turn(0);
      assertEquals(List.of("behind them"), ran);
      assertEquals(3000, f.readFully(client, 3000).length);
    }
  }

  /** By reflection, since the module of the core does not read that of the management beans. */
  private static long allocated() throws Exception {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (long)
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes")
            .invoke(bean);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
