package dev.millrace.examples.showcase;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Clients of the echo server that do what they are told, so that there is something to look at when
 * nobody has a client at hand. They are Millrace's own, on a loop of their own: on the server's
 * their states would be counted together with those that are shown.
 *
 * <p>Thread rule: the guests' loop, but for {@link #close}.
 */
final class Guests implements AutoCloseable {
  /** Enough for a crowd in the diagram, and 100 descriptors on each side. */
  static final int MOST = 100;

  /** What one is told to send: a few packets. */
  static final int SEND_BYTES = 64 << 10;

  /**
   * What one sends that doesn't read: more than the kernel's buffers on the way (about 6 MiB on
   * loopback), so that the rest is seen in the echo's queue, where reading stops.
   */
  static final int FLOOD_BYTES = 16 << 20;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** What a guest may be told. */
  enum Deed {
    /** Come, and stay. */
    OPEN("came"),
    /** Send something; it comes back. */
    SEND("sent 64 KiB"),
    /** Don't take what comes back. */
    STOP("stopped reading"),
    /** Take it again. */
    RESUME("began to read again"),
    /** Send a lot, and take nothing. */
    FLOOD("began to send 16 MiB and to read nothing"),
    /** Send a FIN, and read on. */
    HALF_CLOSE("half-closed"),
    /** Send a FIN, and go. */
    CLOSE("closed"),
    /** Send a reset. */
    RESET("reset the connection");

    private final String done;

    Deed(String done) {
      this.done = done;
    }

    /** As in a path: {@code half-close}. */
    String pathName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one of a path; null if there is none. */
    static Deed of(String pathName) {
      for (Deed deed : values()) {
        if (deed.pathName().equals(pathName)) {
          return deed;
        }
      }
      return null;
    }
  }

  private final EventLoop loop;
  private final SocketAddress echo;
  private final ByteBuffer bytes = ByteBuffer.allocate(SEND_BYTES);

  /** The longest here first. */
  private final Deque<Guest> guests = new ArrayDeque<>();

  /** The server is ending: nobody is told anything any more. */
  private boolean isOver;

  /** For the echo server at this address; its loop begins with the first guest. */
  Guests(EventLoop loop, SocketAddress echo) {
    this.loop = loop;
    this.echo = echo;
  }

  /** Where {@link #perform} is to be called. */
  EventLoop loop() {
    return loop;
  }

  /**
   * Tells guests what to do, the newest first.
   *
   * @param count how many, 1 to {@link #MOST}
   * @return what came of it, in one sentence
   */
  String perform(Deed deed, int count) {
    if (isOver) {
      return "The server is shutting down.";
    }
    if (deed == Deed.OPEN) {
      return open(count);
    }
    Predicate<Guest> fits =
        switch (deed) {
          case STOP -> guest -> !guest.isStopped;
          case RESUME -> guest -> guest.isStopped;
          case SEND, FLOOD, HALF_CLOSE -> guest -> guest.connection.state() == ConnectionState.OPEN;
          default -> guest -> true;
        };
    List<Guest> chosen = new ArrayList<>();
    guests
        .descendingIterator()
        .forEachRemaining(
            guest -> {
              if (chosen.size() < count && guest.isThere && fits.test(guest)) {
                chosen.add(guest);
              }
            });
    chosen.forEach(guest -> guest.perform(deed));
    if (chosen.isEmpty()) {
      return guests.isEmpty()
          ? "No guest is here: open some first."
          : "None of the guests can do that now.";
    }
    return guests(chosen.size()) + " " + deed.done + ".";
  }

  private String open(int count) {
    int more = Math.min(count, MOST - guests.size());
    for (int i = 0; i < more; i++) {
      Guest guest = new Guest();
      guests.add(guest);
      guest.connection =
          Connector.connect(
              loop,
              echo,
              CONNECT_TIMEOUT,
              guest,
              Limits.defaults(),
              untimed(),
              SocketSettings.defaults());
    }
    if (more == 0) {
      return "There are " + MOST + " guests, and no more are let in.";
    }
    return guests(more) + " came.";
  }

  private static String guests(int n) {
    return n == 1 ? "1 guest" : n + " guests";
  }

  /** A guest stays as it was told to be: it is the server's time-outs that are to be seen. */
  private static Timeouts untimed() {
    return Timeouts.defaults()
        .withReadIdle(Duration.ZERO)
        .withWriteStall(Duration.ZERO)
        .withPaused(Duration.ZERO)
        .withHalfClosed(Duration.ZERO);
  }

  /**
   * Has all of them take what is theirs and go when the server closes, which is about to happen: so
   * nothing waits for those who were told not to read. Any thread.
   */
  void leave() {
    loop.execute(
        () -> {
          isOver = true;
          guests.forEach(Guest::leave);
        });
  }

  /** Ends the loop, and every guest with it. */
  @Override
  public void close() {
    loop.close();
  }

  /** One of them. */
  private final class Guest implements ConnectionHandler {
    private Connection connection;
    private boolean isThere;
    private boolean isStopped;

    /** How many bytes are still to be sent. */
    private int owed;

    void perform(Deed deed) {
      switch (deed) {
        case SEND -> send(SEND_BYTES);
        case STOP -> stop();
        case RESUME -> {
          isStopped = false;
          connection.resumeReading();
        }
        case FLOOD -> {
          stop();
          send(FLOOD_BYTES);
        }
        case HALF_CLOSE -> connection.shutdownOutput();
        case CLOSE -> connection.close();
        case RESET -> connection.abort();
        default -> throw new IllegalArgumentException(deed + " is nothing that a guest can do");
      }
    }

    void leave() {
      owed = 0;
      isStopped = false;
      if (isThere) {
        connection.resumeReading();
      }
    }

    private void stop() {
      isStopped = true;
      connection.pauseReading();
    }

    private void send(int more) {
      owed = Math.min(owed + more, FLOOD_BYTES);
      sendOn();
    }

    private void sendOn() {
      for (int room; owed > 0 && (room = connection.room()) > 0; ) {
        int n = Math.min(owed, Math.min(room, SEND_BYTES));
        connection.write(bytes.clear().limit(n));
        owed -= n;
      }
    }

    @Override
    public void onOpen(Connection connection) {
      isThere = true;
    }

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      data.position(data.limit());
    }

    @Override
    public void onWritable(Connection connection) {
      sendOn();
    }

    @Override
    public void onClosed(Connection connection, CloseRecord record) {
      isThere = false;
      guests.remove(this);
    }
  }
}
