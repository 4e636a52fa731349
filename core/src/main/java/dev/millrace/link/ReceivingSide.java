package dev.millrace.link;

import dev.millrace.frame.FrameCodec;
import dev.millrace.frame.FrameResult;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * What the receiver says and understands on one connection: bytes in, frames out.
 *
 * <pre>
 *   STRANGER ──HELLO──▶ KNOWN ──BYE──▶ OVER
 *      │                  │              ▲
 *      └───refused, or replaced by a later connection
 * </pre>
 */
final class ReceivingSide {
  /** The connection, as far as this needs one. */
  interface Wire {
    /** Writes a frame; false if there is no room now, and {@link #acknowledge} is called again. */
    boolean write(ByteBuffer frame);

    /** Stops and goes on with what comes. */
    void paused(boolean isPaused);

    /** The greeting has come: the other side says nothing for so long at the most. */
    void greeted(int heartbeatMillis, boolean isPaused);

    /** Drops all of it. */
    void cut(String why);

    /** Delivers what was written, and ends. */
    void close(String why);

    SocketAddress remoteAddress();
  }

  private enum Phase {
    STRANGER,
    KNOWN,
    OVER
  }

  private final SessionTable table;
  private final LinkReceiver receiver;
  private final long epoch;
  private final int maxMessageBytes;
  private final Wire wire;
  private final FrameCodec codec;

  private Phase phase = Phase.STRANGER;
  private LinkSession session;

  /** Something came that is to be acknowledged, even if it is nothing new. */
  private boolean owesAck;

  ReceivingSide(
      SessionTable table, LinkReceiver receiver, long epoch, int maxMessageBytes, Wire wire) {
    this.table = table;
    this.receiver = receiver;
    this.epoch = epoch;
    this.maxMessageBytes = maxMessageBytes;
    this.wire = wire;
    this.codec = new FrameCodec(Math.max(maxMessageBytes, Frames.MAX_OTHER_BYTES));
  }

  Wire wire() {
    return wire;
  }

  boolean isStranger() {
    return phase == Phase.STRANGER;
  }

  /**
   * Takes what came.
   *
   * @param data taken up to the last whole frame, or to where the session was paused
   * @return null, or why the connection has to end
   */
  String read(ByteBuffer data) {
    String wrong = null;
    while (wrong == null && phase != Phase.OVER && !isPaused() && data.hasRemaining()) {
      FrameResult result = codec.read(data);
      if (result == FrameResult.INCOMPLETE) {
        break;
      }
      wrong =
          result == FrameResult.FRAME
              ? frame(codec.type(), codec.id(), codec.payload())
              : "a frame is " + result;
    }
    if (wrong == null) {
      acknowledge();
    }
    return wrong;
  }

  private boolean isPaused() {
    return session != null && session.isPaused();
  }

  private String frame(int type, long id, ByteBuffer payload) {
    if (phase == Phase.STRANGER) {
      return type == Frames.HELLO
          ? hello(id, payload)
          : "a frame of type " + type + " before the greeting";
    }
    return switch (type) {
      case Frames.MESSAGE -> message(id, payload);
      case Frames.PING -> wire.write(Frames.plain(codec, Frames.PONG, id)) ? null : NO_ROOM;
      case Frames.BYE -> bye(id);
      default -> "a frame of type " + type + " is out of place";
    };
  }

  /** Some bytes that find no room behind what else is queued: the loop's memory is used up. */
  private static final String NO_ROOM = "no room for an answer";

  private String message(long id, ByteBuffer payload) {
    long expected = session.delivered() + 1;
    if (id > expected) {
      return "message " + id + " comes where " + expected + " is next";
    }
    owesAck = true;
    if (id < expected) {
      return null; // taken before: believed is our own count, and it is told again
    }
    receiver.onMessage(session, id, payload);
    if (phase == Phase.KNOWN) { // else it was forgotten in there, with all that was taken
      session.delivered(id);
    }
    return null;
  }

  private String bye(long id) {
    if (id != session.delivered()) {
      return "a bye at " + id + " where " + session.delivered() + " is delivered";
    }
    phase = Phase.OVER;
    wire.close("bye");
    table.remove(session, SessionEnd.BYE);
    return null;
  }

  /** Tells the link how far it is; once for all that came together. */
  void acknowledge() {
    if (phase == Phase.KNOWN && owesAck) {
      owesAck = !wire.write(Frames.plain(codec, Frames.ACK, session.delivered()));
    }
  }

  /** A sign of life that was not asked for, where pings are not read. */
  void beat() {
    if (phase == Phase.KNOWN) {
      wire.write(Frames.plain(codec, Frames.PONG, 0)); // no room: then something is under way to it
    }
  }

  // ---- the greeting

  private String hello(long acknowledgedId, ByteBuffer payload) {
    if (table.isClosed()) {
      return "the receiver is closed";
    }
    if (!Frames.isOurVersion(payload)) {
      return refuse(Frames.Refusal.VERSION);
    }
    Frames.Hello hello = Frames.readHello(acknowledgedId, payload);
    if (hello == null) {
      return "a greeting that can't be read";
    }
    if (hello.maxMessageBytes() > maxMessageBytes) {
      return refuse(Frames.Refusal.TOO_LARGE);
    }
    LinkSession known = table.get(hello.session());
    if (known != null && hello.connection() <= known.connection) {
      return "a later connection of this session has come before";
    }
    SessionStart start = start(known, hello);
    if (start == null) {
      return "greets with acknowledged="
          + hello.acknowledged()
          + " sent="
          + hello.sent()
          + " where delivered="
          + known.delivered();
    }
    session = known != null ? known : table.add(hello.session());
    if (session == null) {
      return refuse(Frames.Refusal.FULL);
    }
    if (start == SessionStart.LOST) {
      session.takeOver(hello.acknowledged(), hello.sent());
    }
    replace(session.side);
    session.side = this;
    session.connection = hello.connection();
    table.together(session);
    phase = Phase.KNOWN;
    receiver.onSession(session, start);
    if (phase == Phase.OVER) {
      return null; // forgotten in there
    }
    wire.greeted(hello.heartbeatMillis(), session.isPaused());
    Frames.Welcome welcome =
        new Frames.Welcome(session.delivered(), epoch, session.incarnation, start);
    return wire.write(Frames.welcome(codec, welcome)) ? null : NO_ROOM;
  }

  /** How it goes on; null if the link says what can't be. */
  private SessionStart start(LinkSession known, Frames.Hello hello) {
    if (hello.epoch() == 0) {
      // Never welcomed, so nothing was sent, and nothing delivered.
      return known == null || known.delivered() == 0 ? SessionStart.NEW : null;
    }
    if (known == null || hello.epoch() != epoch || hello.incarnation() != known.incarnation) {
      // Forgotten, and the link may not have heard of it; or it was with another receiver since,
      // and what is known here is old.
      return SessionStart.LOST;
    }
    boolean isPossible =
        hello.acknowledged() <= known.delivered() && known.delivered() <= hello.sent();
    return isPossible ? SessionStart.RESUMED : null;
  }

  private static void replace(ReceivingSide old) {
    if (old != null) {
      old.phase = Phase.OVER; // whatever of it is still to come is not believed
      old.wire.cut("replaced by a later connection of the same session");
    }
  }

  private String refuse(Frames.Refusal why) {
    phase = Phase.OVER;
    wire.write(Frames.bye(codec, why, maxMessageBytes));
    wire.close("refused: " + why);
    return null;
  }

  // ---- the end

  /** The session is forgotten while it has this connection. */
  void forgotten() {
    if (phase != Phase.OVER) {
      phase = Phase.OVER;
      wire.cut("the session is forgotten");
    }
  }

  /** The connection is over. */
  void closed(long nowNanos) {
    phase = Phase.OVER;
    if (session != null && session.side == this) {
      table.apart(session, nowNanos);
    }
  }
}
