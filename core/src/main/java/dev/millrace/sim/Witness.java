package dev.millrace.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.Limits;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Stands before a handler and sees that it is called as was promised. */
final class Witness implements ConnectionHandler {
  private final Trial trial;
  private final ConnectionHandler handler;
  private final Limits limits;
  private Connection connection;
  private boolean opened;
  private boolean inputEnded;
  private boolean silenced;
  private boolean toldShutdown;
  private long consumed;
  private CloseRecord record;

  Witness(Trial trial, ConnectionHandler handler, Limits limits) {
    this.trial = trial;
    this.handler = handler;
    this.limits = limits;
  }

  CloseRecord record() {
    return record;
  }

  private void enter(Connection of, String callback) {
    trial.entered(callback);
    trial.world().note("callback", callback, of.id());
    if (record != null) {
      trial.violated(callback + " after onClosed: " + of);
    }
    if (connection != null && connection != of) {
      trial.violated(callback + " for another connection: " + of + " instead of " + connection);
    }
    if (silenced && !callback.equals("onClosed")) {
      trial.violated(callback + " after a callback had thrown: " + of);
    }
    connection = of;
    checkBounds();
  }

  private void checkBounds() {
    long queued = connection.queuedBytes();
    if (queued > limits.hardLimitBytes()) {
      trial.violated("over the hard limit: " + queued + " bytes are queued: " + connection);
    }
    trial.checkMemory();
  }

  private void mustBeOpen(Connection of, String callback) {
    if (!opened) {
      trial.violated(callback + " before onOpen: " + of);
    }
    if (of.state().isClosing()) {
      trial.violated(callback + " after close(): " + of);
    }
  }

  private void leave() {
    trial.left();
  }

  private void call(Connection c, String callback, Runnable body) {
    enter(c, callback);
    try {
      body.run();
    } catch (RuntimeException | Error e) {
      silenced = true;
      throw e;
    } finally {
      leave();
    }
  }

  private void throwIfPlanned() {
    if (trial.throwsNow()) {
      silenced = true;
      trial.world().note("fault", "the handler throws", -1);
      throw new InjectedFault();
    }
  }

  @Override
  public void onOpen(Connection c) {
    call(
        c,
        "onOpen",
        () -> {
          if (opened) {
            trial.violated("onOpen twice: " + c);
          }
          opened = true;
          throwIfPlanned();
          handler.onOpen(c);
        });
  }

  @Override
  public void onData(Connection c, ByteBuffer data) {
    int from = data.position();
    try {
      call(
          c,
          "onData",
          () -> {
            mustBeOpen(c, "onData");
            if (inputEnded) {
              trial.violated("onData after onInputEnd: " + c);
            }
            if (!data.hasRemaining()) {
              trial.violated("onData with nothing in it: " + c);
            }
            if (data.remaining() > Math.max(trial.readBufferBytes(), limits.maxKeptBytes())) {
              trial.violated("more was kept than may be: " + data.remaining() + " bytes: " + c);
            }
            if (c.queuedBytes() > Math.max(limits.highWaterBytes(), trial.mostStaged())) {
              trial.violated(
                  "data came above the high water mark: " + c.queuedBytes() + " wait: " + c);
            }
            throwIfPlanned();
            handler.onData(c, data);
            checkBounds();
          });
    } finally {
      consumed += Math.max(0, data.position() - from);
    }
  }

  @Override
  public void onWritable(Connection c) {
    call(
        c,
        "onWritable",
        () -> {
          mustBeOpen(c, "onWritable");
          throwIfPlanned();
          handler.onWritable(c);
        });
  }

  @Override
  public void onInputEnd(Connection c, int unconsumed) {
    call(
        c,
        "onInputEnd",
        () -> {
          if (inputEnded) {
            trial.violated("onInputEnd twice: " + c);
          }
          if (!opened) {
            trial.violated("onInputEnd before onOpen: " + c);
          }
          inputEnded = true;
          trial.checkFin(c);
          throwIfPlanned();
          handler.onInputEnd(c, unconsumed);
        });
  }

  @Override
  public void onDeadline(Connection c) {
    call(
        c,
        "onDeadline",
        () -> {
          mustBeOpen(c, "onDeadline");
          throwIfPlanned();
          handler.onDeadline(c);
        });
  }

  @Override
  public void onShutdown(Connection c) {
    call(
        c,
        "onShutdown",
        () -> {
          toldShutdown = true;
          throwIfPlanned();
          handler.onShutdown(c);
        });
  }

  @Override
  public void onClosed(Connection c, CloseRecord record) {
    enter(c, "onClosed");
    try {
      this.record = record;
      trial.world().note("record", record.kind().symbol(), c.id());
      if (c.state() != ConnectionState.CLOSED) {
        trial.violated("onClosed in another state than CLOSED: " + c);
      }
      checkRecord(record);
      handler.onClosed(c, record);
    } finally {
      leave();
    }
  }

  private void checkRecord(CloseRecord r) {
    if ((r.kind() == FailureKind.UNKNOWN && r.operation() == Operation.HANDLER)
        || r.kind() == FailureKind.SPIN) {
      trial.violated("the machine failed: " + r);
    }
    if (r.bytesUnsent() < 0 || r.bytesUnconsumed() < 0 || r.bytesUnconsumed() > r.bytesReceived()) {
      trial.violated("counts that can't be: " + r);
    }
    if (r.bytesReceived() != consumed + r.bytesUnconsumed()) {
      trial.violated("of what came " + consumed + " bytes were consumed, but the record says " + r);
    }
    // What was kept at a close is discarded, and one read may go beyond the bound.
    long kept = Math.max(trial.readBufferBytes(), limits.maxKeptBytes());
    if (r.bytesUnconsumed() - kept - trial.readBufferBytes() > limits.lingerBytes()) {
      trial.violated("more was discarded than is allowed: " + r);
    }
    if (r.kind() == FailureKind.LINGER_TIMEOUT && r.bytesUnconsumed() > limits.lingerBytes()) {
      trial.violated("more was discarded than a linger allows, and it went on: " + r);
    }
    if (r.kind() == FailureKind.SHUTDOWN_DEADLINE && !toldShutdown && !r.state().isClosing()) {
      trial.violated("cut by a shutdown that it was not told of: " + r);
    }
    if (r.kind() == FailureKind.READ_IDLE) {
      notBefore(r, r.age(), trial.timeouts().readIdle());
    } else if (r.kind() == FailureKind.LIFETIME) {
      notBefore(r, r.age(), trial.timeouts().lifetime());
    } else if (r.kind() == FailureKind.WRITE_STALL) {
      notBefore(r, r.age(), trial.timeouts().writeStall());
    } else if (r.kind() == FailureKind.PAUSED_TIMEOUT) {
      notBefore(r, r.age(), trial.timeouts().paused());
    } else if (r.kind() == FailureKind.HALF_CLOSED_TIMEOUT) {
      notBefore(r, r.age(), trial.timeouts().halfClosed());
    } else if (r.kind() == FailureKind.DRAIN_TIMEOUT) {
      notBefore(r, r.age(), trial.timeouts().drain());
    } else if (r.kind() == FailureKind.LINGER_TIMEOUT) {
      notBefore(r, r.age(), trial.timeouts().linger());
    }
  }

  private void notBefore(CloseRecord r, Duration was, Duration promised) {
    if (was.compareTo(promised) < 0) {
      trial.violated("the time-out came early: " + r);
    }
  }

  /** At the end of the run. */
  void checkEnd() {
    if (connection != null && record == null) {
      trial.violated("no record: " + connection);
    }
  }

  /** What a planned fault of the handler throws. */
  private static final class InjectedFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InjectedFault() {
      super("injected by the fault plan", null, false, false);
    }
  }
}
