package dev.millrace.examples.proxy;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EndedBy;
import dev.millrace.EventLoop;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import dev.millrace.failure.Fault;
import dev.millrace.failure.Operation;
import dev.millrace.timer.Timer;
import java.nio.ByteBuffer;

/**
 * A client and its target. The states, and how each kind of end is passed on, are drawn in the
 * package's documentation.
 */
final class Pair {
  private enum State {
    /** The client is accepted, and has not been told so. */
    NEW,
    /** A connect to a target is under way; the client is not read. */
    CONNECTING,
    /** Both are there: what one sends, the other gets. */
    JOINED,
    /** One is over, or the pair was given up: what the others are owed is handed over. */
    ENDING
  }

  /** A write of no bytes, whose completion tells that all before it was taken. */
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ProxyService service;
  private final int highWaterBytes;
  private final long idleNanos;
  private final long drainNanos;
  private final Targets.Tour tour;
  private final Side client = new Side("client");
  private final Side target = new Side("target");
  private final Timer alarm = new Alarm();
  private State state = State.NEW;
  private boolean gaveUp;

  /** Why those that are reset are; for their records. */
  private String reason = "the client has left";

  Pair(ProxyService service) {
    this.service = service;
    this.highWaterBytes = service.settings().highWaterBytes();
    this.idleNanos = service.settings().idle().toNanos();
    this.drainNanos = service.settings().connections().drain().toNanos();
    this.tour = service.targets().tour();
    client.other = target;
    target.other = client;
    target.over = true; // there is none yet
  }

  ConnectionHandler client() {
    return client;
  }

  private EventLoop loop() {
    return client.connection.loop();
  }

  // ---- the beginning

  private void accepted() {
    state = State.CONNECTING;
    service.pairBegins();
    // Its bytes wait in the kernel until there is somebody to give them to.
    client.connection.pauseReading();
    connectNext(null);
  }

  /** Tries the next target, if there is one; {@code failed} is why the one before it was none. */
  private void connectNext(CloseRecord failed) {
    Targets.Target next = tour.next(loop().nowNanos());
    if (next == null) {
      turnAway(failed);
      return;
    }
    target.over = false;
    target.connection = service.dial(loop(), next.address(), target);
  }

  private void joined() {
    state = State.JOINED;
    tour.connected(loop().nowNanos());
    client.connection.resumeReading();
    if (idleNanos > 0) {
      loop().schedule(alarm, idleNanos);
    }
  }

  private void connectFailed(CloseRecord record) {
    long now = loop().nowNanos();
    if (record.endedBy() == EndedBy.SHUTDOWN
        || record.operation() == Operation.OPEN
        || record.kind().fault() == Fault.RESOURCES) {
      // The loop ends, or we are out of descriptors or ports: another target would not help, and
      // this one did nothing wrong.
      tour.givenUp(now);
      turnAway(record);
    } else {
      tour.failed(record.kind(), now);
      connectNext(record);
    }
  }

  private void turnAway(CloseRecord why) {
    tour.turnedAway(client.connection.remoteAddress(), why.kind(), loop().nowNanos());
    state = State.ENDING;
    // What a client would see if it had asked there by itself. A plain close would look like a
    // service that had nothing to say.
    client.connection.abort("no target answered");
  }

  // ---- the end

  private void over(Side side, CloseRecord record) {
    side.over = true;
    service.ended(side.name, record);
    switch (state) {
      case NEW -> {
        return; // gone before it was told; there is nothing to undo
      }
      case CONNECTING -> {
        if (side == target) {
          connectFailed(record);
        } else {
          state = State.ENDING;
          tour.givenUp(loop().nowNanos());
          target.cut();
        }
      }
      case JOINED -> {
        state = State.ENDING;
        reason = side == client ? "the client broke off" : "the target broke off";
        side.other.windUp();
      }
      case ENDING -> resetWhoIsDrained();
    }
    if (client.over && target.over) {
      loop().cancel(alarm);
      service.pairIsGone();
    }
  }

  /**
   * Ends both, whatever they are doing. They have as long as a close has to hand over what they are
   * owed; that has to be less than the server's shutdown allows, whose cut looks like a clean end.
   */
  private void giveUp(String why) {
    if (state == State.CONNECTING) {
      client.connection.abort(why); // nothing was taken from it; its end ends the connect, too
    } else if (state == State.JOINED) {
      state = State.ENDING;
      gaveUp = true;
      reason = why;
      loop().cancel(alarm);
      if (drainNanos > 0) {
        loop().schedule(alarm, drainNanos);
      }
      client.windUp();
      target.windUp();
    }
  }

  /**
   * Each waits for the other's queue, too: the server's shutdown waits for the client alone, and
   * what the target is owed must not be lost with the loop.
   */
  private void resetWhoIsDrained() {
    client.resetIfDrained();
    target.resetIfDrained();
  }

  /** The one timer of a pair. It is not moved by traffic: when it fires it asks for the rest. */
  private final class Alarm extends Timer {
    @Override
    protected void onTimer() {
      long left = idleNanos - Math.min(client.idleNanos(), target.idleNanos());
      if (state == State.ENDING && (gaveUp || left <= 0)) {
        client.cut();
        target.cut();
      } else if (left <= 0) {
        giveUp("idle: neither side has moved");
      } else {
        loop().schedule(this, left);
      }
    }
  }

  /** The handler of one connection; it writes to the other. */
  private final class Side implements ConnectionHandler {
    private final String name;
    private Side other;
    private Connection connection;

    /** Its FIN has come, and was passed on. */
    private boolean inputEnded;

    /** The other's FIN was passed on to it. */
    private boolean outputEnded;

    /** The pair is ending, and the kernel has taken all that this side is owed. */
    private boolean drained;

    private boolean over;

    /** What this side waits for while it is paused: the other one has been given all of it. */
    private final WriteCompletion roomAgain = (c, handed) -> resume();

    private final WriteCompletion allTaken =
        (c, handed) -> {
          drained = true;
          resetWhoIsDrained();
        };

    Side(String name) {
      this.name = name;
    }

    @Override
    public void onOpen(Connection c) {
      connection = c;
      if (this == client) {
        accepted();
      } else {
        joined();
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      Connection to = other.connection;
      WriteResult result;
      if (to.queuedBytes() + data.remaining() <= highWaterBytes) {
        result = to.write(data);
      } else {
        c.pauseReading();
        result = to.write(data, roomAgain);
      }
      if (result == WriteResult.FULL) {
        // The loop's memory is short; onWritable of the other side follows. The bytes stay here.
        c.pauseReading();
      } else if (result != WriteResult.ACCEPTED) {
        // It is over, which we'll be told in this same turn; nobody wants the bytes any more.
        data.position(data.limit());
        c.pauseReading();
      }
    }

    @Override
    public void onWritable(Connection c) {
      other.resume();
    }

    private void resume() {
      if (state == State.JOINED) {
        connection.resumeReading();
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      inputEnded = true;
      other.outputEnded = true;
      other.connection.shutdownOutput();
    }

    @Override
    public void onShutdown(Connection c) {
      giveUp("shutdown");
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      over(this, record);
    }

    /** The other one is over, or is to be: hands over what is queued, then ends this one. */
    void windUp() {
      if (over) {
        return;
      }
      if (outputEnded) {
        // All that the other side sent is on its way, with the FIN behind it. Where this side's
        // FIN has come as well the connection ends by itself.
        if (!inputEnded) {
          connection.close();
        }
        return;
      }
      connection.pauseReading();
      if (connection.write(NOTHING, allTaken) != WriteResult.ACCEPTED) {
        cut();
      }
    }

    void resetIfDrained() {
      if (drained && (other.over || other.drained)) {
        cut();
      }
    }

    void cut() {
      if (!over) {
        connection.abort(reason);
      }
    }

    long idleNanos() {
      return over ? Long.MAX_VALUE : connection.idleNanos();
    }
  }
}
