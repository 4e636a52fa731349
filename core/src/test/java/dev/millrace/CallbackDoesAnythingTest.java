package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.LogGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

/**
 * Every callback does everything, to its own connection and to another one of the loop. That the
 * order of callbacks holds, that none is nested, and that the bytes add up is checked by the
 * recorder for each of them.
 */
@Timeout(120)
class CallbackDoesAnythingTest {
  private static final int BEFORE = 1000;
  private static final int WRITTEN = 10;

  enum Callback {
    OPEN,
    DATA,
    WRITABLE,
    INPUT_END,
    SHUTDOWN,
    DEADLINE,
    COMPLETION_TRUE,
    COMPLETION_FALSE,
    CLOSED
  }

  enum Action {
    CLOSE,
    ABORT,
    WRITE,
    PAUSE,
    RESUME,
    SHUTDOWN_OUTPUT,
    THROW,
    ERROR
  }

  static List<Arguments> matrix() {
    List<Arguments> all = new ArrayList<>();
    for (Callback callback : Callback.values()) {
      for (Action action : Action.values()) {
        all.add(Arguments.of(callback, action, false));
        if (action != Action.THROW && action != Action.ERROR) {
          all.add(Arguments.of(callback, action, true));
        }
      }
    }
    return all;
  }

  /** A fault of the user's code that is no exception. */
  private static final class UsersError extends Error {
    private static final long serialVersionUID = 1L;

    UsersError() {
      super("an error of the handler", null, false, false);
    }
  }

  private final RuntimeException thrown = new IllegalArgumentException("thrown by the handler");
  private final UsersError error = new UsersError();
  private WriteResult result;
  private int times;

  private void act(Action action, EndingFixture.Recorder target) {
    times++;
    switch (action) {
      case CLOSE -> target.connection.close();
      case ABORT -> target.connection.abort();
      case WRITE -> result = target.write(WRITTEN);
      case PAUSE -> target.connection.pauseReading();
      case RESUME -> target.connection.resumeReading();
      case SHUTDOWN_OUTPUT -> target.connection.shutdownOutput();
      case THROW -> {
        LogGuard.expect(Level.ERROR, "handler threw");
        throw thrown;
      }
      case ERROR -> {
        LogGuard.expect(Level.ERROR, "handler threw");
        throw error;
      }
    }
  }

  @ParameterizedTest(name = "{1} in {0}, to another: {2}")
  @MethodSource("matrix")
  void inEveryCallback(Callback callback, Action action, boolean toAnother) throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      // The others are on a server of their own, which does not shut down.
      Server aside = f.server();
      f.script(r -> r.onData = (x, data) -> x.write(data));
      var bystander = f.connectTo(aside);
      f.script(r -> r.onInputEnd = x -> {});
      var other = f.connectTo(aside);
      other.recorder.write(BEFORE);

      Consumer<EndingFixture.Recorder> hook = r -> act(action, toAnother ? other.recorder : r);
      f.script(r -> prepare(r, callback, hook));
      Server server = f.server();
      var subject = f.connectTo(server);
      if (callback != Callback.OPEN) {
        subject.recorder.write(BEFORE);
      }
      f.turns(2);
      provoke(f, server, subject, callback, hook);
      f.turnUntil("the callback", () -> times > 0);
      f.turns(3);
      assertEquals(1, times);

      var target = toAnother ? other : subject;
      boolean over =
          !toAnother && (callback == Callback.COMPLETION_FALSE || callback == Callback.CLOSED);
      check(f, target, action, over);

      bystander.send("ping").readUntil(4);
      for (var peer : List.of(subject, other, bystander)) {
        peer.recorder.connection.close();
        f.turn();
        if (peer.ended == null) {
          peer.readToEnd();
        }
        peer.channel.close();
        peer.record();
      }
      if (!toAnother && (action == Action.THROW || action == Action.ERROR)) {
        checkThrown(subject, callback, action);
      }
      if (toAnother
          ? action != Action.ABORT
          : action != Action.ABORT && !over && !wasCut(callback)) {
        CloseRecord record = target.recorder.record;
        assertEquals(0, record.bytesUnsent(), record::toString);
        assertEquals(target.recorder.accepted, target.got.size());
      }
      assertFalse(f.loop.isStopped());
    }
  }

  /** Whether provoking that callback needs a cut, so that what was queued is lost by intent. */
  private static boolean wasCut(Callback callback) {
    return callback == Callback.COMPLETION_FALSE || callback == Callback.CLOSED;
  }

  private static void prepare(
      EndingFixture.Recorder r, Callback callback, Consumer<EndingFixture.Recorder> hook) {
    r.onInputEnd = x -> {};
    r.onShutdown = x -> {};
    switch (callback) {
      case OPEN ->
          r.onOpen =
              x -> {
                x.write(BEFORE);
                hook.accept(x);
              };
      case DATA ->
          r.onData =
              (x, data) -> {
                boolean first = x.input.size() == 0;
                x.take(data);
                if (first) {
                  hook.accept(x);
                }
              };
      case WRITABLE -> r.onWritable = hook;
      case INPUT_END -> r.onInputEnd = hook;
      case SHUTDOWN -> r.onShutdown = hook;
      case DEADLINE ->
          r.onDeadline =
              x -> {
                x.connection.deadline(Duration.ofHours(1)); // else it would be closed
                hook.accept(x);
              };
      case CLOSED -> r.onClosed = hook;
      default -> {} // completions come with the write
    }
  }

  private static void provoke(
      EndingFixture f,
      Server server,
      EndingFixture.Peer subject,
      Callback callback,
      Consumer<EndingFixture.Recorder> hook)
      throws IOException {
    switch (callback) {
      case DATA -> subject.send("x");
      case WRITABLE -> {
        f.fill(subject.recorder);
        subject.recorder.write(64 << 10);
        f.turnUntil(
            "room",
            () -> {
              subject.readSome();
              return subject.recorder.events.contains("onWritable");
            });
      }
      case INPUT_END -> subject.fin();
      case SHUTDOWN -> assertFalse(server.shutdown(Duration.ofMinutes(1)).isDone());
      case DEADLINE -> {
        subject.recorder.connection.deadline(Duration.ofSeconds(1));
        f.turns(2); // armed at the end of the turn; the clock stands still from then on
        f.pass(Duration.ofSeconds(2));
      }
      case COMPLETION_TRUE -> subject.recorder.write(WRITTEN, (r, ok) -> hook.accept(r));
      case COMPLETION_FALSE -> {
        f.fill(subject.recorder);
        subject.recorder.write(WRITTEN, (r, ok) -> hook.accept(r));
        subject.recorder.connection.abort();
      }
      case CLOSED -> subject.recorder.connection.abort();
      default -> {} // onOpen came with the connect
    }
  }

  private void check(EndingFixture f, EndingFixture.Peer target, Action action, boolean over)
      throws IOException {
    var recorder = target.recorder;
    if (over) {
      assertTrue(result == null || result == WriteResult.CLOSED, () -> "over, but " + result);
      assertEquals(FailureKind.ABORTED, recorder.record.kind());
      return;
    }
    switch (action) {
      case CLOSE, SHUTDOWN_OUTPUT -> {
        assertEquals("FIN", target.readToEnd());
        assertEquals(recorder.accepted, target.got.size());
      }
      case ABORT -> {
        assertEquals(FailureKind.ABORTED, target.record().kind());
        f.turns(2);
        assertEquals("RESET", target.readToEnd());
      }
      case WRITE -> {
        assertEquals(WriteResult.ACCEPTED, result);
        target.readUntil(Math.toIntExact(recorder.accepted));
      }
      case PAUSE -> {
        if (!recorder.inputEnded) {
          int heard = recorder.input.size();
          target.send("later");
          f.turns(3);
          assertEquals(heard, recorder.input.size(), "paused");
          recorder.connection.resumeReading();
          f.turnUntil("resumed", () -> recorder.input.size() == heard + 5);
        }
      }
      case RESUME -> {
        if (!recorder.inputEnded) {
          int heard = recorder.input.size();
          target.send("still");
          f.turnUntil("still reading", () -> recorder.input.size() == heard + 5);
        }
      }
      case THROW, ERROR -> {
        assertEquals("FIN", target.readToEnd());
        assertEquals(recorder.accepted, target.got.size(), "accepted before is drained");
      }
    }
  }

  private void checkThrown(EndingFixture.Peer subject, Callback callback, Action action) {
    CloseRecord record = subject.recorder.record;
    if (wasCut(callback)) {
      assertEquals(FailureKind.ABORTED, record.kind(), "the first cause stays");
      return;
    }
    assertEquals(FailureKind.HANDLER_FAILED, record.kind(), record::toString);
    assertSame(action == Action.THROW ? thrown : error, record.cause());
    assertEquals(EndedBy.FAULT, record.endedBy());
  }
}
