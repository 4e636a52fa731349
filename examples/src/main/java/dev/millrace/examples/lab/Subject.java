package dev.millrace.examples.lab;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.WriteResult;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The handler of a connection under study: writes every callback down, and does what it is told.
 */
final class Subject implements ConnectionHandler {
  private final Scene scene;
  private ConnectionState state;

  /** The names of the callbacks that came; several {@code onData} in a row are one. */
  final List<String> callbacks = new ArrayList<>();

  Consumer<Subject> onOpen = subject -> {};

  /** Consumes all. */
  BiConsumer<Subject, ByteBuffer> onData = (subject, data) -> data.position(data.limit());

  Consumer<Subject> onWritable = subject -> {};
  Consumer<Subject> onInputEnd = subject -> subject.connection.close();
  Consumer<Subject> onDeadline = subject -> {};
  Consumer<Subject> onClosed = subject -> {};

  /** Null before the first callback. */
  Connection connection;

  /** Null before the end. */
  CloseRecord record;

  /** What the handler was offered and had not consumed when the input ended; -1 before. */
  int unconsumed = -1;

  Subject(Scene scene) {
    this.scene = scene;
  }

  boolean isOpen() {
    return callbacks.contains("onOpen");
  }

  boolean isInputEnded() {
    return unconsumed >= 0;
  }

  /** Waits for the end, and gives its record. */
  CloseRecord awaitRecord() {
    scene.until("the end of the connection", () -> record != null);
    return record;
  }

  /**
   * Waits for an end by a stall. The core asks the kernel once more before it cuts, and where that
   * took some after all, on a busy machine, the time-out begins anew and has to pass again.
   */
  CloseRecord awaitRecord(Duration stall) {
    scene.until(
        "the end of the connection",
        () -> {
          if (record == null) {
            scene.passInSilence(stall);
          }
          return record != null;
        });
    return record;
  }

  /** Writes so many bytes, and says what it was answered. */
  WriteResult write(int bytes) {
    WriteResult result = connection.write(ByteBuffer.allocate(bytes));
    scene.step(Actor.MILLRACE, "write " + Texts.bytes(bytes) + ": " + result);
    look();
    return result;
  }

  /** Writes ten bytes and makes a turn; whether the connection goes on. Nothing is written down. */
  boolean write10() {
    connection.write(ByteBuffer.allocate(10));
    scene.turn();
    return goesOn();
  }

  boolean goesOn() {
    return record == null;
  }

  /**
   * Turns until the kernel takes no more of what is queued: five turns without progress, and it was
   * asked in each, because it reports room only when a third of the queue is free.
   */
  void awaitFullKernel() {
    long[] last = {-1, 0};
    scene.until(
        "a full send queue",
        () -> {
          connection.flush();
          long handed = connection.bytesHandedToKernel();
          last[1] = handed == last[0] ? last[1] + 1 : 0;
          last[0] = handed;
          return last[1] >= 5;
        });
    scene.step(
        Actor.MILLRACE,
        "the kernel takes no more",
        Texts.bytes(last[0])
            + " handed over, "
            + Texts.bytes(connection.queuedBytes())
            + " queued");
  }

  /** The program's own close, as a step. */
  void close() {
    scene.step(Actor.MILLRACE, "the program calls close()");
    connection.close();
    look();
  }

  /** The program's own half-close, as a step. */
  void shutdownOutput() {
    scene.step(Actor.MILLRACE, "the program calls shutdownOutput()");
    connection.shutdownOutput();
    look();
  }

  /** The program's own abort, as a step. */
  void abort() {
    scene.step(Actor.MILLRACE, "the program calls abort()");
    connection.abort();
  }

  /** Writes a change of the state down. */
  void look() {
    if (connection == null || record != null) {
      return;
    }
    ConnectionState now = connection.state();
    if (state != null && now != state && now != ConnectionState.CLOSED) {
      scene.step(Actor.MILLRACE, state + " -> " + now);
    }
    state = now;
  }

  private void called(String callback, Connection by, String detail) {
    boolean again = callback.equals("onData") && !callbacks.isEmpty();
    connection = by;
    look();
    if (!again || !callbacks.get(callbacks.size() - 1).equals(callback)) {
      callbacks.add(callback);
      scene.step(Actor.MILLRACE, callback, detail);
    }
  }

  @Override
  public void onOpen(Connection by) {
    called("onOpen", by, "");
    onOpen.accept(this);
  }

  @Override
  public void onData(Connection by, ByteBuffer data) {
    called("onData", by, Texts.bytes(data.remaining()));
    onData.accept(this, data);
  }

  @Override
  public void onWritable(Connection by) {
    called("onWritable", by, "");
    onWritable.accept(this);
  }

  @Override
  public void onInputEnd(Connection by, int left) {
    unconsumed = left;
    called("onInputEnd", by, "unconsumed " + left);
    onInputEnd.accept(this);
  }

  @Override
  public void onDeadline(Connection by) {
    called("onDeadline", by, "");
    onDeadline.accept(this);
  }

  @Override
  public void onShutdown(Connection by) {
    called("onShutdown", by, "");
    by.close();
  }

  @Override
  public void onClosed(Connection by, CloseRecord told) {
    if (scene.isOver()) {
      return; // the end of the scene is none of the experiment's
    }
    connection = by;
    record = told;
    callbacks.add("onClosed");
    if (told.kind() == FailureKind.FILE_TRUNCATED) {
      scene.returned(told.operation(), 0, "0"); // the exception of the record is the core's own
    } else if (told.cause() != null && told.operation() != Operation.HANDLER) {
      scene.threw(new Failure(told.kind(), told.certainty(), told.operation(), told.cause()));
    } else {
      scene.seen(
          new Seen(
              Lane.MILLRACE,
              Scene.nameOf(
                  told.operation() == Operation.NONE
                      ? scene.experiment().operation()
                      : told.operation()),
              told.cause() == null ? "no exception" : told.cause().getClass().getName(),
              told.cause() == null ? "" : Scene.textOf(told.cause()),
              told.kind().symbol(),
              told.certainty().name()));
    }
    scene.step(
        Actor.MILLRACE,
        "onClosed: " + told.kind().symbol() + " in " + told.state() + ", now CLOSED",
        told.toString());
    onClosed.accept(this);
  }
}
