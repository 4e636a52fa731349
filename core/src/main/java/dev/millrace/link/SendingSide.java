package dev.millrace.link;

import dev.millrace.frame.FrameCodec;
import dev.millrace.frame.FrameResult;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What the link says and understands: bytes in, frames out, no connection and no clock. One for the
 * life of a link; {@link #hello} begins a connection.
 *
 * <pre>
 *   APART ──hello──▶ GREETED ──WELCOME──▶ WELCOMED
 *     ▲                  │                    │
 *     └──────apart───────┴────────────────────┘
 * </pre>
 */
final class SendingSide {
  /** What a connection of the session has come to. */
  enum Phase {
    APART,
    GREETED,
    WELCOMED
  }

  /** Told of what came in, during {@link #read}. */
  interface Told {
    /** The session goes on; {@code loss} is null unless the receiver did not know it. */
    void welcomed(SessionLoss loss);

    /** Some messages more are acknowledged. */
    void acknowledged();

    /** The answer to a ping; of number 0 it is a sign of life that was not asked for. */
    void ponged(long number);

    /** The receiver does not want us. */
    void refused(Frames.Refusal why, int maxMessageBytes);
  }

  private final UUID session;
  private final Outbox outbox;
  private final int maxMessageBytes;
  private final int heartbeatMillis;
  private final Told told;

  /** For both directions: what comes in is no longer than what a welcome or a bye has. */
  private final FrameCodec codec = new FrameCodec(Frames.MAX_OTHER_BYTES);

  private Phase phase = Phase.APART;
  private long epoch;
  private long incarnation;
  private long connection;

  SendingSide(UUID session, Outbox outbox, int maxMessageBytes, int heartbeatMillis, Told told) {
    this.session = session;
    this.outbox = outbox;
    this.maxMessageBytes = maxMessageBytes;
    this.heartbeatMillis = heartbeatMillis;
    this.told = told;
  }

  /** Begins a connection: its first frame. */
  ByteBuffer hello() {
    codec.reset();
    phase = Phase.GREETED;
    connection++;
    return Frames.hello(
        codec,
        new Frames.Hello(
            session,
            epoch,
            incarnation,
            connection,
            outbox.acknowledged(),
            outbox.sent(),
            maxMessageBytes,
            heartbeatMillis));
  }

  ByteBuffer ping(long number) {
    return Frames.plain(codec, Frames.PING, number);
  }

  /** The last frame, when all is acknowledged: the receiver may forget the session. */
  ByteBuffer bye() {
    return Frames.plain(codec, Frames.BYE, outbox.acknowledged());
  }

  /** The connection is over. */
  void apart() {
    phase = Phase.APART;
  }

  boolean isWelcomed() {
    return phase == Phase.WELCOMED;
  }

  /**
   * Takes what came.
   *
   * @param data taken up to the last whole frame; not at all any more once the connection is over
   * @return null, or why the connection has to end
   */
  String read(ByteBuffer data) {
    while (phase != Phase.APART && data.hasRemaining()) {
      FrameResult result = codec.read(data);
      if (result == FrameResult.INCOMPLETE) {
        return null;
      }
      if (result != FrameResult.FRAME) {
        return "a frame is " + result;
      }
      String wrong = frame(codec.type(), codec.id(), codec.payload());
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private String frame(int type, long id, ByteBuffer payload) {
    if (type == Frames.BYE) {
      return bye(payload);
    }
    if (phase == Phase.GREETED) {
      return type == Frames.WELCOME
          ? welcome(id, payload)
          : "a frame of type " + type + " before the welcome";
    }
    return switch (type) {
      case Frames.ACK -> ack(id);
      case Frames.PONG -> {
        told.ponged(id);
        yield null;
      }
      default -> "a frame of type " + type + " is out of place";
    };
  }

  private String bye(ByteBuffer payload) {
    Frames.Refusal refusal = Frames.readBye(payload);
    if (refusal == null) {
      return "a bye that can't be read";
    }
    told.refused(refusal, Frames.limitInBye(payload));
    return null;
  }

  private String welcome(long delivered, ByteBuffer payload) {
    Frames.Welcome welcome = Frames.readWelcome(delivered, payload);
    if (welcome == null) {
      return "a welcome that can't be read";
    }
    // Each start has one shape; whatever else it says, it is not about this session.
    boolean fits =
        switch (welcome.start()) {
          case NEW -> epoch == 0 && delivered == 0;
          case RESUMED ->
              epoch == welcome.epoch()
                  && incarnation == welcome.incarnation()
                  && delivered >= outbox.acknowledged()
                  && delivered <= outbox.sent();
          case LOST -> epoch != 0 && delivered == outbox.acknowledged();
        };
    if (!fits) {
      return "a welcome to " + welcome.start() + " at " + delivered + " does not fit";
    }
    SessionLoss loss =
        welcome.start() != SessionStart.LOST
            ? null
            : new SessionLoss(
                welcome.epoch() == epoch ? SessionLoss.Why.EVICTED : SessionLoss.Why.RESTARTED,
                outbox.acknowledged() + 1,
                outbox.sent());
    phase = Phase.WELCOMED;
    epoch = welcome.epoch();
    incarnation = welcome.incarnation();
    boolean isNews = delivered > outbox.acknowledged();
    outbox.acknowledge(delivered);
    outbox.continueAfter(delivered);
    told.welcomed(loss);
    if (isNews) {
      told.acknowledged();
    }
    return null;
  }

  private String ack(long id) {
    if (id < outbox.acknowledged() || id > outbox.written()) {
      return "an acknowledgement of " + id + " is out of place";
    }
    if (id > outbox.acknowledged()) {
      outbox.acknowledge(id);
      told.acknowledged();
    }
    return null;
  }
}
