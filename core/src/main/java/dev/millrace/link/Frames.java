package dev.millrace.link;

import dev.millrace.frame.FrameCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * The seven frames, and what is in those that have a payload; the package's documentation draws
 * them. All numbers are big endian.
 */
final class Frames {
  static final int HELLO = 1;
  static final int WELCOME = 2;
  static final int MESSAGE = 3;
  static final int ACK = 4;
  static final int PING = 5;
  static final int PONG = 6;
  static final int BYE = 7;

  /** Of what is said in these frames; what a frame looks like has a version of its own. */
  static final byte VERSION = 1;

  private static final int HELLO_BYTES = 1 + 6 * 8 + 2 * 4;
  private static final int WELCOME_BYTES = 2 * 8 + 1;
  private static final int BYE_BYTES = 1 + 4;

  /** Shorter ones are a load; a network and a loop need as long for an answer on a bad day. */
  static final int MIN_HEARTBEAT_MILLIS = 10;

  /** An hour: it also bounds how long a receiver keeps a connection that says nothing. */
  static final int MAX_HEARTBEAT_MILLIS = 3_600_000;

  /** The longest payload but for a message's. */
  static final int MAX_OTHER_BYTES = HELLO_BYTES;

  /** By their numbers in a welcome. */
  private static final List<SessionStart> STARTS =
      List.of(SessionStart.NEW, SessionStart.RESUMED, SessionStart.LOST);

  /** By their numbers in a bye. */
  private static final List<Refusal> REFUSALS =
      List.of(Refusal.FULL, Refusal.TOO_LARGE, Refusal.VERSION);

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private Frames() {}

  /**
   * The greeting of who connects.
   *
   * @param session whose connection this is
   * @param epoch of the peer, as it said last; 0 if it never did
   * @param incarnation of the session there, as the peer said last; 0 if it never did
   * @param connection which of the session's connections: a later one has a higher number
   * @param acknowledged the highest id that the peer has acknowledged
   * @param sent the highest id that any connection was given
   * @param maxMessageBytes the longest payload that may come
   * @param heartbeatMillis how long this side says nothing at the most
   */
  record Hello(
      UUID session,
      long epoch,
      long incarnation,
      long connection,
      long acknowledged,
      long sent,
      int maxMessageBytes,
      int heartbeatMillis) {}

  /**
   * The answer.
   *
   * @param delivered the highest id that the receiver has taken
   * @param epoch the receiver's
   * @param incarnation of the session there: another one each time that it is made anew
   * @param start what became of the session
   */
  record Welcome(long delivered, long epoch, long incarnation, SessionStart start) {}

  /** Why a receiver sends one away. */
  enum Refusal {
    /** Its place for sessions is used up by those who are connected. */
    FULL,
    /** It takes no messages as long as may come. */
    TOO_LARGE,
    /** It speaks another version. */
    VERSION
  }

  /** A frame without a payload. */
  static ByteBuffer plain(FrameCodec codec, int type, long id) {
    return frame(codec, type, id, NOTHING.duplicate());
  }

  static ByteBuffer hello(FrameCodec codec, Hello hello) {
    ByteBuffer payload = ByteBuffer.allocate(HELLO_BYTES);
    payload.put(VERSION);
    payload.putLong(hello.session.getMostSignificantBits());
    payload.putLong(hello.session.getLeastSignificantBits());
    payload.putLong(hello.epoch).putLong(hello.incarnation);
    payload.putLong(hello.connection).putLong(hello.sent);
    payload.putInt(hello.maxMessageBytes).putInt(hello.heartbeatMillis);
    return frame(codec, HELLO, hello.acknowledged, payload.flip());
  }

  static ByteBuffer welcome(FrameCodec codec, Welcome welcome) {
    ByteBuffer payload = ByteBuffer.allocate(WELCOME_BYTES);
    payload
        .putLong(welcome.epoch)
        .putLong(welcome.incarnation)
        .put((byte) STARTS.indexOf(welcome.start));
    return frame(codec, WELCOME, welcome.delivered, payload.flip());
  }

  static ByteBuffer bye(FrameCodec codec, Refusal refusal, int maxMessageBytes) {
    ByteBuffer payload = ByteBuffer.allocate(BYE_BYTES);
    payload.put((byte) REFUSALS.indexOf(refusal)).putInt(maxMessageBytes);
    return frame(codec, BYE, 0, payload.flip());
  }

  private static ByteBuffer frame(FrameCodec codec, int type, long id, ByteBuffer payload) {
    ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(payload.remaining()));
    codec.write(frame, type, id, payload);
    return frame.flip();
  }

  /** Whether a greeting is of our version: all that is known of one that is not. */
  static boolean isOurVersion(ByteBuffer payload) {
    return payload.hasRemaining() && payload.get(payload.position()) == VERSION;
  }

  /** What a greeting of our version says; null if it can't be one. */
  static Hello readHello(long id, ByteBuffer payload) {
    if (payload.remaining() != HELLO_BYTES) {
      return null;
    }
    int at = payload.position() + 1;
    UUID session = new UUID(payload.getLong(at), payload.getLong(at + 8));
    Hello hello =
        new Hello(
            session,
            payload.getLong(at + 16),
            payload.getLong(at + 24),
            payload.getLong(at + 32),
            id,
            payload.getLong(at + 40),
            payload.getInt(at + 48),
            payload.getInt(at + 52));
    boolean isOne =
        hello.connection > 0
            && id >= 0
            && hello.sent >= id
            && hello.maxMessageBytes >= 0
            && hello.heartbeatMillis >= MIN_HEARTBEAT_MILLIS
            && hello.heartbeatMillis <= MAX_HEARTBEAT_MILLIS
            && (hello.epoch != 0 || hello.sent == 0); // nothing is sent before the first welcome
    return isOne ? hello : null;
  }

  /** What a welcome says; null if it can't be one. */
  static Welcome readWelcome(long id, ByteBuffer payload) {
    if (payload.remaining() != WELCOME_BYTES) {
      return null;
    }
    int at = payload.position();
    long epoch = payload.getLong(at);
    long incarnation = payload.getLong(at + 8);
    int start = payload.get(at + 16);
    boolean isOne = id >= 0 && epoch != 0 && start >= 0 && start < STARTS.size();
    return isOne ? new Welcome(id, epoch, incarnation, STARTS.get(start)) : null;
  }

  /** Why one was sent away; null if that can't be it. */
  static Refusal readBye(ByteBuffer payload) {
    if (payload.remaining() != BYE_BYTES) {
      return null;
    }
    int refusal = payload.get(payload.position());
    return refusal >= 0 && refusal < REFUSALS.size() ? REFUSALS.get(refusal) : null;
  }

  /** What a receiver takes that sent one away: the longest payload, in bytes. */
  static int limitInBye(ByteBuffer payload) {
    return payload.getInt(payload.position() + 1);
  }
}
