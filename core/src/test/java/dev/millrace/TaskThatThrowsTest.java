package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

@Timeout(30)
class TaskThatThrowsTest {

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "a task threw", atLeast = 2)
  void isLoggedAndTheNextOneRuns() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<String> ran = new ArrayList<>();
      f.loop.execute(
          () -> {
            throw new IllegalArgumentException("first");
          });
      f.loop.execute(
          () -> {
            throw new StackOverflowError("second");
          });
      f.loop.execute(() -> ran.add("third"));
      f.loop.turn(0);
      assertEquals(List.of("third"), ran);
      assertEquals(
          List.of("a task threw loop=test-loop", "a task threw loop=test-loop"), f.log.errors());
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "a timer threw")
  void soIsATimer() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<String> ran = new ArrayList<>();
      f.loop.schedule(
          Duration.ofMillis(1),
          () -> {
            throw new LinkageError("first");
          });
      f.loop.schedule(Duration.ofMillis(1), () -> ran.add("second"));
      f.clock.moveMillis(10);
      f.loop.turn(0);
      assertEquals(List.of("second"), ran);
      assertEquals(List.of("a timer threw loop=test-loop"), f.log.errors());
      assertTrue(f.loop.turn(0) || !f.loop.isStopped());
    }
  }
}
