package dev.millrace.examples.chat;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room: who is in it, and the one place where messages are given to all. It is what a server is
 * given as its handler; one for each loop.
 *
 * <pre>{@code
 * ChatSettings settings = ChatSettings.defaults();
 * Server.builder()
 *     .listen("127.0.0.1", 7200)
 *     .limits(settings.limits())
 *     .socketSettings(settings.socketSettings())
 *     .handler(new ChatRoom(settings))
 *     .start();
 * }</pre>
 *
 * <p>Thread rule: the loop's, from the first connection on.
 */
public final class ChatRoom implements Supplier<ConnectionHandler> {
  static final String SHUTTING_DOWN = "* The server is shutting down.";

  /** Most bytes of the answer to {@code /who}: three screens; it may be asked for by a flood. */
  private static final int WHO_BYTES = 4 << 10;

  /** Beside the text of a message: {@code <}, a name, {@code > }, LF. */
  private static final int FRAME_BYTES = Nickname.MAX_BYTES + 8;

  private static final Logger log = LoggerFactory.getLogger(ChatRoom.class);

  /** One who left while a message went round, and why. */
  private record Departure(Member member, String reason) {}

  private final ChatSettings settings;
  private final Consumer<CloseRecord> ended;

  /** Everybody who is in, in the order of joining, which is the order of hearing. */
  private final List<Member> members = new ArrayList<>();

  private final Map<String, Member> names = new HashMap<>();

  /** Told when the round is over; until then they are among the members, and passed over. */
  private final ArrayDeque<Departure> departures = new ArrayDeque<>();

  /** The message that goes round. */
  private final ByteBuffer message;

  private boolean shuttingDown;

  /**
   * An empty room.
   *
   * @param settings its bounds
   */
  public ChatRoom(ChatSettings settings) {
    this(settings, record -> {});
  }

  /**
   * An empty room that passes on how its connections end.
   *
   * @param settings its bounds
   * @param ended called with each close record, on the loop's thread
   */
  public ChatRoom(ChatSettings settings, Consumer<CloseRecord> ended) {
    this.settings = settings;
    this.ended = ended;
    this.message =
        ByteBuffer.allocateDirect(Math.max(settings.maxLineBytes() + FRAME_BYTES, 2 * WHO_BYTES));
  }

  /** The handler of one more connection. */
  @Override
  public ConnectionHandler get() {
    return new Member(this);
  }

  ChatSettings settings() {
    return settings;
  }

  // ---- who is here

  boolean isFree(Nickname name, Member asking) {
    Member owner = names.get(name.key());
    return owner == null || owner == asking;
  }

  void join(Member member) {
    names.put(member.name().key(), member);
    members.add(member);
    toAll("* " + member.name() + " joined; " + members.size() + " here.");
  }

  void renamed(Member member, Nickname old) {
    names.remove(old.key());
    names.put(member.name().key(), member);
    toAll("* " + old + " is now " + member.name() + ".");
  }

  void left(Member member, String reason) {
    departures.add(new Departure(member, reason));
    tellDepartures();
  }

  String who() {
    if (members.isEmpty()) {
      return "* Nobody is here.";
    }
    StringBuilder line = new StringBuilder("* ").append(members.size()).append(" here:");
    int told = 0;
    // A name has at most as many chars as bytes, and at most three bytes a char.
    for (Member member : members) {
      if (3 * line.length() > WHO_BYTES) {
        return line.append(" and ").append(members.size() - told).append(" more.").toString();
      }
      line.append(told++ == 0 ? " " : ", ").append(member.name());
    }
    return line.append('.').toString();
  }

  void ended(CloseRecord record) {
    ended.accept(record);
  }

  /** Everybody is told, once, in the order of all messages; each member then closes for himself. */
  void shutDown() {
    if (!shuttingDown) {
      toAll(SHUTTING_DOWN);
      shuttingDown = true; // from now on it is no news that somebody leaves
    }
  }

  // ---- messages

  /** Says a line to all others: {@code <name> text}. */
  void say(Member from, ByteBuffer data, int start, int length) {
    message.clear().put((byte) '<').put(from.name().utf8()).put((byte) '>').put((byte) ' ');
    message.put(message.position(), data, start, length).position(message.position() + length);
    message.put((byte) '\n').flip();
    round(from);
    tellDepartures();
  }

  /** Writes to one alone: an answer. */
  void tell(Member to, String text) {
    encode(text);
    give(to);
    tellDepartures();
  }

  private void toAll(String text) {
    encode(text);
    round(null);
    tellDepartures();
  }

  private void encode(String text) {
    message.clear().put(text.getBytes(StandardCharsets.UTF_8)).put((byte) '\n').flip();
  }

  /**
   * Gives the message to everybody but one. Nobody is added or removed meanwhile: callbacks never
   * nest, so writing to another connection, or closing it, calls nothing of ours; and who turns out
   * to be too slow is only noted.
   */
  private void round(Member except) {
    for (Member member : members) {
      if (member != except && member.state() == Member.State.IN) {
        give(member);
      }
    }
  }

  /** Each departure is a round of its own, in which more may be found too slow. */
  private void tellDepartures() {
    while (!departures.isEmpty()) {
      Departure departure = departures.remove();
      names.remove(departure.member().name().key());
      members.remove(departure.member());
      if (!shuttingDown) {
        encode("* " + departure.member().name() + " " + departure.reason() + ".");
        round(null);
      }
    }
  }

  private void give(Member to) {
    Connection connection = to.connection();
    message.rewind();
    if (!hasRoom(connection.queuedBytes())) {
      // Nobody is slow for what was written to him in this very turn: first the kernel is asked.
      // What is queued then, it has refused.
      if (!hasRoom(connection.flush())) {
        cut(to);
        return;
      }
    }
    if (connection.write(message) == WriteResult.FULL) {
      cut(to); // the loop's memory is short, by what others on it have not read
    }
    // CLOSED is no news: onClosed follows, and tells who left and why.
  }

  /** Whoever is up to date may have the next message, whatever his share is. */
  private boolean hasRoom(long queuedBytes) {
    return queuedBytes == 0 || queuedBytes + message.remaining() <= allowedBytes();
  }

  /** How far each may be behind: less where many could be. */
  private long allowedBytes() {
    long share = ChatSettings.ROOM_BYTES / Math.max(1, members.size());
    return Math.min(settings.backlogBytes(), share);
  }

  /**
   * Ends one who is too slow. Between the backlog and the core's hard limit there is room for a
   * last line; it comes behind all that he has not read, if he reads it before the time-out for
   * draining.
   */
  private void cut(Member slow) {
    Connection connection = slow.connection();
    long behind = connection.queuedBytes();
    String why = "* You are cut off: you did not read, and are " + behind + " bytes behind.\n";
    connection.write(StandardCharsets.UTF_8.encode(why));
    connection.close();
    log.debug("too slow, closed with its backlog: {} queued={}", connection, behind);
    if (slow.state() == Member.State.IN) {
      departures.add(new Departure(slow, "was cut off: too slow, " + behind + " bytes behind"));
    }
    slow.out();
  }
}
