package dev.millrace.guard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EventLoop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Small test classes, most of which do what is not allowed. Only {@link GuardOverEveryTestTest}
 * runs them: the build leaves out what stands inside another class.
 */
final class Misbehaving {
  /** What these classes have left behind, for the test that ran them to close. */
  static final Deque<AutoCloseable> LEFT = new ArrayDeque<>();

  /** Where they may leave a file. */
  static Path directory;

  private Misbehaving() {}

  static <T extends AutoCloseable> T leave(T something) {
    LEFT.push(something);
    return something;
  }

  private static void log(Level level, String message, Object... arguments) {
    LoggerFactory.getLogger("dev.millrace.Something").atLevel(level).log(message, arguments);
  }

  static class LeavesASocket {
    @Test
    void open() throws IOException {
      leave(SocketChannel.open());
    }
  }

  static class LeavesASocketFromAField {
    final SocketChannel channel = leave(SocketChannel.open());

    LeavesASocketFromAField() throws IOException {}

    @Test
    void nothing() {}
  }

  static class LeavesASocketFromBeforeEach {
    @BeforeEach
    void open() throws IOException {
      leave(SocketChannel.open());
    }

    @Test
    void nothing() {}
  }

  static class LeavesASocketInPlaceOfAnother {
    @Test
    void closeOneAndOpenOne() throws Exception {
      LEFT.pop().close();
      leave(SocketChannel.open());
    }
  }

  static class LeavesASelector {
    @Test
    void open() throws IOException {
      leave(Selector.open());
    }
  }

  static class LeavesAPipesEnd {
    @Test
    void open() throws IOException {
      Pipe pipe = Pipe.open();
      leave(pipe.source());
      pipe.sink().close();
    }
  }

  static class LeavesAFile {
    @Test
    void open() throws IOException {
      Path file = directory.resolve("left");
      leave(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }
  }

  static class LeavesALoopThatRuns {
    @Test
    void start() throws IOException {
      leave(new EventLoop()).start();
    }
  }

  static class LeavesALoopOnAnAdoptedThread {
    @Test
    void run() throws Exception {
      EventLoop loop = leave(new EventLoop());
      CountDownLatch runs = new CountDownLatch(1);
      loop.execute(runs::countDown);
      new Thread(loop::run, "adopted").start();
      runs.await();
    }
  }

  static class LeavesASocketForTheClass {
    @BeforeAll
    static void open() throws IOException {
      leave(SocketChannel.open());
    }

    @Test
    void usesIt() {}

    @Test
    void usesItAsWell() {}
  }

  static class LogsAWarning {
    @Test
    void logs() {
      log(Level.WARN, "that is odd n={}", 7);
    }
  }

  static class LogsAnErrorOnAnotherThread {
    @Test
    void logs() throws InterruptedException {
      IllegalStateException cause = new IllegalStateException("the cause");
      Thread other = new Thread(() -> log(Level.ERROR, "that is wrong", cause));
      other.start();
      other.join();
    }
  }

  static class LogsAnotherLineThanExpected {
    @Test
    @ExpectedLog(level = Level.WARN, containing = "odd")
    void logs() {
      log(Level.WARN, "that is odd");
      log(Level.ERROR, "that is odd");
      log(Level.WARN, "something else");
    }
  }

  static class LogsForTheClass {
    @BeforeAll
    static void logs() {
      log(Level.WARN, "that is odd");
    }

    @Test
    void nothing() {}
  }

  static class DoesNotLogWhatItExpects {
    @Test
    @ExpectedLog(level = Level.WARN, containing = "odd")
    void annotated() {}
  }

  static class DoesNotLogWhatItsCodeExpects {
    @Test
    void called() {
      LogGuard.expect(Level.ERROR, "wrong");
    }
  }

  static class LogsItOnceOnly {
    @Test
    @ExpectedLog(level = Level.WARN, containing = "odd", atLeast = 2)
    void logs() {
      log(Level.WARN, "that is odd");
    }
  }

  static class FailsByItself {
    @Test
    @ExpectedLog(level = Level.WARN, containing = "odd")
    void fails() {
      throw new IllegalStateException("by itself");
    }
  }

  static class KeepsTheRules {
    @Test
    void closes() throws Exception {
      try (SocketChannel channel = SocketChannel.open();
          EventLoop loop = new EventLoop()) {
        assertTrue(channel.isOpen());
        loop.start();
      }
    }

    @Test
    @ExpectedLog(level = Level.WARN, containing = "odd", atLeast = 2)
    @ExpectedLog(level = Level.ERROR, containing = "wrong")
    @ExpectedLog(level = Level.ERROR, containing = "never", atLeast = 0)
    void expects() {
      log(Level.WARN, "that is odd");
      log(Level.ERROR, "that is wrong");
      log(Level.WARN, "that is odd, too");
      log(Level.INFO, "that is nothing");
      log(Level.WARN, "told afterwards");
      LogGuard.expect(Level.WARN, "told afterwards");
      LogGuard.allow(Level.WARN, "allowed");
      log(Level.WARN, "allowed");
      LogGuard.allow(Level.WARN, "never");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void expectsEachTime(int n) {
      LogGuard.expect(Level.WARN, "odd n=" + n);
      log(Level.WARN, "that is odd n={}", n);
    }

    @Test
    void mayCloseMoreThanItOpened() throws Exception {
      LEFT.pop().close();
    }
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  @ExpectedLog(level = Level.WARN, containing = "odd")
  static class KeepsTheRulesWithOneInstance {
    final SocketChannel channel = SocketChannel.open();

    KeepsTheRulesWithOneInstance() throws IOException {}

    @Test
    void first() {
      log(Level.WARN, "that is odd");
    }

    @Test
    void second() {
      log(Level.WARN, "that is odd");
    }

    @AfterAll
    void close() throws IOException {
      channel.close();
    }
  }
}
