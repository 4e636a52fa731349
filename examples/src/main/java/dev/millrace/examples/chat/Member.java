package dev.millrace.examples.chat;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EndedBy;
import dev.millrace.failure.FailureKind;
import dev.millrace.timer.Timer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.Duration;

/** One connection's handler: what it sends, line by line, is said, done or answered. */
final class Member implements ConnectionHandler {
  /**
   * Where somebody is.
   *
   * <pre>
   *   ASKED ──a name──▶ IN ──/quit, FIN, too slow, a failure──▶ OUT
   *   ASKED ──/quit, FIN, no name in time, a failure──▶ OUT
   * </pre>
   */
  enum State {
    /** Was asked for a name; hears nothing. */
    ASKED,
    /** Hears and is heard. */
    IN,
    /** Gone, or going: what was written before is being delivered, and nothing follows. */
    OUT
  }

  private static final String HELP =
      """
      * Each line is said to all others, but for empty ones and commands:
      *   /nick NAME  changes your name
      *   /who        says who is here
      *   /quit       leaves
      *   /help       prints this
      """;

  private final ChatRoom room;
  private final LineParser parser;
  private Connection connection;
  private Pace pace;
  private State state = State.ASKED;
  private Nickname name;

  /** Reads on when one who talked too fast has waited. */
  private final Timer waited =
      new Timer() {
        @Override
        protected void onTimer() {
          connection.resumeReading();
        }
      };

  Member(ChatRoom room) {
    this.room = room;
    this.parser = new LineParser(room.settings().maxLineBytes());
  }

  State state() {
    return state;
  }

  Connection connection() {
    return connection;
  }

  Nickname name() {
    return name;
  }

  @Override
  public void onOpen(Connection connection) {
    this.connection = connection;
    pace =
        new Pace(
            room.settings().paceBytes(), ChatSettings.BURST_BYTES, connection.loop().nowNanos());
    connection.deadline(room.settings().nameTimeout());
    room.tell(this, "* Welcome. Your name, please? (/help lists the commands)");
  }

  /**
   * Takes one line. The core offers the rest again at once, but not while the answers pile up: an
   * answer may be a hundred times as long as its question, and a loop in here would write all of
   * them.
   */
  @Override
  public void onData(Connection connection, ByteBuffer data) {
    long now = connection.loop().nowNanos();
    long wait = pace.waitNanos(now);
    if (wait > 0) {
      connection.pauseReading(); // the core keeps what is there, TCP stops the sender
      connection.loop().schedule(waited, wait);
      return;
    }
    if (room.isHeldUp()) {
      connection.pauseReading();
      room.resumeLater(this);
      return;
    }
    LineParser.Found found = parser.next(data);
    if (found == LineParser.Found.NOTHING) {
      return; // an incomplete line the core keeps, too
    }
    pace.spend(parser.length() + ChatSettings.LINE_OVERHEAD_BYTES, now);
    switch (found) {
      case NOT_UTF8 -> room.tell(this, "* Not sent: this was not UTF-8.");
      case TOO_LONG ->
          room.tell(
              this, "* Not sent: a line has at most " + room.settings().maxLineBytes() + " bytes.");
      default -> line(data);
    }
  }

  private void line(ByteBuffer data) {
    CharBuffer text = parser.text();
    int control = controlIn(text);
    if (control >= 0) {
      room.tell(this, "* Not sent: it has the control character U+%04X.".formatted(control));
    } else if (text.length() > 0 && text.charAt(0) == '/') {
      command(text.toString());
    } else if (!isBlank(text) && state == State.ASKED) {
      rename(text.toString().strip());
    } else if (text.length() > 0 && state == State.IN) {
      room.say(this, data, parser.start(), parser.length());
    }
  }

  /**
   * The first character that a terminal would obey, or take for the end of a line (U+2028, U+2029);
   * -1 if there is none. The tab is allowed.
   */
  private static int controlIn(CharBuffer text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((Character.isISOControl(c) && c != '\t') || c == '\u2028' || c == '\u2029') {
        return c;
      }
    }
    return -1;
  }

  private static boolean isBlank(CharBuffer text) {
    return text.chars().allMatch(Character::isWhitespace);
  }

  private void command(String line) {
    String[] words = line.strip().split("\\s+", 2);
    String argument = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "/nick" -> rename(argument);
      case "/who" -> room.tell(this, room.who());
      case "/quit" -> quit();
      case "/help" -> room.tell(this, HELP.stripTrailing());
      default -> room.tell(this, "* No such command; /help lists them.");
    }
  }

  private void rename(String text) {
    String fault = Nickname.faultOf(text);
    if (fault != null) {
      room.tell(this, "* No: " + fault + ".");
      return;
    }
    Nickname wanted = Nickname.of(text);
    if (!room.isFree(wanted, this)) {
      room.tell(this, "* No: somebody has the name " + wanted + ".");
    } else if (state == State.ASKED) {
      name = wanted;
      state = State.IN;
      connection.deadline(Duration.ZERO);
      room.join(this);
    } else {
      Nickname old = name;
      name = wanted;
      room.renamed(this, old);
    }
  }

  private void quit() {
    room.tell(this, "* Bye.");
    leave("left");
    close();
  }

  private void close() {
    connection.close();
    room.closes(connection);
  }

  /** Reads on when a message that was held up has reached all. */
  void resume() {
    if (state != State.OUT) {
      connection.resumeReading();
    }
  }

  /** Out, and the others are told why; nothing if it was told before. */
  private void leave(String reason) {
    State before = state;
    out();
    if (before == State.IN) {
      room.left(this, reason);
    }
  }

  /** Out, and it is for the room to tell the others. */
  void out() {
    state = State.OUT;
    connection.loop().cancel(waited);
  }

  @Override
  public void onInputEnd(Connection connection, int unconsumed) {
    if (unconsumed > 0) {
      room.tell(this, "* Not sent: the last line had no end.");
    }
    leave("left");
    close();
  }

  /** The core closes after this, and delivers the line. */
  @Override
  public void onDeadline(Connection connection) {
    room.tell(this, "* No name in time.");
  }

  @Override
  public void onShutdown(Connection connection) {
    room.shutDown();
    if (state == State.ASKED) {
      room.tell(this, ChatRoom.SHUTTING_DOWN);
    }
    out();
    connection.close();
  }

  @Override
  public void onClosed(Connection connection, CloseRecord record) {
    this.connection = connection; // a callback may have failed before onOpen was through
    leave(reasonOf(record));
    room.ended(connection, record);
  }

  private static String reasonOf(CloseRecord record) {
    if (record.kind() == FailureKind.NONE) {
      return "left";
    }
    String whose = record.endedBy() == EndedBy.TIMER ? "timed out" : "lost the connection";
    return whose + ": " + record.kind().symbol();
  }
}
