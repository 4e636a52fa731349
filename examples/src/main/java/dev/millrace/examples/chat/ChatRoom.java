package dev.millrace.examples.chat;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.WriteResult;
import dev.millrace.timer.Timer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 *     .timeouts(settings.timeouts(Timeouts.defaults()))
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

  /** What all together may be behind: those who are in, and those who are closing. */
  private final long roomBytes;

  /** Who is closing and had not taken all when he was seen last; the oldest is the first. */
  private final Set<Connection> closing = new LinkedHashSet<>();

  /** What those had queued then; more than they have now, at the most. */
  private long closingBytes;

  /** Who has still to get the message, since the loop's memory is short; then nobody may talk. */
  private final ArrayDeque<Member> unserved = new ArrayDeque<>();

  /** Who wanted to talk meanwhile. */
  private final List<Member> waiting = new ArrayList<>();

  private final Timer retry =
      new Timer() {
        @Override
        protected void onTimer() {
          serveRest();
        }
      };

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
    this(settings, ended, ChatSettings.ROOM_BYTES);
  }

  ChatRoom(ChatSettings settings, Consumer<CloseRecord> ended, long roomBytes) {
    this.settings = settings;
    this.ended = ended;
    this.roomBytes = roomBytes;
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

  void ended(Connection connection, CloseRecord record) {
    closing.remove(connection);
    ended.accept(record);
  }

  /** Everybody is told, once, in the order of all messages; each member then closes for himself. */
  void shutDown() {
    if (!shuttingDown) {
      dropUnserved();
      toAll(SHUTTING_DOWN);
      dropUnserved();
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
    if (isHeldUp()) {
      tellMeanwhile(to, text);
      return;
    }
    encode(text);
    countClosing();
    give(to);
    holdUpIfUnserved();
    tellDepartures();
  }

  /**
   * While a message is held up nobody is read, so this is a welcome or a last word. It is written
   * past that message, if there is room for it, and to nobody who has still to get that one.
   */
  private void tellMeanwhile(Member to, String text) {
    ByteBuffer line = StandardCharsets.UTF_8.encode(text + "\n");
    if (unserved.contains(to) || to.connection().write(line) == WriteResult.FULL) {
      to.connection().close("memory is short, not told: " + text);
    }
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
    countClosing();
    for (Member member : members) {
      if (member != except && member.state() == Member.State.IN) {
        give(member);
      }
    }
    holdUpIfUnserved();
  }

  /**
   * Each departure is a round of its own, in which more may be found too slow. While a message is
   * held up they wait.
   */
  private void tellDepartures() {
    while (!departures.isEmpty() && !isHeldUp()) {
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
      unserved.add(to); // the loop's memory is short, by what others on it have not read
    }
    // CLOSED is no news: onClosed follows, and tells who left and why.
  }

  /** Whoever is up to date may have the next message, whatever his share is. */
  private boolean hasRoom(long queuedBytes) {
    return queuedBytes == 0 || queuedBytes + message.remaining() <= allowedBytes();
  }

  /**
   * How far each may be behind: less where many could be, and where those who were cut still hold
   * what they did not read.
   */
  private long allowedBytes() {
    int here = members.size() - departures.size();
    long share = Math.max(0, roomBytes - closingBytes) / Math.max(1, here);
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
    connection.close("did not read, " + behind + " bytes behind");
    log.debug("too slow, closed with its backlog: {} queued={}", connection, behind);
    depart(slow, "was cut off: too slow, " + behind + " bytes behind");
    closes(connection);
  }

  private void depart(Member member, String reason) {
    if (member.state() == Member.State.IN) {
      departures.add(new Departure(member, reason));
    }
    member.out();
  }

  // ---- who is closing

  /**
   * Has a connection that was closed counted until it has taken all. A close delivers, so its
   * backlog stays in memory until the peer reads or the time-out for draining is over; waves of
   * slow ones, each cut and forgotten, would fill the loop. All who are closing may hold half of
   * what the room may: beyond it the oldest is aborted, who had the most time to read. The newest
   * is not, so that there is always one who can be told why.
   */
  void closes(Connection connection) {
    long queued = connection.queuedBytes();
    if (queued == 0 || shuttingDown) {
      return; // at a shutdown no more is said, so nobody needs the memory
    }
    closing.add(connection);
    closingBytes += queued;
    if (closingBytes > roomBytes / 2) {
      countClosing();
    }
    abortOldest(roomBytes / 2, 1);
  }

  /** Once for each message: they may have read meanwhile. */
  private void countClosing() {
    closingBytes = 0;
    Iterator<Connection> all = closing.iterator();
    while (all.hasNext()) {
      long queued = all.next().queuedBytes();
      if (queued == 0) {
        all.remove();
      }
      closingBytes += queued;
    }
  }

  private void abortOldest(long mostBytes, int fewest) {
    Iterator<Connection> oldest = closing.iterator();
    while (closingBytes > mostBytes && closing.size() > fewest) {
      Connection connection = oldest.next();
      oldest.remove();
      long queued = connection.queuedBytes();
      closingBytes -= queued;
      connection.abort("closed, and took too long to read its last " + queued + " bytes");
    }
  }

  // ---- when the loop's memory is short

  /**
   * Whether a message has not reached all for want of memory. Nobody is read until it has, else
   * those who wait for it would miss it, or hear it in another order.
   */
  boolean isHeldUp() {
    return !unserved.isEmpty();
  }

  /** Has one who was paused read again when the message has reached all. */
  void resumeLater(Member member) {
    waiting.add(member);
  }

  private void holdUpIfUnserved() {
    if (isHeldUp()) {
      makeRoom();
      // The memory of who is aborted comes back at the end of the turn.
      EventLoop loop = unserved.peek().connection().loop();
      loop.schedule(retry, 0);
    }
  }

  /**
   * Aborts those who hold memory because they do not read, and never one who is up to date: first
   * the oldest of those who are closing, until an eighth of the room's share is free; if nobody is,
   * who is furthest behind. If nobody here is behind, others on this loop hold the memory, and the
   * core cuts who does not move ({@code LoopOptions.budgetStallTimeout}).
   */
  private void makeRoom() {
    countClosing();
    if (!closing.isEmpty()) {
      abortOldest(Math.max(0, closingBytes - roomBytes / 8), 0);
      return;
    }
    Member last = null;
    long most = 0;
    for (Member member : members) {
      long behind = member.state() == Member.State.IN ? member.connection().flush() : 0;
      if (behind > most) {
        most = behind;
        last = member;
      }
    }
    if (last != null) {
      last.connection().abort("memory is short, and it was furthest behind: " + most + " bytes");
      log.debug("memory is short, aborted: {} queued={}", last.connection(), most);
      depart(last, "was cut off: memory is short, " + most + " bytes behind");
    }
  }

  private void serveRest() {
    countClosing();
    for (int n = unserved.size(); n > 0; n--) {
      Member member = unserved.remove();
      if (member.state() != Member.State.OUT) {
        give(member);
      }
    }
    holdUpIfUnserved();
    tellDepartures();
    if (!isHeldUp()) {
      waiting.forEach(Member::resume);
      waiting.clear();
    }
  }

  /**
   * At a shutdown nobody waits. Who has not got the message gets no later one either: what he has
   * is without a gap, and the record says that it is not all.
   */
  private void dropUnserved() {
    for (Member member : unserved) {
      member.connection().loop().cancel(retry);
      member.connection().close("memory was short at the shutdown: the last lines are missing");
      member.out();
    }
    unserved.clear();
  }
}
