package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Idle starvation: work that never ends must leave room for the others. */
@Timeout(30)
class TaskThatPostsItselfAgainTest {

  @Test
  void runsOnceATurnAndConnectionsAreServed() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server = f.server((c, data) -> c.write(data));
      SocketChannel client = f.client(server);
      AtomicInteger ran = new AtomicInteger();
      f.loop.execute(
          new Runnable() {
            @Override
            public void run() {
              ran.incrementAndGet();
              if (!f.loop.isEnding()) { // refused then, which would be logged
                f.loop.execute(this);
              }
            }
          });
      f.loop.turn(0);
      f.loop.turn(0);
      assertEquals(2, ran.get());
      client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertEquals(3, f.readFully(client, 3).length);
    }
  }

  @Test
  void budgetOfATurn() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withTasksPerTurn(10))) {
      AtomicInteger ran = new AtomicInteger();
      for (int i = 0; i < 25; i++) {
        f.loop.execute(ran::incrementAndGet);
      }
      // A wait without end shows as well that what is left over keeps the loop from sleeping.
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(10, ran.get());
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(20, ran.get());
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(25, ran.get());
    }
  }

  @Test
  void budgetOfTimers() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withTimersPerTurn(10))) {
      f.loop.turn(0);
      AtomicInteger ran = new AtomicInteger();
      for (int i = 0; i < 25; i++) {
        f.loop.schedule(java.time.Duration.ofMillis(1), ran::incrementAndGet);
      }
      f.clock.moveMillis(5);
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(10, ran.get());
      f.loop.turn(Long.MAX_VALUE);
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(25, ran.get());
    }
  }
}
