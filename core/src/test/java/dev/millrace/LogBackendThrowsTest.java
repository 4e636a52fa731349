package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A logging backend that can't write, for a full disk or a class that can't be loaded. */
@Timeout(60)
class LogBackendThrowsTest {
  @Test
  @ExpectedLog(level = Level.ERROR, containing = "a task threw")
  @ExpectedLog(
      level = Level.WARN,
      containing = "log lines lost count=2 first=java.lang.NoClassDefFoundError: no room")
  void theLoopServesOnAndTellsHowManyLinesWereLost() throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger(EventLoop.class);
    int[] left = {2};
    AppenderBase<ILoggingEvent> broken =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getLevel() == ch.qos.logback.classic.Level.ERROR && left[0] > 0) {
              left[0]--;
              // An Error, because logback itself swallows exceptions.
              throw new NoClassDefFoundError("no room");
            }
          }
        };
    broken.start();
    try (LoopFixture f = new LoopFixture()) {
      logger.addAppender(broken);
      List<String> ran = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        String name = "task " + i;
        f.loop.execute(
            () -> {
              ran.add(name);
              throw new IllegalStateException(name);
            });
      }
      f.loop.turn(0);
      assertEquals(List.of("task 1", "task 2", "task 3"), ran);
      assertEquals(0, f.loop.log.lost(), "told, so no longer counted");
      Server server = f.server((c, data) -> c.write(data));
      SocketChannel client = f.client(server);
      client.write(HandTurned.bytes("served"));
      assertEquals(6, f.readFully(client, 6).length);
    } finally {
      logger.detachAppender(broken);
    }
  }
}
